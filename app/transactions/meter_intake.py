"""MeterValues, from the message to the disk: read, attributed to a transaction, committed in groups."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from app.domain.connectors import connector_number
from app.domain.meter_values import Reading, read
from app.domain.sessions import Session
from app.domain.transactions import running_at, transaction_number
from app.group_commit import GroupCommit
from app.storage.collection import Document
from app.storage.database import Storage
from app.storage.meter_values import to_record
from app.storage.session_progress import Progress
from app.transactions.live_sessions import LiveSessions

REMEMBERED = 20_000
Run = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Owned:
    """What a charge point may mean by a transactionId: its own connector, or somebody else's transaction."""

    connector_id: int | None
    foreign: bool


class Metered(NamedTuple):
    """One MeterValue element on its way to the disk: as it will be kept, and as it reads."""

    record: Document
    reading: Reading
    charge_point_id: str
    connector_id: int
    transaction_id: int | None


class MeterIntake:
    """Lives on the loop thread; `run` carries a function to a storage thread."""

    def __init__(self, storage: Storage, run: Run) -> None:
        self._storage = storage
        self._run = run
        self._group = GroupCommit[Metered](self._write, writers=2)
        self._live = LiveSessions(self._bring_up_to_date)
        self._owned: OrderedDict[tuple[str, int], Owned] = OrderedDict()

    async def take(self, charge_point_id: str, request: dict[str, Any], received_at: datetime) -> int | None:
        """Return once every value is durable; the result is a foreign transactionId, met the first time."""
        transaction_id = transaction_number(request.get("transactionId"))
        connector_id = connector_number(request.get("connectorId")) or 0
        foreign = None
        if transaction_id is not None:
            owned = self._owned.get((charge_point_id, transaction_id))
            if owned is None:
                owned = await self._run(self._look_up, charge_point_id, transaction_id)
                self._remember(charge_point_id, transaction_id, owned)
                foreign = transaction_id if owned.foreign else None
            if owned.connector_id is not None:
                connector_id = owned.connector_id  # some send everything as connector 0
        metered = []
        for value in request.get("meterValue") or []:
            reading = read(value, received_at)
            record = to_record(charge_point_id, connector_id, transaction_id, reading, received_at)
            metered.append(Metered(record, reading, charge_point_id, connector_id, transaction_id))
        if metered:
            await self._group.add(metered)
        return foreign

    def _look_up(self, charge_point_id: str, transaction_id: int) -> Owned:
        session = self._storage.sessions.by_transaction(charge_point_id, transaction_id)
        if session is not None:
            return Owned(session.connector_id, foreign=False)
        return Owned(None, foreign=self._storage.sessions.owner_of(transaction_id) is not None)

    def _remember(self, charge_point_id: str, transaction_id: int, owned: Owned) -> None:
        if owned.connector_id is None and not owned.foreign:
            return  # nobody's yet: the number may be given out tomorrow
        self._owned[charge_point_id, transaction_id] = owned
        if len(self._owned) > REMEMBERED:
            self._owned.popitem(last=False)

    async def catch_up(self, charge_point_id: str) -> None:
        """Bring a charge point's sessions up to date before something else is booked on them."""
        await self._live.catch_up(charge_point_id)

    async def stop(self) -> None:
        """Bring every session up to date."""
        await self._live.stop()

    async def _write(self, batch: Sequence[Metered]) -> None:
        await self._live.follow(await self._run(self._store, batch))

    def _store(self, batch: Sequence[Metered]) -> list[Progress]:
        # The values first: a crash in between makes the charge point repeat itself, and the same value is kept once.
        self._storage.meter_values.insert_batch([one.record for one in batch])
        return self._progress(batch)

    async def _bring_up_to_date(self, progress: Sequence[Progress]) -> None:
        await self._run(self._storage.sessions.progress, progress)

    def _progress(self, batch: Sequence[Metered]) -> list[Progress]:
        """Attribute the values to transactions: by their number, else to what ran on their connector at the time."""
        unnumbered = {one.charge_point_id for one in batch if one.transaction_id is None and one.connector_id > 0}
        running: dict[tuple[str, int], list[Session]] = {}
        for session in self._storage.sessions.running_on(unnumbered) if unnumbered else ():
            running.setdefault((session.charge_point_id, session.connector_id), []).append(session)
        progress = []
        for one in batch:
            transaction_id = one.transaction_id
            if transaction_id is None:
                here = running_at(one.reading.at, running.get((one.charge_point_id, one.connector_id), ()))
                transaction_id = here.transaction_id if here else None
            if transaction_id is not None:
                progress.append(Progress(one.charge_point_id, transaction_id, one.reading))
        return progress
