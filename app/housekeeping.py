"""What must happen by the clock: stored deadlines, and when charge points were heard, written down in bulk."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
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


# A name for the log, every how many seconds, and what is done then on a storage thread, given the time.
Job = tuple[str, float, Callable[[datetime], object]]


class Housekeeping:
    """Loops on the loop thread; nothing is lost with them, for deadlines are in the database.

    `also` is what features have to do besides.
    """

    def __init__(
        self,
        storage: Storage,
        run: Callable[..., Awaitable[Any]],
        now: Callable[[], datetime],
        follow_ups: FollowUps,
    ) -> None:
        self.seen: dict[str, datetime] = {}
        self.also: list[Job] = []
        self._storage = storage
        self._run = run
        self._now = now
        self._follow_ups = follow_ups
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        work: list[tuple[str, float, Callable[[], Awaitable[None]]]] = [("last-seen", FLUSH_SECONDS, self._flush)]
        work += [(name, seconds, partial(self._do, job)) for name, seconds, job in (*self._jobs(), *self.also)]
        self._tasks = [asyncio.create_task(self._every(*each), name=each[0]) for each in work]

    def _jobs(self) -> tuple[Job, ...]:
        storage = self._storage
        return (
            ("deadlines", SWEEP_SECONDS, partial(expire_due, storage)),
            ("reservations", SWEEP_SECONDS, partial(expire_reservations, storage)),
            ("local-lists", SWEEP_SECONDS, self._look_at_lists),
            ("files", FILES_SECONDS, partial(expire_files, storage)),
            ("certificates", CERTIFICATES_SECONDS, partial(follow_due, storage, self._follow_ups)),
            ("silence", SILENCE_SECONDS, partial(close_silent, storage)),
        )

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            await self._flush()
        except DatabaseError as error:
            log.warning("last_seen_not_written", extra={"fields": {"error": type(error).__name__}})

    async def _every(self, name: str, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            # One document that cannot be read must not stop the clock for all others.
            await guarded(self._patiently(name, work), "housekeeping", charge_point_id="")

    async def _patiently(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except DatabaseError as error:
            # The next round tries again; readiness tells the operator meanwhile.
            log.warning("housekeeping_postponed", extra={"fields": {"work": name, "error": type(error).__name__}})

    async def _do(self, job: Callable[[datetime], object]) -> None:
        await self._run(job, self._now())

    def _look_at_lists(self, now: datetime) -> None:
        for charge_point_id in due_lists(self._storage, now):
            self._follow_ups.tell(Occasion.LOCAL_LIST_DUE, charge_point_id)

    async def _flush(self) -> None:
        heard, self.seen = self.seen, {}
        try:
            await self._run(self._storage.charge_points.seen, heard)
        except DatabaseError:
            self.seen = {**heard, **self.seen}
            raise
