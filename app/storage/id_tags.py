"""idTags, by their upper-case text."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from pymongo import ASCENDING, IndexModel

from app.domain.id_tags import IdTag, IdTagKind, IdTagStatus
from app.storage.audit import Audited
from app.storage.collection import Collection, Document, to_document

_CHANGES_AT_A_TIME = 1000


@dataclass(frozen=True, slots=True)
class TagChange:
    """A change of a tag that charge points' lists have not been told of; `token` is that of its newest change."""

    id_tag: str
    token: str
    is_new: bool
    created_at: datetime | None


class IdTags(Audited[IdTag]):
    """Every tag that is new or changed is marked as such in the same step, whoever does it, until lists are told."""

    called = "id_tag"
    name = "id_tags"
    key = "id_tag"
    kind = IdTag
    readers = {"kind": IdTagKind, "status": IdTagStatus}
    indexes = (
        Collection.order.index("username"),
        Collection.order.index("kind"),
        Collection.order.index("status"),
        IndexModel([("parent_id_tag", ASCENDING)], sparse=True),
        IndexModel([("untold.token", ASCENDING)], sparse=True),
    )

    def to_insert(self, value: IdTag) -> Document:
        return {**super().to_insert(value), "untold": _mark(is_new=True)}

    def change(self, where: Document, changes: Mapping[str, Any]) -> IdTag | None:
        return super().change(where, {**changes, "untold": _mark()})

    @staticmethod
    def like(text: str) -> Document:
        """Return the filter for tags with a text in number, label or owner's name; for all when it is empty."""
        if not text:
            return {}
        found = {"$regex": re.escape(text).replace("\0", r"\x00"), "$options": "i"}
        return {"$or": [{name: found} for name in ("id_tag", "label", "username")]}

    def owner_changed(self, username: str) -> None:
        """Mark an account's tags as changed, for they fare as it does."""
        self.documents.update_many({"username": {"$eq": username}}, {"$set": {"untold": _mark()}})

    def of(self, username: str) -> list[IdTag]:
        """Return all tags of an account."""
        return self.find({"username": {"$eq": username}})

    def forget(self, id_tags: Sequence[str]) -> None:
        """Delete tags without a word about what they were."""
        self.documents.delete_many({"_id": {"$in": list(id_tags)}})

    def untold(self) -> list[TagChange]:
        """Return changes that no list has been told of, as many as are well done at a time."""
        shown = {"untold": 1, "created_at": 1}
        found = self.documents.find({"untold.token": {"$exists": True}}, shown, limit=_CHANGES_AT_A_TIME)
        return [
            TagChange(str(d["_id"]), d["untold"]["token"], bool(d["untold"]["is_new"]), d.get("created_at"))
            for d in found
        ]

    def told(self, changes: Iterable[TagChange]) -> None:
        """Take the marks off, unless there was another change meanwhile."""
        changes = list(changes)
        where = {"_id": {"$in": [c.id_tag for c in changes]}, "untold.token": {"$in": [c.token for c in changes]}}
        self.documents.update_many(where, {"$unset": {"untold": ""}})

    def those(self, id_tags: Iterable[str]) -> list[IdTag]:
        return self.find({"_id": {"$in": list(id_tags)}})

    def children(self, id_tags: Iterable[str]) -> list[IdTag]:
        """Return the tags that fare as one of these does."""
        return self.find({"parent_id_tag": {"$in": list(id_tags)}})

    def is_parent(self, id_tag: str, *, but_of: IdTagKind | None = None) -> bool:
        """Tell whether some tag, not of the kind named, has this one for its parent."""
        where: Document = {"parent_id_tag": {"$eq": id_tag}}
        if but_of is not None:
            where["kind"] = {"$ne": but_of.value}
        return self.first(where) is not None

    def parents_among(self, id_tags: Iterable[str]) -> set[str]:
        """Return those of some tags that are a parent, vehicles' tags left out of account."""
        where = {"parent_id_tag": {"$in": list(id_tags)}, "kind": {"$ne": IdTagKind.VEHICLE.value}}
        return set(self.documents.distinct("parent_id_tag", where))

    def usable(self, now: datetime, limit: int) -> list[IdTag]:
        """Return tags that may charge by themselves, whatever their parents and owners are."""
        not_expired = [{"expiry_date": {"$exists": False}}, {"expiry_date": {"$gt": now}}]
        return self.find({"status": to_document(IdTagStatus.ACCEPTED), "$or": not_expired}, limit=limit)

    def used(self, id_tag: str, at: datetime) -> None:
        self.documents.update_one({"_id": {"$eq": id_tag}}, {"$max": {"last_used_at": at}})


def _mark(*, is_new: bool = False) -> Document:
    return {"token": uuid4().hex, "is_new": is_new}
