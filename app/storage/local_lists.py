"""Charge points' local authorization lists: how far each is, and what each is known to hold."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, IndexModel, UpdateOne

from app.domain.charge_points import charge_point_key
from app.domain.local_lists import Entry, Held, ListState
from app.storage.collection import Collection, Document, to_document

# Who is told of a due list and cannot be reached is told again after this.
CLAIM = timedelta(minutes=1)
CLAIMED_AT_A_TIME = 200
# A charge point without lists is asked again when it boots, not whenever a tag changes.
_NOT_TO_BE_TOUCHED = [ListState.UNMANAGED.value, ListState.NOT_SUPPORTED.value]


@dataclass(frozen=True, slots=True)
class LocalList:
    """How far a charge point's list is.

    `revision` grows whenever something else may be wanted. `version` is the highest given out; it is stored before it
    is sent. `reserved_from` is the first one of a sending under way, or broken off. `charge_point_version` is the
    charge point's own word.
    """

    charge_point_id: str
    state: ListState = ListState.UNMANAGED
    reason: str | None = None
    revision: int = 0
    version: int = 0
    reserved_from: int | None = None
    confirmed_version: int | None = None
    confirmed_length: int | None = None
    confirmed_at: datetime | None = None
    charge_point_version: int | None = None
    wanted_length: int | None = None
    answer: str | None = None
    attempted_at: datetime | None = None
    due_at: datetime | None = None


class LocalLists(Collection[LocalList]):
    name = "local_lists"
    key = "charge_point_id"
    kind = LocalList
    readers = {"state": ListState}
    indexes = (IndexModel([("state", ASCENDING), ("_id", ASCENDING)]), IndexModel([("due_at", ASCENDING)], sparse=True))

    def id_of(self, key: object) -> object:
        return charge_point_key(str(key))

    def want(self, charge_point_ids: Iterable[str], at: datetime) -> None:
        """Note that something else may be wanted in these lists, by an admin's word."""
        changes = [
            UpdateOne(
                {"_id": {"$eq": self.id_of(one)}},
                {
                    "$inc": {"revision": 1},
                    "$set": {"state": ListState.PENDING.value, "due_at": at, "charge_point_id": one},
                },
                upsert=True,
            )
            for one in charge_point_ids
        ]
        if changes:
            self.documents.bulk_write(changes, ordered=False)

    def touch(
        self, charge_point_ids: Sequence[str] | None, due_at: datetime, attempted_before: datetime | None = None
    ) -> None:
        """Note that tags in these lists, or in all of them, have changed."""
        where: Document = {"state": {"$nin": _NOT_TO_BE_TOUCHED}}
        if attempted_before is not None:
            where["attempted_at"] = {"$not": {"$gte": to_document(attempted_before)}}
        if charge_point_ids is not None:
            where["_id"] = {"$in": [self.id_of(one) for one in charge_point_ids]}
        pending = {"$set": {"state": ListState.PENDING.value}}
        self.documents.update_many(where, {"$inc": {"revision": 1}, "$min": {"due_at": due_at}, **pending})

    def claim_due(self, at: datetime) -> list[str]:
        """Return the charge points whose lists are due, the longest waiting first; they are due again after a while."""
        due = self.find({"due_at": {"$lte": at}}, sort=[("due_at", ASCENDING)], limit=CLAIMED_AT_A_TIME)
        if due:
            ids = [self.id_of(one.charge_point_id) for one in due]
            self.documents.update_many({"_id": {"$in": ids}}, {"$set": {"due_at": at + CLAIM}})
        return [one.charge_point_id for one in due]

    def broken(self) -> list[LocalList]:
        """Return the lists that a charge point did not take, or that are longer than it takes."""
        states = [ListState.FAILED.value, ListState.TOO_LONG.value]
        return self.find({"state": {"$in": states}}, sort=self.order.keys)

    def begin(self, charge_point_id: str, at: datetime) -> LocalList:
        """Note an attempt and return the list as it is."""
        self.documents.update_one(
            {"_id": {"$eq": self.id_of(charge_point_id)}},
            {
                "$set": {"attempted_at": at},
                "$setOnInsert": {"charge_point_id": charge_point_id, "state": ListState.PENDING.value, "revision": 0},
            },
            upsert=True,
        )
        return self.get(charge_point_id) or LocalList(charge_point_id)

    def reserve(self, charge_point_id: str, first: int, last: int) -> None:
        """Give out versions, before any of them is sent: none is ever given out again."""
        self.update(charge_point_id, {"version": last, "reserved_from": first})

    def finish(self, charge_point_id: str, revision: int, facts: Mapping[str, Any], at: datetime) -> LocalList | None:
        """Keep how an attempt ended; if something else is wanted by now, it is pending and due again at once."""
        facts = {**facts, "reserved_from": None}
        done = self.update(charge_point_id, facts, when={"revision": {"$eq": revision}})
        if done is not None:
            return done
        # Not when it was due before: that may have been claimed meanwhile, for somebody who found this one under way.
        return self.update(charge_point_id, {**facts, "state": ListState.PENDING, "due_at": at})

    def reported(self, charge_point_id: str, version: int) -> None:
        """Keep the version that a charge point tells."""
        self.documents.update_one(
            {"_id": {"$eq": self.id_of(charge_point_id)}},
            {
                "$set": {"charge_point_version": version},
                "$setOnInsert": {"charge_point_id": charge_point_id, "state": ListState.UNMANAGED.value, "revision": 0},
            },
            upsert=True,
        )


@dataclass(frozen=True, slots=True)
class ListContent:
    charge_point_id: str
    version: int
    entries: list[str]


class ListContents(Collection[ListContent]):
    """What charge points have accepted, by version. Apart from how far they are, for it is large and seldom read."""

    name = "local_list_contents"
    key = "charge_point_id"
    kind = ListContent

    def id_of(self, key: object) -> object:
        return charge_point_key(str(key))

    def held(self, charge_point_id: str) -> Held | None:
        content = self.get(charge_point_id)
        if content is None:
            return None
        entries = map(_entry, content.entries)
        return Held(content.version, {entry.id_tag: entry for entry in entries})

    def keep(self, charge_point_id: str, held: Held) -> None:
        content = {"charge_point_id": charge_point_id, "version": held.version}
        document = {**content, "entries": [_text(entry) for entry in held.entries.values()]}
        self.documents.replace_one({"_id": {"$eq": self.id_of(charge_point_id)}}, document, upsert=True)


def _text(entry: Entry) -> str:
    """Return an entry in one line: none of its parts has a space in it."""
    return " ".join((entry.id_tag, entry.status, entry.expiry_date or "", entry.parent_id_tag or ""))


def _entry(text: str) -> Entry:
    id_tag, status, expiry_date, parent_id_tag = text.split(" ")
    return Entry(id_tag, status, expiry_date or None, parent_id_tag or None)
