"""Running sessions brought up to date with their meters: at once, and in a flood of values once a second."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence

from app.storage.errors import DatabaseError
from app.storage.session_progress import Progress, combined
from ocpp_server.throttle import TokenBucket

log = logging.getLogger(__name__)

# A charge point that was offline sends hours of values within seconds; whoever looks needs the newest.
AT_ONCE = 20
EVERY_SECONDS = 1.0
REMEMBERED = 20_000


class LiveSessions:
    """Lives on the loop thread. `write` brings sessions up to date and returns when that is durable.

    The values themselves are on the disk already: what is put off, by a second at most, is how their session looks.
    """

    def __init__(
        self, write: Callable[[Sequence[Progress]], Awaitable[None]], every_seconds: float = EVERY_SECONDS
    ) -> None:
        self._write = write
        self._every_seconds = every_seconds
        self._allowances: OrderedDict[int, TokenBucket] = OrderedDict()
        self._behind: dict[str, dict[int, Progress]] = {}
        self._later: asyncio.Task[None] | None = None

    async def follow(self, batch: Iterable[Progress]) -> None:
        """Return when every session is up to date but those that are flooded."""
        due = self._due(self._noted(batch), time.monotonic())
        if self._behind and self._later is None:
            self._later = asyncio.create_task(self._catch_up_later())
        if due:
            await self._write(due)

    async def catch_up(self, charge_point_id: str) -> None:
        """Bring a charge point's sessions up to date before something else is booked on them."""
        if behind := self._behind.pop(charge_point_id, None):
            await self._write(list(behind.values()))

    async def stop(self) -> None:
        """Bring every session up to date."""
        if self._later is not None:
            self._later.cancel()
        await self._catch_up_with_all()

    def _noted(self, batch: Iterable[Progress]) -> dict[tuple[str, int], None]:
        """Add what is new to what is behind, and return whose it is."""
        noted: dict[tuple[str, int], None] = {}
        for one in batch:
            behind = self._behind.setdefault(one.charge_point_id, {})
            earlier = behind.get(one.transaction_id)
            behind[one.transaction_id] = one if earlier is None else combined(earlier, one)
            noted[one.charge_point_id, one.transaction_id] = None
        return noted

    def _due(self, noted: Iterable[tuple[str, int]], now: float) -> list[Progress]:
        """Take out of what is behind all that has not been written too often of late."""
        due = []
        for charge_point_id, transaction_id in noted:
            allowance = self._allowance(transaction_id, now)
            if allowance.wait(now):
                continue
            allowance.take(now)
            behind = self._behind[charge_point_id]
            due.append(behind.pop(transaction_id))
            if not behind:
                del self._behind[charge_point_id]
        return due

    def _allowance(self, transaction_id: int, now: float) -> TokenBucket:
        allowance = self._allowances.get(transaction_id)
        if allowance is None:
            allowance = self._allowances[transaction_id] = TokenBucket(1 / self._every_seconds, AT_ONCE, now)
            if len(self._allowances) > REMEMBERED:
                self._allowances.popitem(last=False)
        return allowance

    async def _catch_up_later(self) -> None:
        await asyncio.sleep(self._every_seconds)
        self._later = None
        await self._catch_up_with_all()

    async def _catch_up_with_all(self) -> None:
        behind, self._behind = self._behind, {}
        progress = [one for of_charge_point in behind.values() for one in of_charge_point.values()]
        if not progress:
            return
        try:
            await self._write(progress)
        except DatabaseError as error:
            # Each session is put right by its next value or by its stop; readiness tells the operator meanwhile.
            log.warning("sessions_not_up_to_date", extra={"fields": {"error": type(error).__name__}})
