"""Charging sessions with the transaction each one became."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from app.domain.pauses import Pause
from app.domain.roles import Role
from app.domain.session_hints import Why
from app.domain.sessions import MOST_PER_SESSION_WH, OPEN, PENDING, RUNNING, Session, State
from app.domain.stop_rules import StopAt
from app.storage.audit import Audited
from app.storage.collection import Document, Order
from app.storage.session_progress import Progress, update_of
from app.storage.tariffs import read_tariff
from app.storage.watched import Watched

# What a change by meter values is told of: a session, by its transaction's id.
METERED = "transaction"


@dataclass(frozen=True, slots=True)
class Draw:
    """What one running transaction draws, by its last sample."""

    charge_point_id: str
    power_w: float = 0.0


@dataclass(frozen=True, slots=True)
class Begun:
    """The transactions of a time, counted: `metered_wh` is the sum of those that the meter was read of at both ends,
    `others` are those that it was not."""

    count: int
    metered_wh: int
    others: list[Session]


def _pauses(documents: Sequence[Mapping[str, Any]]) -> tuple[Pause, ...]:
    return tuple(Pause(**fields) for fields in documents)


class Sessions(Watched[Session], Audited[Session]):
    """Every session. Starts and stops by staff are commands; when it is to end is changed here alone."""

    called = "session"
    of_people = frozenset({"stop_at", "stop_wanted"})
    least = Role.STAFF
    name = "sessions"
    key = "session_id"
    kind = Session
    readers = {"state": State, "tariff": read_tariff, "pauses": _pauses, "stop_at": lambda rules: StopAt(**rules)}
    versioned = True
    order = Order("created_at", -1)
    indexes = (
        IndexModel([("transaction_id", ASCENDING)], unique=True, sparse=True),
        IndexModel([("start_key", ASCENDING)], unique=True, sparse=True),
        # One request at a time per connector: a double click cannot start twice.
        IndexModel(
            [("charge_point_id", ASCENDING), ("connector_id", ASCENDING)],
            name="one_pending_per_connector",
            unique=True,
            partialFilterExpression={"state": {"$in": list(PENDING)}},
        ),
        IndexModel([("charge_point_id", ASCENDING), ("state", ASCENDING)]),
        IndexModel([("id_tag", ASCENDING), ("state", ASCENDING)]),
        IndexModel(
            [("charge_point_id", ASCENDING), ("started_at", DESCENDING)],
            name="closed_without_stop",
            partialFilterExpression={"provisional_end": True},
        ),
        IndexModel([("deadline_at", ASCENDING)], sparse=True),
        # Only of sessions that have rules: all others' meter values touch nothing of it.
        IndexModel(
            [("stop_due_at", ASCENDING)],
            name="stop_rules",
            partialFilterExpression={"stop_due_at": {"$exists": True}, "state": {"$in": list(RUNNING)}},
        ),
        IndexModel([("stop_key", ASCENDING)], sparse=True),
        order.index(),
        order.index("charge_point_id"),
        order.index("username"),
        order.index("id_tag"),
        order.index("vehicle_id"),
        order.index("state"),
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

    def open_of_account(self, username: str, id_tags: Sequence[str]) -> Session | None:
        """Return a session of an account or of its tags that has not ended, if there is one."""
        whose = [{"username": {"$eq": username}}, {"id_tag": {"$in": list(id_tags)}}]
        return self.first({"state": {"$in": list(OPEN)}, "$or": whose})

    def last_on(self, charge_point_id: str, connector_id: int) -> Session | None:
        """Return what was last asked for or begun on a connector."""
        where = {"charge_point_id": {"$eq": charge_point_id}, "connector_id": connector_id}
        return self.first(where, sort=self.order.keys)

    def open_by_state(self) -> dict[str, int]:
        """Count what has not ended, by state."""
        stages: list[Document] = [
            {"$match": {"state": {"$in": list(OPEN)}}},
            {"$group": {"_id": "$state", "number": {"$sum": 1}}},
        ]
        return {str(found["_id"]): int(found["number"]) for found in self.documents.aggregate(stages)}

    def open_around(self, charge_point_id: str, connector_id: int, id_tag: str) -> list[Session]:
        """Return what has not ended on a connector, and what a tag has open anywhere: one round trip."""
        here = {"charge_point_id": {"$eq": charge_point_id}, "connector_id": connector_id}
        return self.find({"state": {"$in": list(OPEN)}, "$or": [here, _of_tag(id_tag)]})

    def running_on(self, charge_points: Iterable[str]) -> list[Session]:
        """Return the transactions that run on some charge points."""
        return self.find({"charge_point_id": {"$in": list(charge_points)}, "state": {"$in": list(RUNNING)}})

    def running_since(self, moment: datetime) -> list[Session]:
        """Return the transactions that were booked before then and run still."""
        return self.find({"state": {"$in": list(RUNNING)}, "created_at": {"$lt": moment}})

    def running_transactions(self, transaction_ids: Iterable[int]) -> list[Session]:
        """Return those of some transactions that run still."""
        return self.find({"transaction_id": {"$in": list(transaction_ids)}, "state": {"$in": list(RUNNING)}})

    def of_ids(self, session_ids: Iterable[str]) -> list[Session]:
        return self.find({"_id": {"$in": list(session_ids)}})

    def draws(self) -> list[Draw]:
        """Return what each running transaction draws."""
        fields = {"_id": 0, "charge_point_id": 1, "power_w": 1}
        return [Draw(**document) for document in self.documents.find({"state": {"$in": list(RUNNING)}}, fields)]

    def begun_since(self, moment: datetime) -> Begun:
        """Return the transactions begun since then: a fleet's day is thousands of them, so the database adds up."""
        begun: Document = {"created_at": {"$gte": moment}}
        # As app.domain.sessions.energy has it where there are both readings.
        drawn = {"$subtract": ["$meter_stop", "$meter_start"]}
        is_metered = {"$and": [{"$gte": [drawn, 0]}, {"$lte": [drawn, MOST_PER_SESSION_WH]}]}
        group = {"$group": {"_id": None, "count": {"$sum": 1}, "wh": {"$sum": drawn}}}
        sums = list(self.documents.aggregate([{"$match": {**begun, "$expr": is_metered}}, group]))
        count, metered_wh = (sums[0]["count"], sums[0]["wh"]) if sums else (0, 0)
        others = self.find({**begun, "$expr": {"$not": [is_metered]}})
        # Asked of the database, it would take the index of all transactions for the narrower one.
        others = [session for session in others if session.transaction_id is not None]
        return Begun(count + len(others), metered_wh, others)

    def open_of(self, username: str) -> list[Session]:
        """Return a driver's sessions that have not ended, newest first."""
        return self.find({"username": {"$eq": username}, "state": {"$in": list(OPEN)}}, sort=self.order.keys, limit=50)

    def of_user_between(self, username: str, begin: datetime, end: datetime, limit: int) -> list[Session]:
        """Return a driver's sessions from one moment to before another, newest first."""
        where = {"username": {"$eq": username}, "created_at": {"$gte": begin, "$lt": end}}
        return self.find(where, sort=self.order.keys, limit=limit)

    def newest_of(self, username: str, before: datetime) -> Session | None:
        """Return a driver's last session before a moment."""
        return self.first({"username": {"$eq": username}, "created_at": {"$lt": before}}, sort=self.order.keys)

    def closed_without_stop(self, charge_point_id: str, since: datetime) -> list[Session]:
        """Return what was closed since then for want of a StopTransaction, the last begun first."""
        return self.find(
            {"charge_point_id": {"$eq": charge_point_id}, "provisional_end": True, "stopped_at": {"$gte": since}},
            sort=[("started_at", DESCENDING)],
        )

    def of_tag(self, id_tag: str, states: Iterable[State]) -> list[Session]:
        """Return a tag's sessions in some states; a transaction that was refused does not count as the tag's."""
        return self.find({"state": {"$in": list(states)}, **_of_tag(id_tag)})

    def end(self, session_id: str, changes: Mapping[str, Any]) -> Session | None:
        """End a transaction that runs or was closed provisionally; None when it has had its StopTransaction."""
        not_ended = {"$or": [{"state": {"$in": list(RUNNING)}}, {"provisional_end": True}]}
        return self.update(session_id, {"state": State.COMPLETED, "provisional_end": False, **changes}, when=not_ended)

    def close_provisionally(self, session: Session, at: datetime, why: Why) -> Session | None:
        """End a running session for which no StopTransaction has come; a late one will have the last word."""
        changes = {
            "state": State.COMPLETED,
            "stopped_at": at,
            "provisional_end": True,
            **why.told(),
            "power_w": None,
        }
        return self.move(session.session_id, RUNNING, changes)

    def move(self, session_id: str, states: Iterable[State], changes: Mapping[str, Any]) -> Session | None:
        """Change a session if its state is still one of `states`; None when it is not."""
        return self.update(session_id, changes, when={"state": {"$in": list(states)}})

    def due(self, now: datetime, limit: int = 500) -> list[Session]:
        """Return the pending sessions whose deadline has passed."""
        return self.find({"deadline_at": {"$lte": now}, "state": {"$in": list(PENDING)}}, limit=limit)

    def with_stop_due(self, now: datetime, charge_point_id: str | None = None) -> list[Session]:
        """Return the running sessions whose stop rules are to be looked at, everywhere or at one charge point."""
        where: Document = {"stop_due_at": {"$lte": now}, "state": {"$in": list(RUNNING)}}
        if charge_point_id is not None:
            where["charge_point_id"] = {"$eq": charge_point_id}
        return self.find(where)

    def see_to_stop(self, session: Session, changes: Mapping[str, Any]) -> Session | None:
        """Change a session that still runs under the rules it was read with; None when it does not."""
        same = {"stop_due_at": {"$eq": session.stop_due_at}, "state": {"$in": list(RUNNING)}}
        return self.update(session.session_id, changes, when=same)

    def progress(self, batch: Sequence[Progress]) -> None:
        """Bring running sessions up to date in one round trip; a reading older than the last one changes nothing."""
        updates = [update_of(one) for one in batch]
        if updates:
            self.documents.bulk_write(updates, ordered=True)
            if self.changes.wanted:
                for transaction_id in {one.transaction_id for one in batch}:
                    self.changes.tell(METERED, "changed", transaction_id)


def _of_tag(id_tag: str) -> Document:
    return {"id_tag": {"$eq": id_tag}, "authorization": {"$in": [None, "Accepted"]}}
