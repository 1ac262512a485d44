"""Many small durable writes as few large ones: whoever waits is told when its own part is on disk."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
MAX_BATCH = 2000
# Where so many came together, a moment's patience makes the next group larger, and each of its items cheaper.
BUSY = 8
PATIENCE_SECONDS = 0.002
# So many are worth a write of their own beside the one that is under way.
LARGE = 40


class GroupCommit(Generic[T]):
    """Collects items while a write is under way, then writes all of them at once.

    `write` stores a batch and returns when it is durable; what it raises, every waiter of that batch gets. A batch is
    no larger than MAX_BATCH items, unless one waiter alone has more. Memory is bounded by the callers: each waits for
    its own items. Where the order of groups does not matter, there may be several `writers`.
    """

    def __init__(self, write: Callable[[Sequence[T]], Awaitable[None]], writers: int = 1) -> None:
        self._write = write
        self._writers = writers
        self._waiting: list[tuple[Sequence[T], asyncio.Future[None]]] = []
        self._writing: set[asyncio.Task[None] | None] = set()

    async def add(self, items: Sequence[T]) -> None:
        """Return when the items are durable."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((items, done))
        if not self._writing or (len(self._writing) < self._writers and len(self._waiting) >= LARGE):
            self._writing.add(asyncio.create_task(self._write_all()))
        await done

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                batch = self._next_batch()
                await self._settle(batch)
                if len(self._writing) > 1:
                    break  # the other one goes on, with larger groups than two would get
                if len(batch) >= BUSY:
                    await asyncio.sleep(PATIENCE_SECONDS)
        finally:
            self._writing.discard(asyncio.current_task())

    def _next_batch(self) -> list[tuple[Sequence[T], asyncio.Future[None]]]:
        taken = size = 0
        for items, _done in self._waiting:
            size += len(items)
            if taken and size > MAX_BATCH:
                break
            taken += 1
        batch, self._waiting = self._waiting[:taken], self._waiting[taken:]
        return batch

    async def _settle(self, batch: list[tuple[Sequence[T], asyncio.Future[None]]]) -> None:
        items = [item for items, _done in batch for item in items]
        error: Exception | None = None
        try:
            await self._write(items)
        except Exception as failure:  # noqa: BLE001 - handed on, whole, to everyone who waits
            error = failure
        for _items, done in batch:
            if done.cancelled():
                continue
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)
