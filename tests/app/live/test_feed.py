"""The feed: silent while nobody watches, one event for a burst, and honest about what it could not tell."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from websockets.sync.client import ClientConnection

from app.domain.charge_points import ChargePoint, Connector
from app.domain.meter_values import Reading
from app.domain.sessions import Session, State
from app.live.feed import Feed
from app.storage.database import Storage
from app.storage.session_progress import Progress
from ocpp_server.bridge import Bridge
from ocpp_server.settings import ServerSettings
from tests.ocpp_server.audience_in_memory import AudienceInMemory
from tests.ocpp_server.central_system_in_memory import CentralSystemInMemory
from tests.ocpp_server.test_live import heard, watching

NOW = datetime(2036, 11, 28, 12, 0, tzinfo=UTC)


class Views:
    """As plain as can be; `broken` cannot be shown."""

    def session(self, session: Session) -> dict[str, Any]:
        return {"state": session.state, "soc": session.soc, "version": session.version}

    def charge_point(self, charge_point: ChargePoint, *, staff: bool) -> dict[str, Any]:
        if charge_point.name == "broken":
            raise ValueError("this cannot be shown")
        return {"id": charge_point.charge_point_id, "name": charge_point.name, "online": False, "connectors": []}


@pytest.fixture
def bridge() -> Iterator[Bridge]:
    bridge = Bridge(CentralSystemInMemory(), ServerSettings(port=0), AudienceInMemory())
    bridge.start()
    yield bridge
    bridge.stop(drain=1.0)


@pytest.fixture
def feed(storage: Storage, bridge: Bridge) -> Iterator[Feed]:
    feed = Feed(storage)
    feed.start(bridge, Views())
    yield feed
    feed.stop()


@pytest.fixture
def staff(bridge: Bridge, feed: Feed) -> Iterator[ClientConnection]:
    with watching(bridge.port, "staff") as socket:
        feed.listen()
        yield socket


@pytest.fixture
def session(storage: Storage) -> Session:
    return storage.sessions.insert(Session("s-1", "CP001", 1, "TAG", State.CHARGING, transaction_id=7))


def progress(percent: int) -> Progress:
    return Progress("CP001", 7, Reading(at=NOW.replace(second=percent), soc=percent))


def test_a_burst_of_meter_values_is_told_once_and_newest(
    storage: Storage, session: Session, staff: ClientConnection
) -> None:
    for percent in range(20, 50):
        storage.sessions.progress([progress(percent)])
    told = []
    while not told or told[-1]["soc"] != 49:
        told.append(heard(staff)["data"])
    assert len(told) <= 3
    assert told == sorted(told, key=lambda data: data["version"])


def test_the_meter_says_nothing_more_of_a_session_that_has_ended(
    storage: Storage, session: Session, staff: ClientConnection
) -> None:
    storage.sessions.progress([progress(20)])
    storage.sessions.end("s-1", {"stopped_at": NOW})
    storage.charge_points.insert(ChargePoint("CP001"))
    assert heard(staff)["type"] == "session.ended"
    assert heard(staff)["type"] == "charge_point.updated"
    with pytest.raises(TimeoutError):
        staff.recv(0.7)


def test_nothing_is_noted_while_nobody_watches_and_who_comes_back_later_reads_anew(
    storage: Storage, session: Session, feed: Feed, bridge: Bridge
) -> None:
    assert not storage.changes.wanted
    feed.listen()
    with watching(bridge.port, "staff") as socket:
        storage.sessions.move("s-1", [State.CHARGING], {"state": State.SUSPENDED})
        last = heard(socket)
        assert last["data"]["state"] == "suspended"
    feed.rest()
    assert storage.changes.wanted
    feed.rest(after=0)
    assert not storage.changes.wanted
    storage.sessions.move("s-1", [State.SUSPENDED], {"state": State.CHARGING})
    with watching(bridge.port, "staff", resume=last["id"]) as socket:
        assert heard(socket)["type"] == "resync"


def test_what_cannot_be_shown_has_everybody_read_anew_and_ends_nothing(
    storage: Storage, session: Session, staff: ClientConnection
) -> None:
    storage.charge_points.insert(ChargePoint("CP001", name="broken"))
    assert heard(staff)["type"] == "resync"
    storage.charge_points.update("CP001", {"name": "Garage"})
    assert heard(staff)["data"]["name"] == "Garage"


def test_what_nobody_is_shown_is_not_told(storage: Storage, staff: ClientConnection) -> None:
    storage.charge_points.insert(ChargePoint("CP001"))
    assert heard(staff)["type"] == "charge_point.updated"
    storage.charge_points.update("CP001", {"password_hash": "secret"})
    # A connector that is not among those shown.
    storage.charge_points.set_status("CP001", Connector(1, "Available", NOW))
    storage.charge_points.seen({"CP001": NOW})
    storage.charge_points.delete("cp001")
    assert heard(staff) | {"id": "", "at": ""} == {
        "id": "",
        "at": "",
        "type": "charge_point.removed",
        "data": {"id": "CP001"},
    }
