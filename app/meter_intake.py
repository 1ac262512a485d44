"""MeterValues, from the message to the disk: read, attributed to a transaction, committed in groups."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.meter_values import read
from app.domain.transactions import connector_number, transaction_number
from app.group_commit import GroupCommit
from app.storage.collection import Document
from app.storage.database import Storage
from app.storage.meter_values import to_record
from app.storage.sessions import Progress

REMEMBERED = 20_000
Run = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Owned:
    """What a charge point may mean by a transactionId: its own connector, or somebody else's transaction."""

    connector_id: int | None
    foreign: bool


class MeterIntake:
    """Lives on the loop thread; `run` carries a function to a storage thread."""

    def __init__(self, storage: Storage, run: Run) -> None:
        self._storage = storage
        self._run = run
        self._group = GroupCommit[tuple[Document, Progress]](self._write)
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
        items = []
        for value in request.get("meterValue") or []:
            reading = read(value, received_at)
            record = to_record(charge_point_id, connector_id, transaction_id, reading, received_at)
            items.append((record, Progress(charge_point_id, connector_id, transaction_id, reading)))
        if items:
            await self._group.add(items)
        return foreign

    def _look_up(self, charge_point_id: str, transaction_id: int) -> Owned:
        session = self._storage.sessions.by_transaction(charge_point_id, transaction_id)
        if session is not None:
            return Owned(session.connector_id, foreign=False)
        return Owned(None, foreign=self._storage.sessions.owner_of(transaction_id) is not None)

    def _remember(self, charge_point_id: str, transaction_id: int, owned: Owned) -> None:
        self._owned[charge_point_id, transaction_id] = owned
        if len(self._owned) > REMEMBERED:
            self._owned.popitem(last=False)

    async def _write(self, batch: Sequence[tuple[Document, Progress]]) -> None:
        await self._run(self._store, batch)

    def _store(self, batch: Sequence[tuple[Document, Progress]]) -> None:
        self._storage.meter_values.insert_batch([record for record, _progress in batch])
        self._storage.sessions.progress([progress for _record, progress in batch])
