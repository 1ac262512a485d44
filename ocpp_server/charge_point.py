"""One connection of one charge point: the OCPP-J engine over one WebSocket."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

from ocpp_server import rpc, schemas
from ocpp_server.calls import Answer, Calls
from ocpp_server.central_system import CentralSystem, Closing, Handler, Payload, Source
from ocpp_server.frames import CALL, CALL_ERROR, CALL_RESULT, MALFORMED, Exchange, Observer, Outcome
from ocpp_server.guard import guarded
from ocpp_server.inbox import Inbox
from ocpp_server.payloads import action_of, to_payload
from ocpp_server.rpc import ErrorCode
from ocpp_server.settings import ServerSettings
from ocpp_server.throttle import TokenBucket
from ocpp_server.websocket import ChargePointSocket

log = logging.getLogger(__name__)

# An answer or an ignored frame costs us less than a CALL does, but not nothing.
_COST_OF_OTHER_FRAMES = 0.1


class ChargePoint:
    """A connected charge point.

    The socket's own task reads, and never waits for a handler unless too many CALLs are in hand already.
    """

    __slots__ = (
        "_allowance",
        "_calls",
        "_central_system",
        "_closer",
        "_dropped",
        "_ending",
        "_observer",
        "_aside",
        "_settings",
        "held_back",
        "id",
        "inbox",
        "opened_at",
        "pinged_at",
        "quiet_limit",
        "remote_address",
        "socket",
        "spoke",
        "stalled_since",
    )

    def __init__(
        self,
        charge_point_id: str,
        remote_address: str,
        socket: ChargePointSocket,
        central_system: CentralSystem,
        handlers: Mapping[str, Handler],
        settings: ServerSettings,
        observer: Observer | None = None,
    ) -> None:
        now = time.monotonic()
        self.id = charge_point_id
        self.remote_address = remote_address
        self.socket = socket
        self.inbox = Inbox(socket, handlers, settings, observer)
        self.opened_at = now
        # Zero has everybody pinged once right away, to learn who answers pings at all.
        self.quiet_limit = 0.0
        self.pinged_at = now
        self.stalled_since: float | None = None
        self.spoke = False
        self.held_back = False
        self._central_system = central_system
        self._settings = settings
        self._observer = observer
        self._calls = Calls(charge_point_id, socket, settings.max_own_calls_waiting, observer)
        self._allowance = TokenBucket(settings.max_calls_per_second, settings.burst, now)
        self._dropped: Counter[str] | None = None
        self._ending: Closing | None = None
        self._closer: asyncio.Task[Any] | None = None
        self._aside: asyncio.Task[Any] | None = None

    async def call(self, request: Any, timeout: float | None = None) -> Payload:
        """Send an `ocpp.v16.call` dataclass or an (action, payload) pair; return the answer's payload.

        Raises: CallFailed in one of its forms; RuntimeError inside a handler of this very charge point, which
        waits for its own answer before it gives us one: let what follows be done in a task of its own.
        """
        worker = self.inbox.worker
        if worker is not None and asyncio.current_task() is worker:
            raise RuntimeError(f"{self.id}: a handler must not call the charge point that it is answering")
        action, payload = request if isinstance(request, tuple) else (action_of(request), to_payload(request))
        timeout = self._settings.call_timeout if timeout is None else timeout
        return await self._calls.call(action, payload, timeout)

    async def read(self) -> None:
        """Handle frames until the connection ends."""
        try:
            while True:
                frame = await self.socket.recv(decode=False)
                message = rpc.parse(frame)
                await self._spend(1.0 if isinstance(message, rpc.Call | rpc.Unreadable) else _COST_OF_OTHER_FRAMES)
                if self._ending is not None:
                    return
                await self._receive(message, frame)
        except ConnectionClosed:
            pass
        finally:
            self._calls.hang_up()

    def end(self, code: int, reason: str, *, replaced_by: str | None = None, abruptly: bool = False) -> None:
        """Fail our calls at once and close the connection without making anybody wait for it."""
        if self._ending is not None:
            return
        self._ending = Closing(code, reason, replaced_by)
        self._calls.hang_up()
        if abruptly:
            self.socket.transport.abort()
        else:
            self._closer = asyncio.create_task(self.socket.close(code, reason))

    async def finish(self) -> Closing:
        """Wait for what is still in hand and return how the connection ended."""
        await self.inbox.finish()
        for task in (self._closer, self._aside):
            if task is not None:
                await task
        ending = self._ending or self._how_it_closed()
        return replace(ending, frames_dropped=dict(self._dropped or {}))

    def abandon(self) -> None:
        """Drop what is in hand and read no further, so that the connection's task can finish now."""
        if self._ending is None:
            self._ending = self._how_it_closed()
        self.inbox.abandon()

    def forgive(self, seconds: float) -> None:
        """Leave out of account a time in which this process heard nobody."""
        self.socket.last_heard += seconds
        self.opened_at += seconds
        if self.stalled_since is not None:
            self.stalled_since += seconds

    @property
    def is_open(self) -> bool:
        return self._ending is None and self.socket.is_open

    def source(self) -> Source:
        """Return where a message that arrives now comes from."""
        return Source(self.id, str(self.socket.id), self.remote_address, datetime.now(UTC))

    def _how_it_closed(self) -> Closing:
        """Return who closed the connection with what; nobody did when it was lost."""
        theirs, ours = self.socket.protocol.close_rcvd, self.socket.protocol.close_sent
        if theirs is not None and (ours is None or self.socket.protocol.close_rcvd_then_sent):
            return Closing(theirs.code, theirs.reason, by_charge_point=True)
        if ours is not None:
            return Closing(ours.code, ours.reason)
        return Closing(CloseCode.ABNORMAL_CLOSURE, "")

    async def _receive(self, message: rpc.Message | None, frame: bytes) -> None:
        if isinstance(message, rpc.Call):
            await self._receive_call(message, frame)
        elif isinstance(message, rpc.Unreadable):
            await self._receive_unreadable(message, frame)
        elif message is None:
            self._count("ignored")
            self._tell(MALFORMED, None, None, Outcome.IGNORED, frame)
        else:
            self._receive_answer(message, frame)

    async def _receive_call(self, call: rpc.Call, frame: bytes) -> None:
        self.spoke = True
        if self.inbox.has(call.message_id):
            refusal = "A CALL with this message id is being handled already"
            answer = rpc.error_frame(call.message_id, ErrorCode.GENERIC_ERROR, refusal)
            self._tell(CALL, call.message_id, call.action, ErrorCode.GENERIC_ERROR, frame, answer)
            await self._write(answer)
            return
        self.inbox.put(call, self.source(), frame)
        if self.inbox.is_full:
            await self._held_back(self.inbox.room())

    async def _receive_unreadable(self, message: rpc.Unreadable, frame: bytes) -> None:
        dropped = self._count("unreadable")
        answer = None
        if message.message_id is not None:
            answer = rpc.error_frame(message.message_id, message.code, message.description)
        outcome = Outcome.IGNORED if answer is None else message.code
        self._tell(MALFORMED, message.message_id, None, outcome, frame, answer)
        if answer is not None:
            await self._write(answer)
        elif dropped >= self._settings.max_unreadable_frames:
            self.end(CloseCode.POLICY_VIOLATION, "too many unreadable frames")

    def _receive_answer(self, answer: Answer, frame: bytes) -> None:
        self.spoke = True
        if self._calls.deliver(answer, frame):
            return
        action = self._calls.given_up(answer.message_id)
        self._count("unsolicited" if action is None else "late")
        kind = CALL_RESULT if isinstance(answer, rpc.Result) else CALL_ERROR
        outcome = Outcome.UNSOLICITED if action is None else Outcome.LATE
        self._tell(kind, answer.message_id, action, outcome, frame)
        if action is None or isinstance(answer, rpc.Error):
            return
        if schemas.check_incoming_response(action, answer.payload) is None:
            told = self._central_system.answered_late(self.source(), action, answer.payload)
            self._aside = asyncio.create_task(guarded(told, "answered_late", self.id, after=self._aside))

    def _tell(
        self,
        kind: int,
        message_id: str | None,
        action: str | None,
        outcome: str,
        frame: bytes,
        answer: bytes | None = None,
    ) -> None:
        """Tell of a frame just received that does not go its usual way."""
        if self._observer is not None:
            now = time.time()
            told = (kind, message_id, action, outcome, now, frame, None if answer is None else now, answer)
            self._observer(Exchange(self.id, str(self.socket.id), False, *told))

    async def _spend(self, cost: float) -> None:
        """Slow down who sends too much by not reading on, so that he alone is hurt."""
        delay = self._allowance.take(time.monotonic(), cost)
        if delay:
            self._count("throttled")
            await self._held_back(asyncio.sleep(delay))
            if not self.socket.is_open and self._ending is None:
                # What a flood left in our buffers when it ended is not worth the time it would take.
                self._ending = self._how_it_closed()

    async def _held_back(self, until: Awaitable[None]) -> None:
        """Wait without reading; the silence that follows is ours, not the charge point's."""
        self.held_back = True
        try:
            await until
        finally:
            self.held_back = False

    async def _write(self, frame: bytes) -> None:
        self.socket.write(frame)
        await self.socket.wait_until_read()

    def _count(self, what: str) -> int:
        """Count a frame that got no handler, and tell the log of the first of its kind."""
        dropped = self._dropped = self._dropped or Counter()
        dropped[what] += 1
        if dropped[what] == 1:
            log.warning("frame_dropped", extra={"fields": {"charge_point_id": self.id, "kind": what}})
        return dropped[what]
