"""Keeps every frame for a few days, behind the back of those who send them: gathered in memory, written in bulk."""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from app.config import Settings
from app.frames.masking import BY_PLACE, can_hold_link, masked_text
from app.storage.collection import Document
from app.storage.database import Storage
from app.storage.errors import DatabaseError
from app.storage.frames import KEPT_BYTES, to_batch
from ocpp_server.frames import CALL, CALL_ERROR, CALL_RESULT, Exchange, Observer, Outcome
from ocpp_server.guard import guarded
from ocpp_server.schemas import actions

log = logging.getLogger(__name__)

WRITE_SECONDS = 0.5
LIMIT_SECONDS = 10.0
# What is written at a time, and what may wait while the database is behind: bytes, more than the frames' texts have.
PIECE = 4 * 1024 * 1024
MOST_WAITING = 16 * 1024 * 1024
_WEIGHT = 500
# What of these came as it should have needs no second look but for a link.
_PLAIN = actions() - BY_PLACE
_MOST_ID = 255
_MOST_ACTION = 50


class FrameKeeping:
    """Takes frames on the loop thread and writes them twice a second, or when a piece is full.

    `run` carries a function to a storage thread.
    """

    def __init__(self, storage: Storage, settings: Settings, run: Callable[..., Awaitable[Any]]) -> None:
        self._storage = storage
        self._kept_for = timedelta(days=settings.frames_kept_days)
        self._most_bytes = settings.frames_max_bytes
        self._run = run
        self._waiting: deque[Exchange] = deque()
        self._weight = 0
        self._dropped = 0
        self._full = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def observer(self) -> Observer | None:
        """Return what takes frames, if any are to be kept."""
        return self.take if self._kept_for else None

    def take(self, exchange: Exchange) -> None:
        self._waiting.append(exchange)
        self._weight += _weight(exchange)
        if self._weight > PIECE:
            self._full.set()
            self._make_room()

    def start(self) -> None:
        if self._kept_for:
            work = (self._every(self._due, self._write), self._every(_after(LIMIT_SECONDS), self._limit))
            self._tasks = [asyncio.create_task(each) for each in work]

    async def stop(self) -> None:
        """Write what waits, if the database takes it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(DatabaseError):
            await self._write()

    async def _every(self, due: Callable[[], Awaitable[None]], work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await due()
            await guarded(self._patiently(work), "frame_keeping", charge_point_id="")

    async def _due(self) -> None:
        """Wait until it is time to write."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._full.wait(), WRITE_SECONDS)

    async def _patiently(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except DatabaseError as error:
            log.warning("frames_postponed", extra={"fields": {"error": type(error).__name__}})
            # However much waits meanwhile, a database in trouble is not asked without a pause.
            await asyncio.sleep(WRITE_SECONDS)

    async def _write(self) -> None:
        if self._dropped:
            log.warning("frames_dropped", extra={"fields": {"frames": self._dropped}})
            self._dropped = 0
        while self._waiting:
            piece, weight = self._piece()
            try:
                await self._run(self._store, piece)
            except DatabaseError:
                # What of them was written already will be there twice, which is better than not at all.
                self._waiting.extendleft(reversed(piece))
                self._weight += weight
                self._make_room()
                raise

    def _piece(self) -> tuple[list[Exchange], int]:
        """Take the oldest of what waits, so much that it costs little memory to write them, and what they weigh."""
        self._full.clear()
        piece, weight = [], 0
        while self._waiting and weight < PIECE:
            piece.append(one := self._waiting.popleft())
            weight += _weight(one)
        self._weight -= weight
        return piece, weight

    async def _limit(self) -> None:
        await self._run(self._storage.frames.limit_size, self._most_bytes)

    def _make_room(self) -> None:
        while self._weight > MOST_WAITING:
            self._weight -= _weight(self._waiting.popleft())
            self._dropped += 1

    def _store(self, exchanges: Iterable[Exchange]) -> None:
        self._storage.frames.keep(_batches(exchanges, self._kept_for))


def _after(seconds: float) -> Callable[[], Awaitable[None]]:
    return lambda: asyncio.sleep(seconds)


def _weight(exchange: Exchange) -> int:
    return len(exchange.text) + len(exchange.answer or b"") + _WEIGHT


def _batches(exchanges: Iterable[Exchange], kept_for: timedelta) -> Iterator[Document]:
    together: dict[tuple[str, str, int], list[Sequence[Any]]] = defaultdict(list)
    plain = _PLAIN  # this loop goes over every message that any charge point sends
    for exchange in exchanges:
        charge_point_id, connection_id, sent, kind, message_id, action, outcome, began, text, ended, answer = exchange
        second = int(began)
        if (
            action in plain
            and kind == CALL
            and ended is not None
            and answer is not None
            and began <= ended < second + 1
            and len(text) <= KEPT_BYTES >= len(answer)
            and not can_hold_link(text)
            and not can_hold_link(answer)
        ):
            asked = int(began * 1e6), sent, kind, message_id, action, outcome, int((ended - began) * 1e6)
            together[charge_point_id, connection_id, second].append((*asked, text, len(text), answer, len(answer)))
            continue
        for second, row in _rows(exchange):
            together[charge_point_id, connection_id, second].append(row)
    for (charge_point_id, connection_id, second), rows in together.items():
        expire_at = datetime.fromtimestamp(second, UTC) + kept_for
        yield to_batch(charge_point_id, connection_id, second, expire_at, rows)


def _rows(exchange: Exchange) -> tuple[tuple[int, Sequence[Any]], ...]:
    """Return what is kept of an exchange, by second: the values of one Row, or of two; masked, cut, bounded."""
    _charge_point_id, _connection_id, sent, kind, message_id, action, outcome, began, text, ended, answer = exchange
    if message_id is not None and len(message_id) > _MOST_ID:
        message_id = message_id[:_MOST_ID]
    size, second, at = len(text), int(began), int(began * 1e6)
    text = masked_text(action, kind, text)
    if action is not None and len(action) > _MOST_ACTION:
        action = action[:_MOST_ACTION]
    known = (message_id, action, outcome)
    if answer is None or ended is None:
        return ((second, (at, sent, kind, *known, None, text[:KEPT_BYTES], size, None, None)),)
    latency, answer_size = max(0, int(ended * 1e6) - at), len(answer)
    answer_kind = CALL_RESULT if outcome == Outcome.ANSWERED else CALL_ERROR
    answer = masked_text(action, answer_kind, answer)[:KEPT_BYTES]
    if int(ended) == second:
        return ((second, (at, sent, kind, *known, latency, text[:KEPT_BYTES], size, answer, answer_size)),)
    alone = (at + latency, not sent, answer_kind, *known, latency, answer, answer_size, None, None)
    asked = (at, sent, kind, *known, None, text[:KEPT_BYTES], size, None, None)
    return (second, asked), ((at + latency) // 1_000_000, alone)
