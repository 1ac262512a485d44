"""What is written down for people to look into: events and odd transaction messages."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import uuid4

from pymongo import ASCENDING, IndexModel

from app.errors import AlreadyExists
from app.storage.audit import Audited
from app.storage.collection import Collection, Document, Order

_DAY = 24 * 3600
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a charge point which an operator may want to know.

    `critical` is for what charge points tell of their security; other events have none.
    """

    event_id: str
    charge_point_id: str
    kind: str
    at: datetime
    detail: dict[str, str] = field(default_factory=dict)
    critical: bool | None = None


class Events(Collection[Event]):
    name = "events"
    key = "event_id"
    kind = Event
    order = Order("at", -1)
    indexes = (
        order.index("charge_point_id"),
        order.index("charge_point_id", "kind", "critical"),
        order.index("kind", "critical"),
        IndexModel([("at", ASCENDING)], expireAfterSeconds=90 * _DAY),
    )
    security_events_per_hour = 60
    most_security_events = 1000

    def record(self, charge_point_id: str, kind: str, at: datetime, **detail: str) -> None:
        self.insert(_event(uuid4().hex, charge_point_id, kind, at, detail))

    def record_once_an_hour(self, charge_point_id: str, kind: str, at: datetime, **detail: str) -> bool:
        """Record the first event of a kind within an hour: who misbehaves all day fills a few lines and not the disk.

        Tell whether this was the first.
        """
        key = content_key(charge_point_id, kind, at.strftime("%Y%m%dT%H"))
        try:
            self.insert(_event(key, charge_point_id, kind, at, detail))
        except AlreadyExists:
            return False
        return True

    def record_security_event(
        self, charge_point_id: str, kind: str, at: datetime, detail: dict[str, str], *, critical: bool
    ) -> Literal["kept", "known", "too many"]:
        """Record what a charge point tells of its security; the same told again within an hour is known.

        So many an hour are kept of one charge point and, of all it ever told, the newest.
        """
        mine = {"charge_point_id": {"$eq": charge_point_id}, "kind": {"$eq": kind}, "critical": {"$eq": critical}}
        recent = {**mine, "at": {"$gt": at - _HOUR}}
        if self.documents.count_documents(recent, limit=self.security_events_per_hour) >= self.security_events_per_hour:
            return "too many"
        key = content_key(charge_point_id, kind, at.strftime("%Y%m%dT%H"), *sorted(detail.items()))
        try:
            self.insert(_event(key, charge_point_id, kind, at, detail, critical))
        except AlreadyExists:
            return "known"
        if self.documents.count_documents(mine, limit=self.most_security_events + 1) > self.most_security_events:
            self.documents.find_one_and_delete(mine, sort=[("at", ASCENDING), ("_id", ASCENDING)])
        return "kept"

    def critical_since(self, kind: str, moment: datetime, limit: int, *, but: Sequence[str]) -> tuple[int, list[Event]]:
        """Return how many critical events of a kind there are since then, some types left out, and the newest."""
        other = {"detail.type": {"$nin": list(but)}}
        where: Document = {"kind": {"$eq": kind}, "critical": True, "at": {"$gte": moment}, **other}
        return self.documents.count_documents(where), self.find(where, sort=self.order.keys, limit=limit)


def _event(
    event_id: str, charge_point_id: str, kind: str, at: datetime, detail: dict[str, str], critical: bool | None = None
) -> Event:
    return Event(event_id, charge_point_id, kind, at, {k: v[:500] for k, v in detail.items()}, critical)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a person has made of a message: `dismissed`, or `session_ended` with which reading, when."""

    kind: str
    by: str
    at: datetime
    note: str | None = None
    session_id: str | None = None
    meter_stop: int | None = None
    stopped_at: datetime | None = None


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
    settlement: Settlement | None = None


class Quarantine(Audited[Quarantined]):
    name = "quarantine"
    called = "quarantined_message"
    key = "quarantine_id"
    kind = Quarantined
    readers = {"settlement": lambda facts: Settlement(**facts)}
    order = Order("received_at", -1)
    indexes = (
        order.index(),
        order.index("charge_point_id"),
        IndexModel([("session_id", ASCENDING)], sparse=True),
        IndexModel([("received_at", ASCENDING)], expireAfterSeconds=365 * _DAY),
    )
    most_per_charge_point = 500

    def keep(self, one: Quarantined) -> None:
        """Keep a message once, however often the charge point repeats it.

        Of a charge point that sends nothing but nonsense the newest are kept.
        """
        try:
            self.insert(one)
        except AlreadyExists:
            return
        where = {"charge_point_id": {"$eq": one.charge_point_id}}
        if self.documents.count_documents(where, limit=self.most_per_charge_point + 1) > self.most_per_charge_point:
            self.documents.find_one_and_delete(where, sort=[("received_at", ASCENDING), ("_id", ASCENDING)])

    def settle(self, quarantine_id: str, how: Settlement) -> Quarantined | None:
        """Write down what a person has made of a message; None when somebody has done so already."""
        return self.update(quarantine_id, {"settlement": how}, when={"settlement": {"$exists": False}})

    def of_session(self, session_id: str) -> list[Quarantined]:
        """Return what was odd about a session, the newest first."""
        return self.find({"session_id": {"$eq": session_id}}, sort=self.order.keys, limit=20)

    @staticmethod
    def settled(*, is_settled: bool) -> Document:
        """Return the filter for what somebody has settled, or nobody yet."""
        return {"settlement": {"$exists": is_settled}}

    def kept_since(self, moment: datetime, limit: int) -> tuple[int, list[Quarantined]]:
        """Return how many were kept since then that nobody has settled, and the newest of them."""
        where: Document = {"received_at": {"$gte": moment}, **self.settled(is_settled=False)}
        return self.documents.count_documents(where), self.find(where, sort=self.order.keys, limit=limit)


def content_key(*content: object) -> str:
    return hashlib.sha256(repr(content).encode("utf-8", "replace")).hexdigest()[:32]
