"""What is written down and only read: commands sent, events, refused connections, odd transactions."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from pymongo import ASCENDING, DESCENDING, IndexModel

from app.storage.collection import Collection, Order, to_document

_DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class CommandRecord:
    """A command to a charge point; `payload` and `response` are JSON text, `outcome` is None until it is known."""

    command_id: str
    charge_point_id: str
    action: str
    payload: str
    requested_by: str
    requested_at: datetime
    outcome: str | None = None
    status: str | None = None
    response: str | None = None
    error: str | None = None
    finished_at: datetime | None = None


class CommandRecords(Collection[CommandRecord]):
    """Every command sent, newest first."""

    name = "commands"
    key = "command_id"
    kind = CommandRecord
    order = Order("requested_at", -1)
    indexes = (
        IndexModel([("requested_at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel([("charge_point_id", ASCENDING), ("requested_at", DESCENDING)]),
        IndexModel([("requested_by", ASCENDING), ("requested_at", DESCENDING)]),
    )

    def answered_late(self, charge_point_id: str, action: str, status: str | None, response: str) -> None:
        """Add the answer to the newest command that was given up; its outcome stays `timeout`."""
        self.documents.find_one_and_update(
            {"charge_point_id": {"$eq": charge_point_id}, "action": action, "outcome": "timeout"},
            {"$set": {"response": response, "status": status}},
            sort=[("requested_at", DESCENDING)],
        )


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a charge point which an operator may want to know."""

    event_id: str
    charge_point_id: str
    kind: str
    at: datetime
    detail: dict[str, str] = field(default_factory=dict)


class Events(Collection[Event]):
    name = "events"
    key = "event_id"
    kind = Event
    order = Order("at", -1)
    indexes = (
        IndexModel([("charge_point_id", ASCENDING), ("at", DESCENDING)]),
        IndexModel([("at", ASCENDING)], expireAfterSeconds=90 * _DAY),
    )

    def record(self, charge_point_id: str, kind: str, at: datetime, **detail: str) -> None:
        self.insert(Event(uuid4().hex, charge_point_id, kind, at, {k: v[:500] for k, v in detail.items()}))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Connections turned away: one record for the same id, address and reason, with how often and when."""

    refusal_id: str
    charge_point_id: str
    remote_address: str
    status: int
    reason: str
    subprotocols: list[str]
    username: str | None
    count: int
    first_at: datetime
    last_at: datetime


class Refusals(Collection[Refusal]):
    name = "refusals"
    key = "refusal_id"
    kind = Refusal
    order = Order("last_at", -1)
    indexes = (
        IndexModel([("charge_point_id", ASCENDING)]),
        IndexModel([("last_at", ASCENDING)], expireAfterSeconds=7 * _DAY),
    )

    def record(self, refusal: Refusal) -> None:
        """Count a refusal, so that a charger knocking all night fills one line and not the disk."""
        given = to_document(refusal)
        for name in ("refusal_id", "count", "first_at", "last_at"):
            del given[name]
        self.documents.update_one(
            {"_id": refusal.refusal_id},
            {
                "$set": given,
                "$inc": {"count": 1},
                "$min": {"first_at": refusal.first_at},
                "$max": {"last_at": refusal.last_at},
            },
            upsert=True,
        )


def refusal_key(charge_point_id: str, remote_address: str, reason: str) -> str:
    return hashlib.sha256(repr((charge_point_id, remote_address, reason)).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A transaction message that could not be booked as it stands: answered, and kept here for a person to judge."""

    quarantine_id: str
    charge_point_id: str
    action: str
    reasons: list[str]
    payload: str
    received_at: datetime
    session_id: str | None = None


class Quarantine(Collection[Quarantined]):
    name = "quarantine"
    key = "quarantine_id"
    kind = Quarantined
    order = Order("received_at", -1)
    indexes = (IndexModel([("received_at", DESCENDING), ("_id", DESCENDING)]),)

    def keep(self, one: Quarantined) -> None:
        """Keep a message once, however often the charge point repeats it."""
        document = to_document(one)
        self.documents.update_one(
            {"_id": document.pop("quarantine_id")}, {"$setOnInsert": document}, upsert=True
        )
