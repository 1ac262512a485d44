"""Charge points that nobody has announced and that were seen at the door, for an admin to take in or to ignore."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, IndexModel, UpdateOne

from app.domain.charge_points import charge_point_key
from app.storage.audit import Audited
from app.storage.collection import Order, equal, to_document

_WEEK = 7 * 24 * 3600
_FACTS = ("vendor", "model", "serial_number", "firmware_version")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """An unknown id with what it showed last; vendor and the like if it was let in to wait and sent a boot."""

    key: str
    charge_point_id: str
    remote_address: str
    reason: str
    subprotocols: list[str]
    secure: bool
    first_at: datetime
    last_at: datetime
    count: int = 1
    username: str | None = None
    vendor: str | None = None
    model: str | None = None
    serial_number: str | None = None
    firmware_version: str | None = None
    ignored: bool = False


class Newcomers(Audited[Newcomer]):
    """They are forgotten a week after they knocked last, unless they are ignored: that holds until it is undone."""

    name = "newcomers"
    called = "unknown_charge_point"
    key = "key"
    kind = Newcomer
    order = Order("last_at", -1)
    indexes = (
        order.index("ignored"),
        IndexModel([("remote_address", ASCENDING)]),
        IndexModel([("last_at", ASCENDING)], expireAfterSeconds=_WEEK, partialFilterExpression={"ignored": False}),
    )
    most = 1_000
    most_per_address = 50

    def id_of(self, key: object) -> object:
        return charge_point_key(str(key))

    def record(self, newcomers: Sequence[Newcomer]) -> None:
        """Count knocks; who knocks under a thousand names adds no more lines than `most_per_address`."""
        if not newcomers:
            return
        full = self.documents.estimated_document_count() >= self.most
        addresses = {newcomer.remote_address for newcomer in newcomers}
        welcome = {address: not full and not self._has_many(address) for address in addresses}
        self.documents.bulk_write([_count(one, upsert=welcome[one.remote_address]) for one in newcomers])

    def booted(self, charge_point_id: str, facts: Mapping[str, str | None]) -> None:
        """Keep what one of them says of itself."""
        self.update(charge_point_id, {name: facts.get(name) for name in _FACTS})

    def at_the_door(self) -> list[Newcomer]:
        """Return those that nobody has chosen to ignore, the last to knock first; they are `most` and a few at most."""
        return self.find({"ignored": False}, sort=self.order.keys)

    def ignored(self, limit: int) -> list[Newcomer]:
        return self.find({"ignored": True}, sort=self.order.keys, limit=limit)

    def is_ignored(self, charge_point_id: str) -> bool:
        where = {"_id": {"$eq": self.id_of(charge_point_id)}, **equal([("ignored", True)])}
        return self.first(where) is not None

    def _has_many(self, remote_address: str) -> bool:
        where = {"remote_address": {"$eq": remote_address}}
        return self.documents.count_documents(where, limit=self.most_per_address) >= self.most_per_address


def _count(newcomer: Newcomer, *, upsert: bool) -> UpdateOne:
    given = to_document(newcomer)
    for name in ("count", "first_at", "last_at", "ignored"):
        del given[name]
    counted = {
        "$set": given,
        "$setOnInsert": {"ignored": False},
        "$inc": {"count": newcomer.count},
        "$min": {"first_at": newcomer.first_at},
        "$max": {"last_at": newcomer.last_at},
    }
    return UpdateOne({"_id": newcomer.key}, counted, upsert=upsert)
