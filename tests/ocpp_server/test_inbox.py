"""What a charge point sends gets its answer, over a real socket, and nothing it sends ends the connection."""

import asyncio
import json
from collections.abc import Callable

import pytest

from ocpp_server.bridge import Bridge
from ocpp_server.central_system import Payload
from ocpp_server.errors import CallRefused
from tests.ocpp_server.central_system_in_memory import CentralSystemInMemory
from tests.ocpp_server.charge_points import charge_point
from tests.ocpp_server.waiting import eventually

STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}


def test_a_heartbeat_is_answered_with_the_time(bridge: Bridge) -> None:
    with charge_point(bridge.port) as cp:
        kind, _, payload = cp.heartbeat()
        assert kind == 3
        assert payload["currentTime"].endswith("Z")
        assert cp.ask([2, "n", "Heartbeat", None])[0] == 3


def test_the_application_gets_the_payload_as_it_came(bridge: Bridge, central_system: CentralSystemInMemory) -> None:
    odd = {**STATUS, "errorCode": "Vendor42", "info": "x" * 500, "vendor": {"a": [1.5]}, "timestamp": "banana"}
    sample = {"value": 1.25, "unit": "Amp", "measurand": "Made.Up"}
    values = {
        "connectorId": -5,
        "transactionId": 2**63 - 1,
        "meterValue": [{"timestamp": "", "sampledValue": [sample]}],
    }
    with charge_point(bridge.port) as cp:
        assert cp.call("StatusNotification", odd)[0] == 3
        assert cp.call("MeterValues", values)[0] == 3
    assert central_system.requests == [("StatusNotification", odd), ("MeterValues", values)]


@pytest.mark.parametrize(
    ("action", "payload", "code"),
    [
        ("Teleport", {}, "NotImplemented"),
        ("heartbeat", {}, "NotImplemented"),
        ("../../etc/passwd", {}, "NotImplemented"),
        ("Reset", {"type": "Hard"}, "NotSupported"),
        ("SignedUpdateFirmware", {}, "NotSupported"),
        ("StatusNotification", {"secret": "s3cret"}, "OccurenceConstraintViolation"),
        ("Authorize", {"idTag": {"$ne": "s3cret"}}, "TypeConstraintViolation"),
        ("StatusNotification", STATUS | {"connectorId": "s3cret"}, "PropertyConstraintViolation"),
    ],
)
def test_a_call_that_cannot_be_served_is_refused_without_details(
    bridge: Bridge, action: str, payload: Payload, code: str
) -> None:
    with charge_point(bridge.port) as cp:
        frame = cp.call(action, payload)
        assert (frame[0], frame[2], frame[4]) == (4, code, {})
        assert "s3cret" not in json.dumps(frame)
        assert "/" not in frame[3]
        assert cp.heartbeat()[0] == 3


