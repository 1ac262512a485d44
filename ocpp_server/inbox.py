"""A charge point's CALLs in hand: handled in their order, one at a time, and answered whatever happens."""

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any

from ocpp_server import rpc, schemas
from ocpp_server.central_system import Handler, Source
from ocpp_server.errors import CallRefused
from ocpp_server.frames import CALL, Exchange, Observer, Outcome
from ocpp_server.payloads import to_payload
from ocpp_server.rpc import ErrorCode
from ocpp_server.settings import ServerSettings
from ocpp_server.websocket import ChargePointSocket

log = logging.getLogger(__name__)


class Inbox:
    """The CALLs received and not answered yet. A task exists only while there are some."""

    __slots__ = (
        "_calls",
        "_complaints",
        "_handlers",
        "_observer",
        "_room",
        "_settings",
        "_socket",
        "handling_since",
        "worker",
    )

    def __init__(
        self,
        socket: ChargePointSocket,
        handlers: Mapping[str, Handler],
        settings: ServerSettings,
        observer: Observer | None,
    ) -> None:
        self._socket = socket
        self._handlers = handlers
        self._settings = settings
        self._observer = observer
        # Each with the frame it came in and when that was.
        self._calls: list[tuple[rpc.Call, Source, bytes, float]] = []
        self._room: asyncio.Future[None] | None = None
        # What was logged once is not logged again: a firmware repeats its mistakes every minute.
        self._complaints: set[tuple[str, str]] | None = None
        self.worker: asyncio.Task[None] | None = None
        self.handling_since: float | None = None

    @property
    def is_full(self) -> bool:
        return len(self._calls) >= self._settings.max_calls_waiting

    def has(self, message_id: str) -> bool:
        """Return whether a CALL with this id is being handled or waits for it."""
        return any(waiting[0].message_id == message_id for waiting in self._calls)

    def put(self, call: rpc.Call, source: Source, frame: bytes) -> None:
        self._calls.append((call, source, frame, time.time()))
        if self.worker is None:
            self.worker = asyncio.create_task(self._work())

    async def room(self) -> None:
        """Wait until there is room for another CALL."""
        while self.is_full:
            self._room = asyncio.get_running_loop().create_future()
            await self._room

    async def finish(self) -> None:
        """Let what is in hand be handled, though nobody will read the answers; bounded by `handler_timeout`."""
        worker = self.worker
        if worker is not None:
            _, stuck = await asyncio.wait({worker}, timeout=self._settings.handler_timeout)
            if stuck:
                self.abandon()
                await asyncio.wait({worker})

    def abandon(self) -> None:
        """Drop what is in hand, unanswered: the charge point will send it again."""
        if self.worker is None:
            return
        if self._calls:
            source = self._calls[0][1]
            fields = {"charge_point_id": source.charge_point_id, "calls": len(self._calls)}
            log.warning("calls_abandoned", extra={"fields": fields})
        self.worker.cancel()
        for waiting in self._calls:
            self._tell(*waiting, None, Outcome.UNANSWERED)
        # A task cancelled before its first step would never get to do this itself.
        self._calls.clear()
        self._make_room()

    async def _work(self) -> None:
        calls, socket = self._calls, self._socket
        try:
            while calls:
                self.handling_since = time.monotonic()
                call, source, frame, at = calls[0]
                answer, outcome = await self._answer(call, source)
                self.handling_since = None
                # Forget it before answering: from then on its id may be used again.
                del calls[0]
                self._make_room()
                written = socket.write(answer)
                self._tell(call, source, frame, at, answer if written else None, outcome)
                if socket.paused:
                    await socket.wait_until_read()
        finally:
            self.worker = None

    def _make_room(self) -> None:
        if self._room is not None and not self._room.done():
            self._room.set_result(None)

    def _tell(
        self, call: rpc.Call, source: Source, frame: bytes, at: float, answer: bytes | None, outcome: str
    ) -> None:
        """Tell of a CALL and what was written for an answer, if it could be."""
        if self._observer is not None:
            charge_point_id, connection_id = source.charge_point_id, source.connection_id
            answered_at = None if answer is None else time.time()
            outcome = Outcome.UNANSWERED if answer is None else outcome
            told = (call.message_id, call.action, outcome, at, frame, answered_at, answer)
            self._observer(Exchange(charge_point_id, connection_id, False, CALL, *told))

    async def _answer(self, call: rpc.Call, source: Source) -> tuple[bytes, str]:
        """Return the frame that answers a CALL, and its outcome: the code of a CALLERROR."""
        message_id, action, request = call
        handler = self._handlers.get(action)
        if handler is None:
            return _not_served(message_id, action)
        violation = schemas.check_incoming_request(action, request)
        if violation is not None:
            if self._complaints is None:
                self._complaints = set()
            if (action, violation.code) not in self._complaints:
                self._complaints.add((action, violation.code))
                _report(logging.WARNING, "call_malformed", source, action, code=violation.code)
            return _refusal(message_id, violation.code, violation.description)
        try:
            answer = to_payload(await handler(source, request))
            violation = schemas.check_response(action, answer)
            if violation is None:
                return rpc.result_frame(message_id, answer), Outcome.ANSWERED
            _report(logging.ERROR, "own_answer_malformed", source, action, problem=violation.message)
        except CallRefused as refusal:
            return _refusal(message_id, refusal.code, refusal.description)
        except Exception:  # noqa: BLE001 — the guard of one message: whatever went wrong, the charge point asks again
            _report(logging.ERROR, "handler_failed", source, action, exc_info=True)
        return _refusal(message_id, ErrorCode.INTERNAL_ERROR, "An internal error, please try again")


def _not_served(message_id: str, action: str) -> tuple[bytes, str]:
    if action in schemas.actions():
        return _refusal(message_id, ErrorCode.NOT_SUPPORTED, "This action is not supported here")
    return _refusal(message_id, ErrorCode.NOT_IMPLEMENTED, "There is no such action in OCPP 1.6")


def _refusal(message_id: str, code: str, description: str) -> tuple[bytes, str]:
    return rpc.error_frame(message_id, code, description), code


def _report(level: int, event: str, source: Source, action: str, *, exc_info: bool = False, **fields: Any) -> None:
    fields |= {"charge_point_id": source.charge_point_id, "action": action}
    log.log(level, event, exc_info=exc_info, extra={"fields": fields})
