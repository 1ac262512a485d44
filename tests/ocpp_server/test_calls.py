"""Our calls to charge points, over a real socket: every one ends, in time, with exactly one outcome."""

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from ocpp.v16 import call
from ocpp.v16.enums import ResetType

from ocpp_server.bridge import Bridge
from ocpp_server.central_system import Payload
from ocpp_server.errors import (
    CallErrorReceived,
    CallQueueFull,
    CallTimeout,
    Disconnected,
    InvalidAnswer,
    InvalidRequest,
    NotConnected,
)
from tests.ocpp_server.central_system_in_memory import CentralSystemInMemory
from tests.ocpp_server.charge_points import RawChargePoint, charge_point
from tests.ocpp_server.raw_sockets import raw_connection
from tests.ocpp_server.waiting import eventually

RESET = call.Reset(type=ResetType.hard)


@pytest.fixture
def cp(bridge: Bridge) -> Iterator[RawChargePoint]:
    with charge_point(bridge.port) as connected:
        connected.heartbeat()
        yield connected


@pytest.fixture
def send(bridge: Bridge) -> Iterator[Callable[..., Future[Payload]]]:
    """Send from a thread of its own, as the web side does."""
    with ThreadPoolExecutor(40) as pool:

        def submit(request: Any = RESET, timeout: float | None = None) -> Future[Payload]:
            return pool.submit(bridge.send, "CP001", request, timeout)

        yield submit


Send = Callable[..., "Future[Payload]"]


def test_an_answer_comes_back_as_ocpp_wrote_it(cp: RawChargePoint, send: Send) -> None:
    outcome = send()
    kind, message_id, action, payload = cp.answer({"status": "Accepted"})
    assert (kind, action, payload) == (2, "Reset", {"type": "Hard"})
    assert isinstance(message_id, str)
    assert len(message_id) <= 36
    assert outcome.result(5) == {"status": "Accepted"}


def test_an_action_and_a_payload_do_as_well_as_a_dataclass(cp: RawChargePoint, send: Send) -> None:
    outcome = send(("GetConfiguration", {"key": ["SupportedFeatureProfiles"]}))
    assert cp.answer({"unknownKey": []})[2:] == ["GetConfiguration", {"key": ["SupportedFeatureProfiles"]}]
    assert outcome.result(5) == {"unknownKey": []}


@pytest.mark.parametrize(
    "request_",
    [("Reset", {"type": "Firm"}), ("Reset", {}), ("Teleport", {}), ("RemoteStartTransaction", {"idTag": "\ud800"})],
)
def test_a_request_that_breaks_the_schema_is_not_sent(
    bridge: Bridge, cp: RawChargePoint, request_: tuple[str, Payload]
) -> None:
    with pytest.raises(InvalidRequest):
        bridge.send("CP001", request_)
    assert cp.heartbeat()[0] == 3


def test_a_charge_point_that_is_not_there_is_reported_at_once(bridge: Bridge) -> None:
    began = time.monotonic()
    with pytest.raises(NotConnected) as failure:
        bridge.send("NOBODY", RESET)
    assert time.monotonic() - began < 1.0
    assert (failure.value.outcome, failure.value.action) == ("offline", "Reset")


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (["NotSupported", "no", {}], "NotSupported"),
        (["NotSupported", "no"], "NotSupported"),
        (["FormatViolation", "x", "details as text"], "FormatViolation"),
        ([], "GenericError"),
    ],
)
def test_a_callerror_becomes_an_error_with_its_code(
    cp: RawChargePoint, send: Send, frame: list[Any], code: str
) -> None:
    outcome = send()
    cp.send([4, cp.receive()[1], *frame])
    with pytest.raises(CallErrorReceived) as failure:
        outcome.result(5)
    assert failure.value.code == code
    assert cp.heartbeat()[0] == 3


@pytest.mark.parametrize("payload", [{}, {"status": 7}, [], "Accepted", {"Status": "Accepted"}])
def test_an_answer_that_ocpp_does_not_allow_is_an_error_that_keeps_it(
    cp: RawChargePoint, send: Send, payload: Any
) -> None:
    outcome = send()
    cp.answer(payload)
    with pytest.raises(InvalidAnswer) as failure:
        outcome.result(5)
    assert failure.value.answer == payload


def test_a_silent_charge_point_times_out_and_the_next_call_goes_ahead(
    cp: RawChargePoint, send: Send, central_system: CentralSystemInMemory
) -> None:
    outcome = send(timeout=0.2)
    late = cp.receive()
    with pytest.raises(CallTimeout) as failure:
        outcome.result(5)
    assert failure.value.sent
    following = send(call.ClearCache())
    cp.answer({"status": "Rejected"})
    assert following.result(5) == {"status": "Rejected"}
    cp.send([3, late[1], {"status": "Accepted"}])
    assert eventually(lambda: central_system.late_answers) == [("Reset", {"status": "Accepted"})]


def test_a_late_answer_never_answers_the_call_after_it(cp: RawChargePoint, send: Send) -> None:
    outcome = send(timeout=0.1)
    late = cp.receive()
    with pytest.raises(CallTimeout):
        outcome.result(5)
    following = send(call.ClearCache())
    current = cp.receive()
    cp.send([3, late[1], {"status": "Accepted"}])
    cp.send([4, late[1], "GenericError", "too late", {}])
    cp.send([3, current[1], {"status": "Rejected"}])
    assert following.result(5) == {"status": "Rejected"}


