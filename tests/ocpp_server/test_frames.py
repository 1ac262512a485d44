"""Whoever watches is told of every frame, in both directions, once, and cannot do harm."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from ocpp_server.bridge import Bridge
from ocpp_server.central_system import Payload
from ocpp_server.errors import CallErrorReceived, CallTimeout, Disconnected
from ocpp_server.frames import CALL, CALL_ERROR, CALL_RESULT, MALFORMED, Exchange
from tests.app.stories import meanwhile
from tests.ocpp_server.central_system_in_memory import CentralSystemInMemory
from tests.ocpp_server.charge_points import RawChargePoint, charge_point
from tests.ocpp_server.waiting import eventually

RESET = ("Reset", {"type": "Soft"})


def told(central_system: CentralSystemInMemory, count: int = 1) -> list[Exchange]:
    eventually(lambda: len(central_system.exchanges) >= count)
    return central_system.exchanges


def read(frame: bytes | None) -> Any:
    return None if frame is None else json.loads(frame)


def test_a_message_and_its_answer_are_told_together(bridge: Bridge, central_system: CentralSystemInMemory) -> None:
    before = time.time()
    with charge_point(bridge.port) as cp:
        cp.send('[2, "m-1",  "Heartbeat", {}]')
        answer = cp.receive()
    (one,) = told(central_system)
    (source,) = central_system.opened_by
    assert (one.charge_point_id, one.connection_id) == ("CP001", source.connection_id)
    assert (one.sent, one.message_type, one.message_id, one.action) == (False, CALL, "m-1", "Heartbeat")
    assert one.outcome == "answered"
    assert one.text == b'[2, "m-1",  "Heartbeat", {}]'
    assert read(one.answer) == answer
    assert one.answered_at is not None
    assert before <= one.at <= one.answered_at <= time.time()


@pytest.mark.parametrize(
    ("frame", "outcome"),
    [
        ([2, "m", "Teleport", {}], "NotImplemented"),
        ([2, "m", "Reset", {"type": "Soft"}], "NotSupported"),
        ([2, "m", "Authorize", {}], "OccurenceConstraintViolation"),
    ],
)
def test_a_message_that_is_refused_has_the_code_for_its_outcome(
    bridge: Bridge, central_system: CentralSystemInMemory, frame: Any, outcome: str
) -> None:
    with charge_point(bridge.port) as cp:
        answer = cp.ask(frame)
    (one,) = told(central_system)
    assert (one.action, one.outcome, read(one.text), read(one.answer)) == (frame[2], outcome, frame, answer)


@pytest.mark.parametrize(
    ("frame", "message_id", "outcome"),
    [
        ("hello", None, "ignored"),
        ('[2,"m-1","Heartbeat",{}', "m-1", "FormationViolation"),
        ('[2,"m-1","Heartbeat"]', "m-1", "ProtocolError"),
        ('[5,"m-1",{}]', None, "ignored"),
        ("", None, "ignored"),
    ],
)
def test_what_breaks_the_protocol_is_told_as_it_came(
    bridge: Bridge, central_system: CentralSystemInMemory, frame: str, message_id: str | None, outcome: str
) -> None:
    with charge_point(bridge.port) as cp:
        cp.send(frame)
        cp.heartbeat()
    one, _heartbeat = told(central_system, 2)
    assert (one.sent, one.message_type, one.message_id, one.outcome) == (False, MALFORMED, message_id, outcome)
    assert one.text == frame.encode()
    assert (read(one.answer) or [None] * 3)[2] == (None if outcome == "ignored" else outcome)


def test_a_call_of_ours_is_told_with_its_answer(bridge: Bridge, central_system: CentralSystemInMemory) -> None:
    with charge_point(bridge.port) as cp:
        cp.heartbeat()
        call, sent = asked(bridge, cp, lambda frame: [3, frame[1], {"status": "Accepted"}])
        assert call() == {"status": "Accepted"}
        call, refused = asked(bridge, cp, lambda frame: [4, frame[1], "NotSupported", "", {}])
        assert isinstance(call(), CallErrorReceived)
    _heartbeat, one, two = told(central_system, 3)
    assert (one.sent, one.message_type, one.action, one.outcome) == (True, CALL, "Reset", "answered")
    assert (read(one.text), read(one.answer)) == (sent, [3, sent[1], {"status": "Accepted"}])
    assert (two.outcome, read(two.text)) == ("NotSupported", refused)


def asked(
    bridge: Bridge, cp: RawChargePoint, answer: Callable[[Any], Any] | None, timeout: float = 3.0
) -> tuple[Callable[[], Any], Any]:
    """Have the bridge send a Reset, answer it, and return what became of it and the frame that came."""

    def send() -> Payload | Exception:
        try:
            return bridge.send("CP001", RESET, timeout)
        except (CallErrorReceived, CallTimeout, Disconnected) as failure:
            return failure

    call = meanwhile(send)
    frame = cp.receive()
    if answer is not None:
        cp.send(answer(frame))
    return call, frame


def test_a_call_of_ours_without_an_answer_is_told_once_and_its_late_answer_too(
    bridge: Bridge, central_system: CentralSystemInMemory
) -> None:
    with charge_point(bridge.port) as cp:
        cp.heartbeat()
        call, sent = asked(bridge, cp, None, timeout=0.2)
        assert isinstance(call(), CallTimeout)
        cp.send([3, sent[1], {"status": "Accepted"}])
        cp.send([4, "nobody's", "GenericError", "", {}])
        _heartbeat, gone, late, unsolicited = told(central_system, 4)
    assert (gone.sent, gone.outcome, gone.answer) == (True, "unanswered", None)
    assert (late.sent, late.message_type, late.action, late.outcome) == (False, CALL_RESULT, "Reset", "late")
    assert late.message_id == gone.message_id == sent[1]
    assert (unsolicited.message_type, unsolicited.action, unsolicited.outcome) == (CALL_ERROR, None, "unsolicited")


def test_a_call_of_ours_that_is_hung_up_on_is_unanswered(bridge: Bridge, central_system: CentralSystemInMemory) -> None:
    with charge_point(bridge.port) as cp:
        cp.heartbeat()
        call, _sent = asked(bridge, cp, None)
    assert isinstance(call(), Disconnected)
    assert [one.outcome for one in told(central_system, 2)] == ["answered", "unanswered"]


def test_a_message_whose_sender_left_before_the_answer_is_unanswered(
    start: Callable[..., Bridge], central_system: CentralSystemInMemory
) -> None:
    bridge = start(handler_timeout=0.2)
    with charge_point(bridge.port) as cp:
        cp.heartbeat()
        central_system.before_answering = _for_ever
        cp.send([2, "stuck", "Heartbeat", {}])
        eventually(lambda: len(central_system.requests) == 2)
    _heartbeat, one = told(central_system, 2)
    assert (one.message_id, one.outcome, one.answer) == ("stuck", "unanswered", None)


async def _for_ever(_action: str, _request: Payload) -> None:
    await asyncio.Event().wait()


def test_an_observer_that_fails_ends_nothing(
    start: Callable[..., Bridge], central_system: CentralSystemInMemory
) -> None:
    def fail(_exchange: Exchange) -> None:
        raise RuntimeError("the observer is broken")

    central_system.frame_observer = fail
    bridge = start()
    with charge_point(bridge.port) as cp:
        assert cp.heartbeat()[0] == 3
        cp.send("hello")
        assert cp.heartbeat()[0] == 3


def test_without_an_observer_all_goes_on_as_ever(
    start: Callable[..., Bridge], central_system: CentralSystemInMemory
) -> None:
    central_system.frame_observer = None
    bridge = start()
    with charge_point(bridge.port) as cp:
        assert cp.heartbeat()[0] == 3
        cp.send("hello")
        call, _sent = asked(bridge, cp, lambda frame: [3, frame[1], {"status": "Accepted"}])
        assert call() == {"status": "Accepted"}
    assert central_system.exchanges == []
