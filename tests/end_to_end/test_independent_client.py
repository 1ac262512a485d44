"""The whole sequence with a charge point that is not ours: ocpp-rpc for Node.js, strict about all payloads."""

import json
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.live import Api, Server
from tests.requirements import need_node

pytestmark = pytest.mark.journeys

Add = Callable[..., tuple[str, str | None]]


class IndependentChargePoint:
    """tests/node/charge_point.mjs, driven line by line; what happens meanwhile is kept in `events`."""

    def __init__(self, server: Server, charge_point_id: str) -> None:
        self.events: list[dict[str, Any]] = []
        node = need_node()
        self._process = subprocess.Popen(
            ["node", str(node / "charge_point.mjs"), server.ocpp_url, charge_point_id],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def order(self, do: str, **details: Any) -> Any:
        """Return the result of an order, or `{"error": ...}` as ocpp-rpc sees it."""
        assert self._process.stdin is not None
        print(json.dumps({"do": do, **details}), file=self._process.stdin, flush=True)
        while True:
            line = self._line()
            if "event" not in line:
                return line.get("result", line)
            self.events.append(line)

    def call(self, action: str, payload: Any) -> Any:
        return self.order("call", action=action, payload=payload)

    def wait_for(self, event: str) -> dict[str, Any]:
        """Return the next event of this name; fails when something went wrong instead."""
        while not (seen := [each for each in self.events if each["event"] == event]):
            self.events.append(self._line())
            assert self.events[-1]["event"] != "failed", self.events
        self.events.remove(seen[0])
        return seen[0]

    def complaints(self) -> list[dict[str, Any]]:
        """Return what ocpp-rpc found wrong with a message, ours or its own."""
        return [each for each in self.events if each["event"] in ("strictValidationFailure", "badMessage", "failed")]

    def end(self) -> None:
        try:
            self._process.communicate(timeout=10)
        finally:
            self._process.kill()

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"node ended with status {self._process.wait()}"
        told: dict[str, Any] = json.loads(line)
        return told


@pytest.fixture
def independent(server: Server, new_charge_point: Add) -> Iterator[tuple[IndependentChargePoint, str, str]]:
    """A charge point of ocpp-rpc that is not connected yet, its id and its password."""
    need_node()
    charge_point_id, password = new_charge_point()
    assert password is not None
    charge_point = IndependentChargePoint(server, charge_point_id)
    yield charge_point, charge_point_id, password
    charge_point.end()


BOOT = {"chargePointVendor": "ocpp-rpc", "chargePointModel": "Independent"}


def test_an_independent_charge_point_plays_the_whole_sequence_and_finds_no_fault_in_our_answers(
    independent: tuple[IndependentChargePoint, str, str], driver: Api
) -> None:
    charge_point, charge_point_id, password = independent
    assert charge_point.order("connect", password=password, strict=True) == {"protocol": "ocpp1.6"}
    assert charge_point.call("BootNotification", BOOT)["status"] == "Accepted"
    for connector_id in (0, 1):
        idle = {"connectorId": connector_id, "errorCode": "NoError", "status": "Available"}
        assert charge_point.call("StatusNotification", idle) == {}
    assert list(charge_point.call("Heartbeat", {})) == ["currentTime"]

    started = driver.post("/api/start_charging", evse_id=charge_point_id, connector_id=1)
    assert (started.status_code, started.json()["status"]) == (200, "Accepted"), started.text
    asked = charge_point.wait_for("RemoteStartTransaction")["params"]
    assert asked == {"idTag": driver.id_tag, "connectorId": 1}
    transaction_id = charge_point.wait_for("charging")["transactionId"]

    session_id = started.json()["session_id"]
    session = driver.session_in(session_id, "charging")
    assert (session["transaction_id"], session["energy_wh"], session["power_w"]) == (transaction_id, 750, 7400)

    stopped = driver.post("/api/stop_charging", session_id=session_id)
    assert (stopped.status_code, stopped.json()["status"]) == (200, "Accepted"), stopped.text
    assert charge_point.wait_for("RemoteStopTransaction")["params"] == {"transactionId": transaction_id}
    charge_point.wait_for("stopped")
    receipt = driver.get(f"/api/sessions/{session_id}/receipt").json()
    assert (receipt["energy_wh"], receipt["energy_source"], receipt["stop_reason"]) == (1000, "meter", "Remote")

    # The rest of the ten messages that a charge point may send.
    assert charge_point.call("FirmwareStatusNotification", {"status": "Idle"}) == {}
    assert charge_point.call("DiagnosticsStatusNotification", {"status": "Idle"}) == {}
    transferred = charge_point.call("DataTransfer", {"vendorId": "org.example", "messageId": "m", "data": "x"})
    assert transferred["status"] in ("UnknownVendorId", "UnknownMessageId", "Rejected")
    unknown = charge_point.call("Authorize", {"idTag": "NOBODY"})
    assert unknown["idTagInfo"]["status"] == "Invalid"
    assert charge_point.complaints() == []

    # It does look: its own wrong message it does not even send.
    assert charge_point.call("Authorize", {})["error"]["name"] == "RPCOccurenceConstraintViolationError"
    assert [each["event"] for each in charge_point.complaints()] == ["strictValidationFailure"]
    assert charge_point.order("close") == {"code": 1000, "reason": ""}


def test_a_wrong_password_is_a_401_and_the_right_one_comes_in_afterwards(
    independent: tuple[IndependentChargePoint, str, str],
) -> None:
    charge_point, _charge_point_id, password = independent
    refused = charge_point.order("connect", password="not the password of it", strict=True)
    assert (refused["error"]["name"], refused["error"]["code"]) == ("UnexpectedHttpResponse", 401)
    assert charge_point.order("connect", password=password, strict=True) == {"protocol": "ocpp1.6"}
    assert charge_point.call("BootNotification", BOOT)["status"] == "Accepted"
    assert charge_point.complaints() == []


@pytest.mark.parametrize(
    ("action", "payload", "error", "code"),
    [
        ("MakeCoffee", {}, "RPCNotImplementedError", "NotImplemented"),
        ("Reset", {"type": "Soft"}, "RPCNotSupportedError", "NotSupported"),
        ("Heartbeat", ["sugar"], "RPCFormationViolationError", "FormationViolation"),
        ("Authorize", {"idTag": 7}, "RPCTypeConstraintViolationError", "TypeConstraintViolation"),
        ("Authorize", {}, "RPCOccurenceConstraintViolationError", "OccurenceConstraintViolation"),
    ],
)
def test_a_wrong_call_is_answered_with_an_error_that_ocpp_rpc_knows(
    independent: tuple[IndependentChargePoint, str, str],
    action: str,
    payload: Any,
    error: str,
    code: str,
) -> None:
    charge_point, _charge_point_id, password = independent
    charge_point.order("connect", password=password, strict=False)
    charge_point.call("BootNotification", BOOT)
    answer = charge_point.call(action, payload)
    assert (answer["error"]["name"], answer["error"]["code"]) == (error, code)
    assert list(charge_point.call("Heartbeat", {})) == ["currentTime"]
    assert charge_point.complaints() == []