def test_one_call_is_outstanding_at_a_time_and_the_others_go_in_their_order(cp: RawChargePoint, bridge: Bridge) -> None:
    connection = bridge.connected_charge_points["cp001"]

    async def ask_ten() -> list[Payload]:
        return await asyncio.gather(*(connection.call(("UnlockConnector", {"connectorId": n})) for n in range(10)))

    answers = asyncio.run_coroutine_threadsafe(ask_ten(), bridge.main_loop)
    for number in range(10):
        frame = cp.receive()
        assert frame[3] == {"connectorId": number}
        with pytest.raises(TimeoutError):
            cp.receive(timeout=0.01)
        cp.send([3, frame[1], {"status": "Unlocked" if number % 2 else "UnlockFailed"}])
    assert [answer["status"] for answer in answers.result(5)] == ["UnlockFailed", "Unlocked"] * 5


def test_the_deadline_includes_the_wait_for_the_turn(cp: RawChargePoint, send: Send) -> None:
    first = send(timeout=2.0)
    cp.receive()
    began = time.monotonic()
    with pytest.raises(CallTimeout) as failure:
        send(call.ClearCache(), timeout=0.2).result(5)
    assert time.monotonic() - began < 1.0
    assert not failure.value.sent
    with pytest.raises(CallTimeout):
        first.result(5)


def test_too_many_waiting_calls_are_refused(start: Callable[..., Bridge]) -> None:
    bridge = start(max_own_calls_waiting=2)
    with charge_point(bridge.port) as cp, ThreadPoolExecutor(3) as pool:
        cp.heartbeat()
        outcomes = [pool.submit(bridge.send, "CP001", RESET, 1.0) for _ in range(3)]
        frame = cp.receive()

        def is_full() -> bool:
            try:
                bridge.send("CP001", RESET, 0.01)
            except CallQueueFull:
                return True
            except CallTimeout:
                return False
            raise AssertionError("nobody answered")

        assert eventually(is_full)
        cp.send([3, frame[1], {"status": "Accepted"}])
        for _ in range(2):
            cp.answer({"status": "Accepted"})
        assert [outcome.result(5) for outcome in outcomes] == [{"status": "Accepted"}] * 3


def test_a_hang_up_fails_every_waiting_call_at_once(cp: RawChargePoint, send: Send) -> None:
    outcomes = [send(timeout=3.0) for _ in range(5)]
    cp.receive()
    began = time.monotonic()
    cp.socket.socket.shutdown(socket.SHUT_RDWR)
    for outcome in outcomes:
        with pytest.raises((Disconnected, NotConnected)):
            outcome.result(5)
    assert time.monotonic() - began < 1.0
    with pytest.raises(Disconnected):
        raise next(error for outcome in outcomes if isinstance(error := outcome.exception(), Disconnected))


def test_a_charge_point_may_ask_before_it_answers(cp: RawChargePoint, send: Send) -> None:
    outcome = send()
    ours = cp.receive()
    assert cp.call("Authorize", {"idTag": "T"})[0] == 3
    assert cp.heartbeat()[0] == 3
    cp.send([3, ours[1], {"status": "Accepted"}])
    assert outcome.result(5) == {"status": "Accepted"}


def test_a_slow_charge_point_keeps_nobody_else_waiting(bridge: Bridge, cp: RawChargePoint, send: Send) -> None:
    outcome = send(timeout=1.0)
    with charge_point(bridge.port, "CP002") as other, ThreadPoolExecutor(1) as pool:
        other.heartbeat()
        quick = pool.submit(bridge.send, "CP002", RESET)
        other.answer({"status": "Accepted"})
        assert quick.result(0.5) == {"status": "Accepted"}
    with pytest.raises(CallTimeout):
        outcome.result(5)


def test_a_peer_that_reads_nothing_costs_no_more_than_the_deadline(bridge: Bridge) -> None:
    big = ("DataTransfer", {"vendorId": "x", "data": "x" * 10_000_000})
    with raw_connection(bridge.port):
        connection = eventually(lambda: bridge.connected_charge_points.get("cp001"))
        with pytest.raises(CallTimeout) as failure:
            bridge.send("CP001", big, 0.1)
        assert failure.value.sent
        assert connection.socket.paused
        waiting = connection.socket.unread_bytes
        began = time.monotonic()
        with pytest.raises(CallTimeout) as failure:
            bridge.send("CP001", big, 0.1)
        assert not failure.value.sent
        assert time.monotonic() - began < 2.0
        assert connection.socket.unread_bytes == waiting


def test_calling_back_from_a_handler_is_refused_loudly(
    bridge: Bridge, central_system: CentralSystemInMemory, caplog: pytest.LogCaptureFixture
) -> None:
    async def call_back(action: str, request: Payload) -> None:
        await bridge.connected_charge_points["cp001"].call(RESET)

    central_system.before_answering = call_back
    with charge_point(bridge.port) as cp:
        assert cp.heartbeat()[2] == "InternalError"
    assert "must not call" in caplog.text


def test_a_task_started_by_a_handler_may_call(bridge: Bridge, central_system: CentralSystemInMemory) -> None:
    tasks: list[asyncio.Task[Payload]] = []

    async def follow_up(action: str, request: Payload) -> None:
        tasks.append(asyncio.create_task(bridge.connected_charge_points["cp001"].call(RESET)))

    central_system.before_answering = follow_up
    with charge_point(bridge.port) as cp:
        cp.send([2, "1", "Heartbeat", {}])
        frames = sorted((cp.receive(), cp.receive()), key=lambda frame: int(frame[0]))
        cp.send([3, frames[0][1], {"status": "Accepted"}])
        eventually(lambda: tasks[0].done())
    assert tasks[0].result() == {"status": "Accepted"}