def test_an_error_in_a_handler_is_an_internal_error_and_no_more(
    bridge: Bridge, central_system: CentralSystemInMemory, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(action: str, request: Payload) -> None:
        if action == "Authorize":
            raise ConnectionError("mongodb://root:s3cret@db is down")

    central_system.before_answering = fail
    with charge_point(bridge.port) as cp:
        frame = cp.call("Authorize", {"idTag": "T"})
        assert frame[0] == 4
        assert frame[2] == "InternalError"
        assert "s3cret" not in json.dumps(frame)
        assert cp.heartbeat()[0] == 3
    assert any(record.getMessage() == "handler_failed" and record.exc_info for record in caplog.records)


def test_a_use_case_may_choose_the_error_code(bridge: Bridge, central_system: CentralSystemInMemory) -> None:
    async def refuse(action: str, request: Payload) -> None:
        raise CallRefused("SecurityError", "Boot first")

    central_system.before_answering = refuse
    with charge_point(bridge.port) as cp:
        assert cp.heartbeat()[2:] == ["SecurityError", "Boot first", {}]


def test_an_answer_of_ours_that_breaks_the_schema_is_never_sent(
    bridge: Bridge, central_system: CentralSystemInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with charge_point(bridge.port) as cp:
        monkeypatch.setattr("tests.ocpp_server.central_system_in_memory._now", lambda: "half past nine")
        assert cp.heartbeat()[2] == "InternalError"
        monkeypatch.setattr("tests.ocpp_server.central_system_in_memory._now", lambda: None)
        assert cp.heartbeat()[2] == "InternalError"
        monkeypatch.undo()
        assert cp.heartbeat()[0] == 3


def test_calls_are_handled_in_their_order_one_at_a_time(bridge: Bridge, central_system: CentralSystemInMemory) -> None:
    busy = 0

    async def slowly(action: str, request: Payload) -> None:
        nonlocal busy
        busy += 1
        assert busy == 1
        await asyncio.sleep(0.002)
        busy -= 1

    central_system.before_answering = slowly
    with charge_point(bridge.port) as cp:
        for number in range(30):
            cp.send([2, str(number), "Authorize", {"idTag": str(number)}])
        answers = [cp.receive() for _ in range(30)]
    assert [answer[:2] for answer in answers] == [[3, str(number)] for number in range(30)]
    assert [request["idTag"] for request in central_system.requests_of("Authorize")] == [str(n) for n in range(30)]


class Gate:
    """Holds the handlers of Authorize until it is opened."""

    def __init__(self, bridge: Bridge) -> None:
        self._loop = bridge.main_loop
        self._opened = asyncio.Event()

    async def __call__(self, action: str, request: Payload) -> None:
        if action == "Authorize":
            await self._opened.wait()

    def open(self) -> None:
        self._loop.call_soon_threadsafe(self._opened.set)


def test_an_id_in_hand_is_refused_and_free_again_once_answered(
    bridge: Bridge, central_system: CentralSystemInMemory
) -> None:
    central_system.before_answering = gate = Gate(bridge)
    with charge_point(bridge.port) as cp:
        cp.send([2, "same", "Authorize", {"idTag": "first"}])
        assert cp.ask([2, "same", "Authorize", {"idTag": "second"}])[:3] == [4, "same", "GenericError"]
        gate.open()
        assert cp.receive()[:2] == [3, "same"]
        assert cp.ask([2, "same", "Authorize", {"idTag": "third"}])[:2] == [3, "same"]
    assert central_system.requests_of("Authorize") == [{"idTag": "first"}, {"idTag": "third"}]


def test_a_charge_point_that_sends_faster_than_it_is_served_is_made_to_wait_and_loses_nothing(
    start: Callable[..., Bridge], central_system: CentralSystemInMemory
) -> None:
    bridge = start(max_calls_waiting=8)
    central_system.before_answering = gate = Gate(bridge)
    with charge_point(bridge.port) as cp:
        for number in range(200):
            cp.send([2, str(number), "Authorize", {"idTag": str(number)}])
        connection = bridge.connected_charge_points["cp001"]
        eventually(lambda: connection.held_back)
        assert connection.inbox.is_full
        gate.open()
        assert [cp.receive()[1] for _ in range(200)] == [str(number) for number in range(200)]
        assert not connection.held_back


def test_what_was_received_before_a_hang_up_is_handled_all_the_same(
    bridge: Bridge, central_system: CentralSystemInMemory
) -> None:
    central_system.before_answering = gate = Gate(bridge)
    with charge_point(bridge.port) as cp:
        cp.send([2, "1", "Authorize", {"idTag": "T"}])
        cp.send([2, "2", "StopTransaction", {"transactionId": 1, "meterStop": 5, "timestamp": "2026-01-01T00:00:00Z"}])
        eventually(lambda: central_system.requests)
    gate.open()
    eventually(lambda: central_system.closings)
    assert [action for action, _ in central_system.requests] == ["Authorize", "StopTransaction"]


def test_an_idle_connection_has_no_task_but_its_reader(bridge: Bridge) -> None:
    async def count() -> int:
        return len(asyncio.all_tasks())

    def tasks() -> int:
        return asyncio.run_coroutine_threadsafe(count(), bridge.main_loop).result(5)

    before = tasks()
    with charge_point(bridge.port) as cp:
        cp.heartbeat()
        assert eventually(lambda: tasks() == before + 1)


def test_a_stuck_handler_costs_its_connection_and_not_the_charge_point(
    start: Callable[..., Bridge], central_system: CentralSystemInMemory
) -> None:
    bridge = start(handler_timeout=0.2, sweep_interval=0.05)
    central_system.before_answering = Gate(bridge)
    with charge_point(bridge.port) as cp:
        cp.send([2, "1", "Authorize", {"idTag": "T"}])
        source, closing = eventually(lambda: central_system.closings and central_system.closings[0])
    assert closing.reason == "a handler is stuck"
    with charge_point(bridge.port) as cp:
        assert cp.heartbeat()[0] == 3


def test_a_stuck_handler_and_a_full_queue_leave_nothing_behind(
    start: Callable[..., Bridge], central_system: CentralSystemInMemory
) -> None:
    bridge = start(handler_timeout=1.5, sweep_interval=0.05, max_calls_waiting=4)
    central_system.before_answering = Gate(bridge)
    with charge_point(bridge.port) as first:
        for number in range(50):
            first.send([2, str(number), "Authorize", {"idTag": "T"}])
        connection = bridge.connected_charge_points["cp001"]
        eventually(lambda: connection.held_back)
        with charge_point(bridge.port) as second:
            assert second.heartbeat()[0] == 3
            _, closing = eventually(lambda: central_system.closings)[0]
            assert closing.reason == "replaced"
            assert second.heartbeat()[0] == 3
