"""Charging sessions with the transaction each one became."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne

from app.domain.meter_values import Reading
from app.domain.sessions import OPEN, PENDING, RUNNING, Session, State
from app.storage.collection import Collection, Document, Order

_LIVE_FIELDS = (("last_register_wh", "energy_wh"), ("power_w", "power_w"), ("soc", "soc"))


@dataclass(frozen=True, slots=True)
class Progress:
    """What a MeterValues said of a running transaction; `transaction_id` None means the connector's open one."""

    charge_point_id: str
    connector_id: int
    transaction_id: int | None
    reading: Reading


class Sessions(Collection[Session]):
    name = "sessions"
    key = "session_id"
    kind = Session
    readers = {"state": State}
    versioned = True
    order = Order("created_at", -1)
    indexes = (
        IndexModel([("transaction_id", ASCENDING)], unique=True, sparse=True),
        IndexModel([("start_key", ASCENDING)], unique=True, sparse=True),
        IndexModel(
            [("username", ASCENDING), ("idempotency_key", ASCENDING)],
            unique=True,
            partialFilterExpression={"idempotency_key": {"$exists": True}},
        ),
        # One request at a time per connector: a double click cannot start twice.
        IndexModel(
            [("charge_point_id", ASCENDING), ("connector_id", ASCENDING)],
            name="one_pending_per_connector",
            unique=True,
            partialFilterExpression={"state": {"$in": list(PENDING)}},
        ),
        IndexModel([("charge_point_id", ASCENDING), ("state", ASCENDING)]),
        IndexModel([("id_tag", ASCENDING), ("state", ASCENDING)]),
        IndexModel([("username", ASCENDING), ("created_at", DESCENDING)]),
        IndexModel([("created_at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel([("deadline_at", ASCENDING)], sparse=True),
        IndexModel([("stop_key", ASCENDING)], sparse=True),
    )

    def by_transaction(self, charge_point_id: str, transaction_id: int) -> Session | None:
        """Return the session of a transaction, if it is this very charge point's."""
        return self.first({"transaction_id": transaction_id, "charge_point_id": {"$eq": charge_point_id}})

    def owner_of(self, transaction_id: int) -> str | None:
        """Return the id of the charge point that a transaction belongs to."""
        session = self.first({"transaction_id": transaction_id})
        return session.charge_point_id if session else None

    def open_on(self, charge_point_id: str, connector_id: int | None = None) -> list[Session]:
        """Return what has not ended on a charge point or one connector, oldest first."""
        where: Document = {"charge_point_id": {"$eq": charge_point_id}, "state": {"$in": list(OPEN)}}
        if connector_id is not None:
            where["connector_id"] = connector_id
        return self.find(where, sort=[("created_at", ASCENDING)])

    def open_of_tag(self, id_tag: str) -> list[Session]:
        """Return what has not ended of a tag; a transaction that was refused does not count as the tag's."""
        return self.find(
            {
                "id_tag": {"$eq": id_tag},
                "state": {"$in": list(OPEN)},
                "authorization": {"$in": [None, "Accepted"]},
            }
        )

    def move(self, session_id: str, states: Iterable[State], changes: Mapping[str, Any]) -> Session | None:
        """Change a session if its state is still one of `states`; None when it is not."""
        return self.update(session_id, changes, when={"state": {"$in": list(states)}})

    def due(self, now: datetime, limit: int = 500) -> list[Session]:
        """Return the pending sessions whose deadline has passed."""
        return self.find({"deadline_at": {"$lte": now}, "state": {"$in": list(PENDING)}}, limit=limit)

    def progress(self, batch: Iterable[Progress]) -> None:
        """Bring running sessions up to date in one round trip; a reading older than the last one changes nothing."""
        updates = [_update(one) for one in batch]
        if updates:
            self.documents.bulk_write(updates, ordered=True)


def _update(one: Progress) -> UpdateOne:
    where: Document = {
        "charge_point_id": {"$eq": one.charge_point_id},
        "state": {"$in": list(RUNNING)},
        "$or": [{"metered_at": {"$exists": False}}, {"metered_at": {"$lt": one.reading.at}}],
    }
    if one.transaction_id is None:
        where["connector_id"] = one.connector_id
    else:
        where["transaction_id"] = one.transaction_id
    values: Document = {"metered_at": one.reading.at}
    for name, source in _LIVE_FIELDS:
        if (value := getattr(one.reading, source)) is not None:
            values[name] = value
    if one.reading.energy_wh is not None:
        values["first_register_wh"] = {"$ifNull": ["$first_register_wh", one.reading.energy_wh]}
    values["version"] = {"$add": ["$version", 1]}
    return UpdateOne(where, [{"$set": values}])
