"""The charge point for callers without an event loop, here against this project's own server."""

import pytest
from ocpp.v16 import call

from ocpp_server.bridge import Bridge
from ocpp_server.simulator import NotPossible, Refused, running
from tests.ocpp_server.central_system_in_memory import CentralSystemInMemory


def url(bridge: Bridge) -> str:
    return f"ws://127.0.0.1:{bridge.port}/ocpp/CP001"


def test_a_session_over_the_real_server(bridge: Bridge, central_system: CentralSystemInMemory) -> None:
    with running(url(bridge), connectors=2) as charge_point:
        answer = bridge.send("CP001", call.RemoteStartTransaction(id_tag="TAG", connector_id=2))
        assert answer == {"status": "Accepted"}
        transaction = charge_point.wait_for_transaction(2)
        charge_point.wait_for_status(2, "Charging")
        charge_point.charge(2, 2500)
        assert charge_point.snapshot()["connectors"][1]["energy_wh"] == 2500
        stop = call.RemoteStopTransaction(transaction_id=transaction.transaction_id)
        assert bridge.send("CP001", stop) == {"status": "Accepted"}
        charge_point.wait_for_status(2, "Available")
    (stopped,) = central_system.requests_of("StopTransaction")
    assert (stopped["meterStop"], stopped["reason"]) == (3500, "Remote")


def test_what_happened_offline_arrives(bridge: Bridge, central_system: CentralSystemInMemory) -> None:
    with running(url(bridge)) as charge_point:
        charge_point.offline()
        charge_point.start(1, "TAG")
        charge_point.stop(1)
        charge_point.online()
        assert len(central_system.requests_of("StartTransaction")) == 1
        assert len(central_system.requests_of("StopTransaction")) == 1


def test_a_refusal_and_a_senseless_act_raise_here_too(bridge: Bridge, central_system: CentralSystemInMemory) -> None:
    central_system.passwords["CP001"] = b"the right password"
    with pytest.raises(Refused, match="password is wrong"), running(url(bridge), password="a wrong one"):
        pytest.fail("it was let in")
    with running(url(bridge), password="the right password") as charge_point:
        charge_point.plug(1)
        with pytest.raises(NotPossible):
            charge_point.plug(1)
        charge_point.unplug(1)
        assert charge_point.call(call.DataTransfer(vendor_id="V")).status == "UnknownVendorId"
