"""The status of a connector follows from the facts about it."""

import pytest
from ocpp.v16.enums import ChargePointErrorCode

from ocpp_server.simulator.connector import Connector

IDLE = Connector(1)
PLUGGED = IDLE.plug()
WAITING = IDLE.present("TAG").authorize()
CHARGING = PLUGGED.present("TAG").authorize().begin().energize()
RESERVED = IDLE.keep_for(5)
BROKEN = ChargePointErrorCode.ground_failure


@pytest.mark.parametrize(
    ("connector", "status"),
    [
        (IDLE, "Available"),
        (PLUGGED, "Preparing"),
        (IDLE.present("TAG"), "Available"),
        (WAITING, "Preparing"),
        (WAITING.forget_tag(), "Available"),
        (PLUGGED.begin(), "Preparing"),
        (CHARGING, "Charging"),
        (CHARGING.pause(), "SuspendedEV"),
        (CHARGING.offer(False), "SuspendedEVSE"),
        (CHARGING.pause().offer(False), "SuspendedEVSE"),
        (CHARGING.offer(False).offer(True), "Charging"),
        (PLUGGED.offer(False), "Preparing"),
        (CHARGING.end(), "Finishing"),
        (CHARGING.end().unplug(), "Available"),
        (CHARGING.end().present("TAG").authorize(), "Preparing"),
        (IDLE.make_operative(False), "Unavailable"),
        (CHARGING.make_operative(False), "Charging"),
        (CHARGING.make_operative(False).end(), "Unavailable"),
        (CHARGING.make_operative(False).end().make_operative(True), "Finishing"),
        (RESERVED, "Reserved"),
        (RESERVED.plug(), "Reserved"),
        (RESERVED.present("TAG", 5), "Reserved"),
        (RESERVED.present("TAG", 5).authorize(5), "Preparing"),
        (RESERVED.present("TAG", 5).authorize(5).forget_tag(), "Reserved"),
        (RESERVED.plug().present("TAG", 5).authorize(5).begin(), "Preparing"),
        (RESERVED.fault(BROKEN), "Faulted"),
        (RESERVED.make_operative(False), "Unavailable"),
        (RESERVED.keep_for(None), "Available"),
        (CHARGING.fault(BROKEN), "Faulted"),
        (CHARGING.fault(BROKEN).end().clear(), "Finishing"),
        (IDLE.make_operative(False).fault(BROKEN).clear(), "Unavailable"),
    ],
)
def test_the_status_is_read_off_the_facts(connector: Connector, status: str) -> None:
    assert connector.status == status


@pytest.mark.parametrize("free", [IDLE, PLUGGED, CHARGING.end(), CHARGING.end().unplug()])
def test_somebody_may_begin_where_nobody_has(free: Connector) -> None:
    assert free.takes_a_tag


@pytest.mark.parametrize(
    "taken", [IDLE.present("TAG"), WAITING, CHARGING, CHARGING.pause(), IDLE.fault(BROKEN), IDLE.make_operative(False)]
)
def test_nobody_may_begin_where_it_is_taken_broken_or_out_of_service(taken: Connector) -> None:
    assert not taken.takes_a_tag
