"""What admins want in local authorization lists: a charge point's own rule, and those of groups of charge points."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from app.domain.charge_points import charge_point_key
from app.storage.audit import Audited
from app.storage.collection import Document, to_document

_GROUP, _OWN = "group/", "own/"
GROUPS: Document = {"_id": {"$gte": _GROUP, "$lt": "group0"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalListRule:
    """Which tags belong in the lists of some charge points, or of all: those named, and perhaps all that may charge."""

    rule_id: str
    id_tags: list[str]
    all_accepted: bool
    charge_point_ids: list[str]
    all_charge_points: bool = False
    changed_by: str
    changed_at: datetime

    @property
    def group(self) -> str | None:
        """Return the group's name, None for a charge point's own rule."""
        return self.rule_id.removeprefix(_GROUP) if self.rule_id.startswith(_GROUP) else None


def own_rule_id(charge_point_id: str) -> str:
    return _OWN + charge_point_key(charge_point_id)


def group_rule_id(name: str) -> str:
    return _GROUP + name


class LocalListRules(Audited[LocalListRule]):
    called = "local_list_rule"
    name = "local_list_rules"
    key = "rule_id"
    kind = LocalListRule
    indexes = (
        IndexModel([("charge_point_ids", ASCENDING)]),
        IndexModel([("id_tags", ASCENDING)]),
        IndexModel([("all_charge_points", ASCENDING)]),
        IndexModel([("all_accepted", ASCENDING)]),
    )

    def put(self, rule: LocalListRule) -> None:
        """Keep a rule in the place of the one before."""
        document = to_document(rule)
        actor = self._actor()
        before = self.get(rule.rule_id) if actor else None
        self.documents.replace_one({"_id": {"$eq": rule.rule_id}}, {**document, "_id": rule.rule_id}, upsert=True)
        if actor:
            self._write(actor, "changed" if before else "created", to_document(before) if before else {}, document)

    def of(self, charge_point_id: str) -> list[LocalListRule]:
        """Return the rules that make a charge point's list."""
        return self.find({"$or": [{"charge_point_ids": {"$eq": charge_point_id}}, {"all_charge_points": True}]})

    def about(self, id_tags: Iterable[str]) -> list[LocalListRule]:
        """Return the rules by which a change of one of these tags may change a list."""
        return self.find({"$or": [{"id_tags": {"$in": list(id_tags)}}, {"all_accepted": True}]})

    def drop_tags(self, id_tags: Sequence[str]) -> None:
        """Forget tags that are gone."""
        tags = list(id_tags)
        self.documents.update_many({"id_tags": {"$in": tags}}, {"$pull": {"id_tags": {"$in": tags}}})

    def drop_charge_point(self, charge_point_id: str) -> None:
        """Forget a charge point that is removed: its own rule, and its place in groups."""
        self.delete(own_rule_id(charge_point_id))
        self.documents.update_many(
            {"charge_point_ids": {"$eq": charge_point_id}}, {"$pull": {"charge_point_ids": charge_point_id}}
        )
