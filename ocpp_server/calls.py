"""Our CALLs to one charge point: one outstanding at a time, each under one deadline (OCPP-J §4.1.1)."""

import asyncio
import time
from typing import NamedTuple

import orjson

from ocpp_server import rpc, schemas
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
from ocpp_server.frames import CALL, Exchange, Observer, Outcome
from ocpp_server.websocket import ChargePointSocket

Answer = rpc.Result | rpc.Error

# How many calls given up are remembered, to recognise an answer that comes late.
_REMEMBERED = 16


class _Outstanding(NamedTuple):
    message_id: str
    action: str
    frame: bytes
    sent_at: float
    answer: "asyncio.Future[Answer | None]"


class Calls:
    """The calls to one charge point over one socket."""

    __slots__ = (
        "_charge_point_id",
        "_given_up",
        "_hung_up",
        "_max_waiting",
        "_observer",
        "_outstanding",
        "_socket",
        "_turn",
        "_unfinished",
    )

    def __init__(
        self, charge_point_id: str, socket: ChargePointSocket, max_waiting: int, observer: Observer | None
    ) -> None:
        self._charge_point_id = charge_point_id
        self._socket = socket
        self._max_waiting = max_waiting
        self._observer = observer
        self._turn = asyncio.Lock()
        self._unfinished = 0
        self._outstanding: _Outstanding | None = None
        self._given_up: dict[str, str] = {}
        self._hung_up = False

    async def call(self, action: str, payload: Payload, timeout: float) -> Payload:
        """Send a request and return the answer's payload; `timeout` covers the wait for its turn too.

        Raises: CallFailed in one of its forms, see errors.py.
        """
        message_id = rpc.new_message_id()
        frame = self._frame(message_id, action, payload)
        if self._hung_up:
            raise NotConnected(self._charge_point_id, action, "not connected")
        if self._unfinished > self._max_waiting:
            raise CallQueueFull(self._charge_point_id, action, f"{self._max_waiting} calls wait already")
        answer: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        outstanding: _Outstanding | None = None
        self._unfinished += 1
        try:
            async with asyncio.timeout(timeout), self._turn:
                await self._socket.wait_until_read()
                # After a hang-up each waiter in turn gets here and is told.
                if self._hung_up or not self._socket.write(frame):
                    raise Disconnected(self._charge_point_id, action, "hung up")
                outstanding = self._outstanding = _Outstanding(message_id, action, frame, time.time(), answer)
                await answer
        except TimeoutError:
            # The answer may have come in the very moment of the deadline.
            if answer.cancelled() or not answer.done():
                waited = f"no answer within {timeout:g} s"
                raise CallTimeout(self._charge_point_id, action, waited, sent=outstanding is not None) from None
        finally:
            self._unfinished -= 1
            if outstanding is not None:
                self._done(outstanding)
        return self._judged(action, answer.result())

    def deliver(self, answer: Answer, frame: bytes) -> bool:
        """Hand an answer to whoever waits for it; return False when nobody does."""
        outstanding = self._outstanding
        if outstanding is None or outstanding.message_id != answer.message_id or outstanding.answer.done():
            return False
        outstanding.answer.set_result(answer)
        self._tell(outstanding, answer.code if isinstance(answer, rpc.Error) else Outcome.ANSWERED, frame)
        return True

    def given_up(self, message_id: str) -> str | None:
        """Return the action of a call that was given up before its answer came, once."""
        return self._given_up.pop(message_id, None)

    def hang_up(self) -> None:
        """Fail whatever waits, now and from now on."""
        self._hung_up = True
        if self._outstanding is not None and not self._outstanding.answer.done():
            self._outstanding.answer.set_result(None)

    def _frame(self, message_id: str, action: str, payload: Payload) -> bytes:
        try:
            violation = schemas.check_request(action, payload)
            if violation is None:
                return rpc.call_frame(message_id, action, payload)
            problem = violation.message
        except KeyError:
            problem = "OCPP 1.6 knows no such action"
        except orjson.JSONEncodeError as error:
            problem = str(error)
        raise InvalidRequest(self._charge_point_id, action, problem)

    def _judged(self, action: str, answer: Answer | None) -> Payload:
        if answer is None:
            raise Disconnected(self._charge_point_id, action, "hung up before answering")
        if isinstance(answer, rpc.Error):
            raise CallErrorReceived(self._charge_point_id, action, answer.code, answer.description)
        violation = schemas.check_incoming_response(action, answer.payload)
        if violation is not None:
            raise InvalidAnswer(self._charge_point_id, action, violation.message, answer.payload)
        payload: Payload = answer.payload
        return payload

    def _done(self, outstanding: _Outstanding) -> None:
        """Forget a call that was sent, however it ended; an answer may still come to one that was given up."""
        if self._outstanding is outstanding:
            self._outstanding = None
        answer = outstanding.answer
        given_up = answer.cancelled() or not answer.done()
        if given_up:
            self._give_up(outstanding.message_id, outstanding.action)
        if given_up or answer.result() is None:
            self._tell(outstanding, Outcome.UNANSWERED, None)

    def _tell(self, call: _Outstanding, outcome: str, answer: bytes | None) -> None:
        if self._observer is not None:
            answered_at = None if answer is None else time.time()
            told = (call.message_id, call.action, outcome, call.sent_at, call.frame, answered_at, answer)
            self._observer(Exchange(self._charge_point_id, str(self._socket.id), True, CALL, *told))

    def _give_up(self, message_id: str, action: str) -> None:
        self._given_up[message_id] = action
        if len(self._given_up) > _REMEMBERED:
            del self._given_up[next(iter(self._given_up))]
