"""Connections refused and dropped within the last week, for the operator who wonders why a charger is offline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pymongo import ASCENDING, IndexModel, UpdateOne

from app.domain.charge_points import charge_point_key
from app.storage.collection import Collection, Document, Order, to_document
from app.storage.records import content_key

_WEEK = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Refusal:
    """Connections refused or dropped: one record for the same id, address and reason, with how often and when.

    `status` is the HTTP status of a refusal, `close_code` that of a connection that had been open. `key` is the id
    without regard to case. `secure` is None where nobody can tell any more.
    """

    refusal_id: str
    key: str
    charge_point_id: str
    remote_address: str
    kind: Literal["refused", "dropped"]
    reason: str
    count: int
    first_at: datetime
    last_at: datetime
    status: int | None = None
    close_code: int | None = None
    subprotocols: list[str] | None = None
    username: str | None = None
    secure: bool | None = None


def new_refusal(
    kind: Literal["refused", "dropped"],
    charge_point_id: str,
    remote_address: str,
    reason: str,
    at: datetime,
    *,
    status: int | None = None,
    close_code: int | None = None,
    subprotocols: list[str] | None = None,
    username: str | None = None,
    secure: bool | None = None,
) -> Refusal:
    """Return the record of one connection, bounded in every field."""
    return Refusal(
        refusal_id=content_key(charge_point_id, remote_address, reason),
        key=charge_point_key(charge_point_id[:100]),
        charge_point_id=charge_point_id[:100],
        remote_address=remote_address,
        kind=kind,
        reason=reason[:300],
        count=1,
        first_at=at,
        last_at=at,
        status=status,
        close_code=close_code,
        subprotocols=subprotocols,
        username=username,
        secure=secure,
    )


class Refusals(Collection[Refusal]):
    name = "refusals"
    key = "refusal_id"
    kind = Refusal
    order = Order("last_at", -1)
    indexes = (
        order.index(),
        order.index("key"),
        order.index("remote_address"),
        IndexModel([("last_at", ASCENDING)], expireAfterSeconds=_WEEK),
    )
    most = 20_000
    most_per_address = 500

    def record(self, refusals: Sequence[Refusal]) -> None:
        """Count refusals, so that a charger knocking all night fills one line and not the disk.

        Who knocks under a thousand names adds no more lines than `most_per_address`, and a thousand such together no
        more than `most`.
        """
        full = self.documents.estimated_document_count() >= self.most
        addresses = {refusal.remote_address for refusal in refusals}
        welcome = {address: not full and not self._has_many(address) for address in addresses}
        self.documents.bulk_write([_count(r, upsert=welcome[r.remote_address]) for r in refusals])

    def lately(self, keys: Sequence[str], since: datetime, limit: int) -> list[Refusal]:
        """Return the last refusals of some ids since then, by their keys."""
        where: Document = {"key": {"$in": list(keys)}, "last_at": {"$gte": since}}
        return self.find(where, sort=self.order.keys, limit=limit)

    def _has_many(self, remote_address: str) -> bool:
        where = {"remote_address": {"$eq": remote_address}}
        return self.documents.count_documents(where, limit=self.most_per_address) >= self.most_per_address


def _count(refusal: Refusal, *, upsert: bool) -> UpdateOne:
    given = to_document(refusal)
    for name in ("refusal_id", "count", "first_at", "last_at"):
        del given[name]
    counted = {
        "$set": given,
        "$inc": {"count": 1},
        "$min": {"first_at": refusal.first_at},
        "$max": {"last_at": refusal.last_at},
    }
    return UpdateOne({"_id": refusal.refusal_id}, counted, upsert=upsert)
