"""What must happen by the clock: stored deadlines, and when charge points were heard, written down in bulk."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from app.certificates.requests import follow_due
from app.files.orders import expire_files
from app.follow_ups import FollowUps, Occasion
from app.local_lists.changes import due_lists
from app.reservations.events import expire_reservations
from app.storage.database import Storage
from app.storage.errors import DatabaseError
from app.transactions.session_events import close_silent, expire_due
from ocpp_server.guard import guarded

log = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
FLUSH_SECONDS = 10.0
FILES_SECONDS = 2.0
CERTIFICATES_SECONDS = 2.0
# The first time an hour after the start: after a long stop of ours everybody was silent, and is not any more.
SILENCE_SECONDS = 3600.0


class Housekeeping:
    """Loops on the loop thread; nothing is lost with them, for deadlines are in the database.

    `also` is what features have to do besides, and every how many seconds; each runs on a storage thread.
    """

    def __init__(
        self,
        storage: Storage,
        run: Callable[..., Awaitable[Any]],
        now: Callable[[], datetime],
        follow_ups: FollowUps,
    ) -> None:
        self.seen: dict[str, datetime] = {}
        self.also: list[tuple[float, Callable[[], None]]] = []
        self._storage = storage
        self._run = run
        self._now = now
        self._follow_ups = follow_ups
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._every(SWEEP_SECONDS, self._sweep), name="deadlines"),
            asyncio.create_task(self._every(FLUSH_SECONDS, self._flush), name="last-seen"),
            asyncio.create_task(self._every(FILES_SECONDS, self._expire_files), name="files"),
            asyncio.create_task(self._every(CERTIFICATES_SECONDS, self._follow_certificates), name="certificates"),
            asyncio.create_task(self._every(SWEEP_SECONDS, self._local_lists), name="local-lists"),
            asyncio.create_task(self._every(SILENCE_SECONDS, self._close_silent), name="silence"),
            *(asyncio.create_task(self._every(seconds, self._as_work(each))) for seconds, each in self.also),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            await self._flush()
        except DatabaseError as error:
            log.warning("last_seen_not_written", extra={"fields": {"error": type(error).__name__}})

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            # One document that cannot be read must not stop the clock for all others.
            await guarded(self._patiently(work), "housekeeping", charge_point_id="")

    async def _patiently(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except DatabaseError as error:
            # The next round tries again; readiness tells the operator meanwhile.
            fields = {"work": work.__name__, "error": type(error).__name__}
            log.warning("housekeeping_postponed", extra={"fields": fields})

    def _as_work(self, function: Callable[[], None]) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            await self._run(function)

        work.__name__ = function.__name__
        return work

    async def _sweep(self) -> None:
        await self._run(expire_due, self._storage, self._now())
        await self._run(expire_reservations, self._storage, self._now())

    async def _close_silent(self) -> None:
        await self._run(close_silent, self._storage, self._now())

    async def _expire_files(self) -> None:
        await self._run(expire_files, self._storage, self._now())

    async def _follow_certificates(self) -> None:
        await self._run(follow_due, self._storage, self._follow_ups, self._now())

    async def _local_lists(self) -> None:
        for charge_point_id in await self._run(due_lists, self._storage, self._now()):
            self._follow_ups.tell(Occasion.LOCAL_LIST_DUE, charge_point_id)

    async def _flush(self) -> None:
        heard, self.seen = self.seen, {}
        try:
            await self._run(self._storage.charge_points.seen, heard)
        except DatabaseError:
            self.seen = {**heard, **self.seen}
            raise
