"""Charge points with their connectors, by their id without regard to case."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ocpp.v16.enums import ChargePointStatus, RegistrationStatus
from pymongo import ASCENDING, IndexModel, UpdateOne

from app.domain.charge_points import ChargePoint, Connector, charge_point_key
from app.storage.audit import Audited
from app.storage.collection import Document, equal, to_document
from app.storage.watched import Watched

# Told as a field that has changed: a charge point was accepted until then, so drivers were shown it.
LEFT_SERVICE = "left_service"


@dataclass(frozen=True, slots=True)
class Presence:
    """What tells whether a charge point should be here, and when it was."""

    charge_point_id: str
    name: str | None = None
    booted_at: datetime | None = None
    last_seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which charge points are wanted: with a text in their id, name or place; with a connector in this status.

    `tariff_id` "" is none of their own; `free` is a connector that nobody is at. `among` and `not_among` are keys.
    """

    search: str = ""
    place: str | None = None
    status: str | None = None
    free: bool = False
    tariff_id: str | None = None
    among: Collection[str] | None = None
    not_among: Collection[str] | None = None


def _connectors(documents: Mapping[str, Any]) -> dict[str, Connector]:
    return {number: Connector(**fields) for number, fields in documents.items()}


class ChargePoints(Watched[ChargePoint], Audited[ChargePoint]):
    called = "charge_point"
    secret = frozenset({"password_hash", "pending_keys"})
    name = "charge_points"
    key = "charge_point_id"
    kind = ChargePoint
    readers = {"connectors": _connectors, "registration": RegistrationStatus}
    indexes = (
        IndexModel([("last_seen_at", ASCENDING)]),
        IndexModel([("serial_number", ASCENDING)], sparse=True),
        IndexModel([("tariff_id", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("pending_until", ASCENDING)], expireAfterSeconds=0, sparse=True),
    )

    def id_of(self, key: object) -> object:
        return charge_point_key(str(key))

    def change(self, where: Document, changes: Mapping[str, Any]) -> ChargePoint | None:
        stays = changes.get("registration", RegistrationStatus.accepted) == RegistrationStatus.accepted
        leaving = None if stays else self._watched_in_service(where)
        after = super().change(where, changes)
        if leaving is not None and after is not None:
            self.changes.tell(self.called, "changed", leaving.charge_point_id, frozenset({LEFT_SERVICE}))
        return after

    def delete(self, key: object) -> bool:
        leaving = self._watched_in_service({"_id": {"$eq": self.id_of(key)}})
        deleted = super().delete(key)
        if leaving is not None and deleted:
            self.changes.tell(self.called, "deleted", leaving.charge_point_id, frozenset({LEFT_SERVICE}))
        return deleted

    def _watched_in_service(self, where: Document) -> ChargePoint | None:
        """Return the charge point if it is accepted, and somebody wants to know of its end."""
        accepted = {"registration": RegistrationStatus.accepted.value}
        return self.first({"$and": [where, accepted]}) if self.changes.wanted else None

    def booted(self, charge_point_id: str, facts: Mapping[str, str | None], at: datetime) -> ChargePoint | None:
        """Keep what a charge point says of itself at boot and, if it is accepted, when that was, in one step."""
        accepted = {"registration": RegistrationStatus.accepted.value}
        booted = self.update(charge_point_id, {**facts, "booted_at": at}, when=accepted)
        if booted is not None:
            return booted
        waiting = {"registration": {"$ne": RegistrationStatus.accepted.value}}
        if not_accepted := self.update(charge_point_id, facts, when=waiting):
            return not_accepted
        # Unknown, or accepted between the two looks at it.
        return self.update(charge_point_id, {**facts, "booted_at": at}, when=accepted)

    def set_status(self, charge_point_id: str, connector: Connector) -> bool:
        """Keep a connector's status unless a newer one is kept already; one atomic step. Tell whether it was kept."""
        path = f"connectors.{connector.connector_id}"
        older = {"$or": [{f"{path}.status_at": {"$lte": connector.status_at}}, {path: {"$exists": False}}]}
        result = self.documents.update_one(
            {"_id": {"$eq": self.id_of(charge_point_id)}, **older}, {"$set": {path: to_document(connector)}}
        )
        kept = result.matched_count == 1
        if kept:
            self.changes.tell(self.called, "changed", charge_point_id, frozenset({path}))
        return kept

    def twin_of(self, charge_point: ChargePoint) -> ChargePoint | None:
        """Return another charge point of the same security profile and serial number, if there is one."""
        same = {name: {"$eq": getattr(charge_point, name)} for name in ("serial_number", "security_profile")}
        another = {"_id": {"$ne": self.id_of(charge_point.charge_point_id)}}
        return self.first({**same, **another})

    def announced(self, keys: Iterable[str]) -> set[str]:
        """Return which of these keys are of charge points that do not merely wait for an admin's word."""
        where = {"_id": {"$in": list(keys)}, "pending_until": {"$exists": False}}
        return {str(document["_id"]) for document in self.documents.find(where, {"_id": 1})}

    def announced_ids(self) -> list[str]:
        """Return the ids of all charge points that do not merely wait for an admin's word."""
        where = {"pending_until": {"$exists": False}}
        return [str(document["charge_point_id"]) for document in self.documents.find(where, {"charge_point_id": 1})]

    def of_keys(self, keys: Sequence[str]) -> list[ChargePoint]:
        return self.find({"_id": {"$in": list(keys)}}) if keys else []

    def with_tariff(self, tariff_id: str, limit: int) -> list[str]:
        """Return the ids of charge points that have a tariff of their own, this one."""
        found = self.find({"tariff_id": {"$eq": tariff_id}}, limit=limit)
        return [charge_point.charge_point_id for charge_point in found]

    def in_service(self, wanted: Wanted, limit: int) -> list[ChargePoint]:
        """Return those of the accepted charge points that are wanted, by id."""
        where = {**_where(wanted), "registration": RegistrationStatus.accepted.value}
        return self.find(where, sort=self.order.keys, limit=limit)

    @staticmethod
    def in_service_among(keys: Iterable[str]) -> Document:
        """Return the filter for the accepted ones of these keys."""
        return {"registration": RegistrationStatus.accepted.value, "_id": {"$in": list(keys)}}

    def search(self, wanted: Wanted, sort: Sequence[tuple[str, int]], skip: int, limit: int) -> list[ChargePoint]:
        """Return a part of those that are wanted, in this order."""
        return list(map(self.load, self.documents.find(_where(wanted), sort=sort, skip=skip, limit=limit)))

    def count(self, wanted: Wanted) -> int:
        return self.documents.count_documents(_where(wanted))

    def places(self) -> list[str]:
        """Return every place that a charge point is at, by name."""
        return sorted(self.documents.distinct("place", {"place": {"$exists": True}}), key=str.casefold)

    def presences(self) -> list[Presence]:
        """Return all accepted charge points, without what they have told."""
        fields = {"_id": 0, "charge_point_id": 1, "name": 1, "booted_at": 1, "last_seen_at": 1}
        found = self.documents.find({"registration": RegistrationStatus.accepted.value}, fields)
        return [Presence(**document) for document in found]

    def faulted(self) -> list[ChargePoint]:
        """Return the accepted charge points with a connector that is Faulted, 0 included."""
        where = {"registration": RegistrationStatus.accepted.value, **_has_status(ChargePointStatus.faulted.value)}
        return self.find(where, sort=self.order.keys)

    def count_pending(self) -> int:
        """Count the unknown charge points that wait for an admin's word."""
        return self.documents.count_documents({"pending_until": {"$exists": True}})

    def seen(self, when: Mapping[str, datetime]) -> None:
        """Write down, in one round trip, when charge points were last heard."""
        if when:
            self.documents.bulk_write(
                [
                    UpdateOne({"_id": {"$eq": self.id_of(one)}}, {"$max": {"last_seen_at": at}})
                    for one, at in when.items()
                ],
                ordered=False,
            )


def _where(wanted: Wanted) -> Document:
    """Return the filter; who merely waits for an admin's word is in no list."""
    where: Document = {"pending_until": {"$exists": False}, **_has_text(wanted.search)}
    where |= equal([("place", wanted.place), ("tariff_id", wanted.tariff_id or None)])
    if wanted.status is not None:
        where |= _has_status(wanted.status)
    if wanted.free:
        where |= _has_status(ChargePointStatus.available.value, but="0")
    if wanted.tariff_id == "":
        where["tariff_id"] = {"$exists": False}
    if wanted.among is not None:
        where["_id"] = {"$in": list(wanted.among)}
    elif wanted.not_among is not None:
        where["_id"] = {"$nin": list(wanted.not_among)}
    return where


def _has_text(search: str) -> Document:
    # A pattern that is sent to the database ends at a NUL.
    like = {"$regex": re.escape(search).replace("\0", r"\x00"), "$options": "i"}
    return {"$or": [{name: like} for name in ("charge_point_id", "name", "place")]} if search else {}


def _has_status(status: str, *, but: str | None = None) -> Document:
    """Return the filter for a connector in this status; `but` is the number of one that does not count."""
    connectors = {"$objectToArray": {"$ifNull": ["$connectors", {}]}}
    counted = {"$filter": {"input": connectors, "cond": {"$ne": ["$$this.k", but]}}} if but else connectors
    return {"$expr": {"$in": [{"$literal": status}, {"$map": {"input": counted, "in": "$$this.v.status"}}]}}
