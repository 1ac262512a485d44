"""Live events for apps and browsers: sent over WebSockets on the loop thread, so that a watcher costs no other thread.

The application decides who watches and what there is to tell; here it is carried, and remembered for a while.
"""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

import orjson
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

from ocpp_server.backlog import Backlog
from ocpp_server.settings import ServerSettings
from ocpp_server.throttle import TokenBucket
from ocpp_server.websocket import ChargePointSocket

# What is told again at a time to who comes back, before he has to have read it.
_CHUNK = 100
# So many watchers are written to before others get their turn on the loop.
_AT_ONCE = 200
# A watcher has nothing to say; some clients keep their connection open with a word now and then.
_MESSAGES_PER_SECOND, _MESSAGES_AT_ONCE = 0.5, 20

# An event, told once: for each channel it is told on the text of a JSON object with `type`, `at` and `data`.
Event = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who may watch: `account` is what connections are counted by, `login` what they end with.

    An event is told on one of somebody's channels at most.
    """

    account: str
    login: str
    channels: frozenset[str]


class Audience(Protocol):
    """What is asked of the application, on the loop thread; it must not block it."""

    async def admit(self, ticket: str) -> Watcher | None:
        """Return who shows this ticket, which is then used up; None for one that is not good (any more)."""
        ...


class Live:
    """All watchers of this process. Everything here belongs to one event loop, but `watchers`."""

    def __init__(self, settings: ServerSettings) -> None:
        self.accounts: Counter[str] = Counter()
        self._settings = settings
        self._backlog = Backlog(settings.events_remembered)
        # The number of the last event that was told to those who watch.
        self._told = 0
        self._watching: dict[ChargePointSocket, Watcher] = {}
        self._channels: dict[str, set[ChargePointSocket]] = {}
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def watchers(self) -> tuple[Watcher, ...]:
        """Return who watches. Any thread may ask: the copy is one step of the interpreter."""
        return tuple(self._watching.values())

    def start(self) -> None:
        self._tasks = [asyncio.create_task(work) for work in (self._tell_news(), self._keep_alive())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def expect(self, socket: ChargePointSocket, watcher: Watcher) -> None:
        """Count a watcher from his handshake to the end of his connection, however it ends."""
        socket.watcher = watcher
        self._watching[socket] = watcher
        self.accounts[watcher.account] += 1
        socket.on_lost = partial(self._leave, socket)

    def publish(self, events: Sequence[Event]) -> None:
        """Tell events, in this order."""
        for event in events:
            self._backlog.append(event)
        self._news.set()

    def lose(self) -> None:
        """Have everybody read anew: something happened that cannot be told."""
        self._backlog.forget()
        self._news.set()

    def end(self, watchers: Collection[Watcher], reason: str) -> None:
        """End the connections of some watchers."""
        for socket, watcher in list(self._watching.items()):
            if watcher in watchers:
                socket.write_close(CloseCode.POLICY_VIOLATION, reason)

    async def serve(self, socket: ChargePointSocket, watcher: Watcher, last_event_id: str | None) -> None:
        """Be the task of one watcher: greet him, tell what he has missed, then let him hear what comes."""
        came_from = None if last_event_id is None else self._backlog.number_of(last_event_id)
        position = self._told if came_from is None else min(came_from, self._told)
        self._write(socket, self._notice("hello", position, last_event_id=self._backlog.id_of(self._told)))
        if last_event_id is not None and came_from is None:
            self._write(socket, self._notice("resync", position))
        await self._catch_up(socket, watcher, position)
        for channel in watcher.channels:
            self._channels.setdefault(channel, set()).add(socket)
        await self._hear_out(socket)

    async def _catch_up(self, socket: ChargePointSocket, watcher: Watcher, position: int) -> None:
        """Tell what was told since; return when nothing is left of it, without a moment for more to come."""
        while position < self._told and socket.is_open:
            if not self._backlog.has_all_after(position):
                self._write(socket, self._notice("resync", self._told))
                return
            up_to = min(position + _CHUNK, self._told)
            for frame in self._backlog.frames(position, up_to, watcher.channels):
                socket.write(frame)
            position = up_to
            await socket.wait_until_read()

    async def _hear_out(self, socket: ChargePointSocket) -> None:
        """Read until the connection ends; nothing a watcher says means anything."""
        allowance = TokenBucket(_MESSAGES_PER_SECOND, _MESSAGES_AT_ONCE, time.monotonic())
        with contextlib.suppress(ConnectionClosed):
            while True:
                await socket.recv(decode=False)
                if allowance.take(time.monotonic()):
                    socket.write_close(CloseCode.POLICY_VIOLATION, "says too much")

    def _leave(self, socket: ChargePointSocket) -> None:
        watcher = self._watching.pop(socket)
        self.accounts[watcher.account] -= 1
        if not self.accounts[watcher.account]:
            del self.accounts[watcher.account]
        for channel in watcher.channels:
            listeners = self._channels.get(channel, set())
            listeners.discard(socket)
            if not listeners:
                self._channels.pop(channel, None)

    async def _tell_news(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while self._told < self._backlog.last:
                if self._backlog.has_all_after(self._told):
                    self._told += 1
                    event = self._backlog.event(self._told)
                    await self._tell([(socket, frame) for on, frame in event.items() for socket in self._on(on)])
                else:
                    # More has happened than could be told in the meantime.
                    self._told = self._backlog.last
                    notice = self._notice("resync", self._told)
                    everybody = set[ChargePointSocket]().union(*self._channels.values())
                    await self._tell([(socket, notice) for socket in everybody])

    def _on(self, channel: str) -> Collection[ChargePointSocket]:
        return self._channels.get(channel, ())

    async def _tell(self, frames: Sequence[tuple[ChargePointSocket, bytes]]) -> None:
        """Write to those who listened when this was begun; who comes meanwhile has been told already."""
        for number, (socket, frame) in enumerate(frames, 1):
            self._write(socket, frame)
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)

    def _write(self, socket: ChargePointSocket, frame: bytes) -> None:
        """Write without waiting; who leaves too much unread is not worth the memory."""
        if socket.unread_bytes > self._settings.max_unread_by_watcher:
            socket.write_close(CloseCode.POLICY_VIOLATION, "reads too slowly")
        socket.write(frame)

    def _notice(self, kind: str, number: int, **data: str) -> bytes:
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return orjson.dumps({"id": self._backlog.id_of(number), "type": kind, "at": at, "data": data})

    async def _keep_alive(self) -> None:
        """Ping who has been silent, and let go of who does not answer: phones leave without a word."""
        settings = self._settings
        while True:
            await asyncio.sleep(settings.sweep_interval)
            now = time.monotonic()
            for socket in list(self._watching):
                if now - socket.last_heard > settings.dead_after:
                    socket.transport.abort()
                elif now - socket.last_heard >= settings.ping_interval:
                    socket.write_ping()
