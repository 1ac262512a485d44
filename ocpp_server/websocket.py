"""A WebSocket that knows when its peer was last heard, and that can be written to without waiting."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from websockets.asyncio.server import ServerConnection
from websockets.frames import Frame, Opcode
from websockets.protocol import Event, State

from ocpp_server.central_system import Handshake

if TYPE_CHECKING:
    from ocpp_server.live import Watcher

# A peer that makes us answer pings and reads none of the answers gets this much of our memory.
_MAX_UNREAD_BYTES = 1_048_576


class ChargePointSocket(ServerConnection):
    """One WebSocket of a charge point, not yet knowing OCPP; or of somebody who watches, who never will.

    The door notes here what it learnt: `shown`, `admitted_as`, `was_opened`; or `watcher`, `last_event_id`. `on_frame`
    is called for every frame, pongs and fragments included, `on_lost` when the connection has ended, even one whose
    handshake was never finished.
    """

    shown: Handshake | None = None
    admitted_as: str = ""
    was_opened: bool = False
    has_ponged: bool = False
    on_frame: Callable[[], None] | None = None
    watcher: "Watcher | None" = None
    last_event_id: str | None = None
    on_lost: Callable[[], None] | None = None
    is_lost: bool = False

    def __init__(self, *args: Any, sockets: "set[ChargePointSocket]", max_sockets: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.last_heard = time.monotonic()
        self._sockets = sockets
        self._max_sockets = max_sockets

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._sockets.add(self)
        # Without a file descriptor to spare, nobody at all could be answered.
        if len(self._sockets) > self._max_sockets:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._sockets.discard(self)
        super().connection_lost(exc)
        self.is_lost = True
        if self.on_lost is not None:
            self.on_lost()

    def process_event(self, event: Event) -> None:
        super().process_event(event)
        if not isinstance(event, Frame):  # the opening handshake
            return
        self.last_heard = time.monotonic()
        if event.opcode is Opcode.PONG:
            self.has_ponged = True
        elif event.opcode is Opcode.PING and self.unread_bytes > _MAX_UNREAD_BYTES:
            self.transport.abort()
        if self.on_frame is not None:
            self.on_frame()

    @property
    def is_open(self) -> bool:
        return self.protocol.state is State.OPEN

    @property
    def unread_bytes(self) -> int:
        """Return how much of what was written still waits for the peer to read it."""
        return self.transport.get_write_buffer_size()

    def write(self, frame: bytes) -> bool:
        """Write a text frame at once, whatever the peer has read so far; return False on a closing socket.

        Not waiting keeps a stalled peer from stalling us; who writes in a loop waits in `wait_until_read`.
        """
        if not self.is_open:
            return False
        self.protocol.send_text(frame)
        self.send_data()
        return True

    def write_close(self, code: int, reason: str) -> None:
        """Begin to close without waiting; a peer that does not join in is cut off when its time has passed."""
        if self.is_open:
            self.protocol.send_close(code, reason)
            self.send_data()
            self.loop.call_later(self.close_timeout or 0, self.transport.abort)

    async def wait_until_read(self) -> None:
        """Wait until the peer has read most of what was written, or is gone."""
        if self.paused:
            with contextlib.suppress(OSError):
                await self.drain()

    def write_ping(self) -> None:
        """Ping without keeping a record: any pong will do, and firmwares that never answer would fill the record."""
        if self.is_open and not self.paused:
            self.protocol.send_ping(b"")
            self.send_data()
