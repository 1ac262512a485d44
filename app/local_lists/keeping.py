"""Local authorization lists as admins keep them: what belongs in whose list, and how far each is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.charge_points import ChargePoint, charge_point_key
from app.domain.id_tags import normalise_id_tag
from app.domain.local_lists import ListState
from app.domain.phrases import Phrase
from app.errors import AlreadyExists, BadInput, Conflict, NotFound
from app.local_lists.sync import LocalListSync
from app.storage.database import Storage
from app.storage.local_list_rules import LocalListRule, group_rule_id, own_rule_id
from app.storage.local_lists import LocalList

# Named in a message to the admin, who may have typed a thousand.
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class GroupContents:
    """What an admin says of a group of charge points."""

    name: str
    charge_point_ids: Sequence[str]
    id_tags: Sequence[str]
    all_charge_points: bool
    all_accepted: bool
    by: str


class LocalLists:
    """The use cases. A list holds what the charge point's own rule and those of all its groups want."""

    def __init__(self, storage: Storage, sync: LocalListSync, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._now = now
        self.sync = sync.sync

    def of(self, charge_point: ChargePoint) -> tuple[LocalList, list[LocalListRule]]:
        """Return how far a charge point's list is, and the rules that make it."""
        rules = self._storage.local_list_rules.of(charge_point.charge_point_id)
        fresh = LocalList(charge_point.charge_point_id, ListState.PENDING if rules else ListState.UNMANAGED)
        return self._storage.local_lists.get(charge_point.charge_point_id) or fresh, rules

    def put_own(self, charge_point: ChargePoint, id_tags: Sequence[str], *, all_accepted: bool, by: str) -> None:
        """Say what belongs in one charge point's list; raises BadInput for tags that are not there."""
        self._put(
            LocalListRule(
                rule_id=own_rule_id(charge_point.charge_point_id),
                id_tags=self._known_tags(id_tags),
                all_accepted=all_accepted,
                charge_point_ids=[charge_point.charge_point_id],
                changed_by=by,
                changed_at=self._now(),
            )
        )

    def drop_own(self, charge_point: ChargePoint) -> None:
        """Take a charge point's own rule away; raises NotFound when it has none."""
        self._drop(own_rule_id(charge_point.charge_point_id), "this charge point has no content of its own")

    def group(self, name: str) -> LocalListRule:
        rule = self._storage.local_list_rules.get(group_rule_id(name))
        if rule is None:
            raise NotFound(f"there is no group {name}")
        return rule

    def add_group(self, contents: GroupContents) -> LocalListRule:
        """Add a group; raises BadInput for what is not there, Conflict when there is such a group."""
        rule = self._group_rule(contents)
        try:
            self._storage.local_list_rules.insert(rule)
        except AlreadyExists as error:
            raise Conflict("group_exists", f"there is a group {contents.name} already") from error
        self._want(rule)
        return rule

    def change_group(self, contents: GroupContents) -> LocalListRule:
        """Put other contents in the place of a group's; raises BadInput, NotFound."""
        self.group(contents.name)
        rule = self._group_rule(contents)
        self._put(rule)
        return rule

    def _group_rule(self, contents: GroupContents) -> LocalListRule:
        return LocalListRule(
            rule_id=group_rule_id(contents.name),
            id_tags=self._known_tags(contents.id_tags),
            all_accepted=contents.all_accepted,
            charge_point_ids=self._known_charge_points(contents.charge_point_ids),
            all_charge_points=contents.all_charge_points,
            changed_by=contents.by,
            changed_at=self._now(),
        )

    def drop_group(self, name: str) -> None:
        """Take a group away: what only it wanted leaves the lists. Raises NotFound."""
        self._drop(group_rule_id(name), f"there is no group {name}")

    def _put(self, rule: LocalListRule) -> None:
        before = self._storage.local_list_rules.get(rule.rule_id)
        self._storage.local_list_rules.put(rule)
        self._want(before, rule)

    def _drop(self, rule_id: str, missing: str) -> None:
        rule = self._storage.local_list_rules.get(rule_id)
        if rule is None:
            raise NotFound(missing)
        self._storage.local_list_rules.delete(rule_id)
        self._want(rule)

    def _want(self, *rules: LocalListRule | None) -> None:
        """Make the lists due that any of these rules is about."""
        given = [rule for rule in rules if rule is not None]
        if any(rule.all_charge_points for rule in given):
            ids: Iterable[str] = (one.charge_point_id for one in self._storage.charge_points.find({}))
        else:
            ids = sorted({one for rule in given for one in rule.charge_point_ids})
        self._storage.local_lists.want(ids, self._now())

    def _known_tags(self, id_tags: Iterable[str]) -> list[str]:
        wanted = sorted({normalise_id_tag(id_tag) for id_tag in id_tags})
        there = {tag.id_tag for tag in self._storage.id_tags.those(wanted)}
        _require_known("idTags", [id_tag for id_tag in wanted if id_tag not in there])
        return wanted

    def _known_charge_points(self, charge_point_ids: Iterable[str]) -> list[str]:
        wanted = {charge_point_key(one): one for one in charge_point_ids}
        there = {
            charge_point_key(one.charge_point_id): one.charge_point_id
            for one in self._storage.charge_points.find({"_id": {"$in": list(wanted)}})
        }
        _require_known("charge_point_ids", [one for key, one in wanted.items() if key not in there])
        return sorted(there.values())


def _require_known(field: str, missing: Sequence[str]) -> None:
    if missing:
        which, more = ", ".join(missing[:_SHOWN]), len(missing) - _SHOWN
        few = Phrase("not known here: %(which)s", which=which)
        many = Phrase("not known here: %(which)s, and %(more)d more", which=which, more=more)
        raise BadInput(field, many if more > 0 else few)
