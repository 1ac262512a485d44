"""idTags that were shown at charge points and that nobody has added, for staff to adopt or to ignore."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from app.storage.audit import Audited
from app.storage.collection import Document, Order

_MONTH = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class UnknownTag:
    """An unknown tag with where it was shown last; `connector_id` only where a transaction began with it."""

    id_tag: str
    charge_point_id: str
    first_at: datetime
    last_at: datetime
    count: int = 1
    connector_id: int | None = None
    ignored: bool = False


class UnknownTags(Audited[UnknownTag]):
    """They are forgotten a month after they were shown last. So many are kept, of one charge point and of all."""

    name = "unknown_tags"
    called = "unknown_id_tag"
    key = "id_tag"
    kind = UnknownTag
    order = Order("last_at", -1)
    indexes = (
        order.index("ignored"),
        IndexModel([("charge_point_id", ASCENDING)]),
        IndexModel([("last_at", ASCENDING)], expireAfterSeconds=_MONTH),
    )
    most = 1_000
    most_per_charge_point = 50

    def record(self, id_tag: str, charge_point_id: str, connector_id: int | None, at: datetime) -> None:
        """Count a tag that was shown; a new one is dropped where there are too many already."""
        shown: Document = {"charge_point_id": charge_point_id}
        if connector_id is not None:
            shown["connector_id"] = connector_id
        again = {"$inc": {"count": 1}, "$max": {"last_at": at}, "$set": shown}
        known = self.documents.update_one({"_id": {"$eq": id_tag}}, again).matched_count
        if known or self._is_full(charge_point_id):
            return
        first = {"count": 1, "first_at": at, "last_at": at, "ignored": False}
        try:
            self.documents.insert_one({"_id": id_tag, "id_tag": id_tag, **shown, **first})
        except DuplicateKeyError:
            # Shown elsewhere in the same moment.
            self.documents.update_one({"_id": {"$eq": id_tag}}, again)

    def forget(self, id_tags: Iterable[str]) -> None:
        """Forget tags that are known now."""
        self.documents.delete_many({"_id": {"$in": list(id_tags)}})

    def to_judge(self) -> list[UnknownTag]:
        """Return those that nobody has chosen to ignore, the last shown first; they are `most` at most."""
        return self.find({"ignored": False}, sort=self.order.keys)

    def _is_full(self, charge_point_id: str) -> bool:
        if self.documents.estimated_document_count() >= self.most:
            return True
        here: Document = {"charge_point_id": {"$eq": charge_point_id}}
        return self.documents.count_documents(here, limit=self.most_per_charge_point) >= self.most_per_charge_point
