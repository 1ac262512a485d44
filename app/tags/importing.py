"""Many idTags from a table: all rows are looked at before the first is written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from app.csv_rows import RowError
from app.domain.families import why_not_owner, why_not_parent
from app.domain.id_tags import IdTag
from app.domain.phrases import Phrase
from app.errors import BadInput
from app.storage.database import Storage
from app.storage.users import user_key

_MOST_TOLD = 100


@dataclass(frozen=True, slots=True)
class TagRow:
    """A line that can be read: a tag, in upper case, and what is given of it."""

    line: int
    id_tag: str
    facts: Mapping[str, Any]


@dataclass(slots=True)
class Report:
    """What was done, or would be: how many tags were added, changed, are as they should be, or were passed over."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    errors: list[RowError] = field(default_factory=list)


class TagImport:
    """The use case; `now` is the clock it goes by."""

    def __init__(self, storage: Storage, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._now = now

    def run(
        self, rows: Sequence[TagRow], errors: Sequence[RowError], *, update: bool, partial: bool, dry_run: bool
    ) -> Report:
        """Add the tags of a table, and with `update` change those that are there already; else they are passed over.

        `errors` are the lines that could not be read. Where anything is wrong, nothing is written and BadInput says
        what, line by line; with `partial` the other lines are written. A dry run writes nothing and raises nothing.
        """
        report = Report(errors=list(errors))
        wanted = _Plan(self._storage, rows, self._now(), report, update=update).wanted()
        report.errors.sort(key=lambda error: error.line)
        if dry_run:
            return report
        if report.errors and not partial:
            first, *others = [(f"line {e.line}, {e.field}", e.message) for e in report.errors[:_MOST_TOLD]]
            raise BadInput(*first, *others)
        new = [tag for tag, changes in wanted if changes is None]
        self._storage.id_tags.insert_all(new)
        self._storage.unknown_tags.forget(tag.id_tag for tag in new)
        for tag, changes in wanted:
            if changes is not None:
                self._storage.id_tags.update(tag.id_tag, changes)
        return report


class _Plan:
    """A table against what there is: which tags are to be added or changed, and what is wrong."""

    def __init__(
        self, storage: Storage, rows: Sequence[TagRow], now: datetime, report: Report, *, update: bool
    ) -> None:
        named = {row.id_tag for row in rows}
        parents = {row.facts["parent_id_tag"] for row in rows if "parent_id_tag" in row.facts}
        self._tags = {tag.id_tag: tag for tag in storage.id_tags.those(named | parents)}
        self._known = set(self._tags)
        self._parents = storage.id_tags.parents_among(named)
        usernames = {row.facts["username"] for row in rows if "username" in row.facts}
        self._users = {user.user_id: user.username for user in storage.users.those(usernames)}
        self._rows = rows
        self._now = now
        self._report = report
        self._update = update

    def wanted(self) -> list[tuple[IdTag, dict[str, Any] | None]]:
        """Return the tags to be added, and those to be changed with their changes."""
        lines: dict[str, int] = {}
        wanted = []
        # Parents first: those with a parent are held against them.
        for row in sorted(self._rows, key=lambda row: "parent_id_tag" in row.facts):
            if row.id_tag in lines:
                self._wrong(row, "idTag", Phrase("is in line %(line)d already", line=lines[row.id_tag]))
                continue
            lines[row.id_tag] = row.line
            if row.id_tag in self._known and not self._update:
                self._report.skipped += 1
            elif (planned := self._planned(row)) is not None:
                wanted.append(planned)
        return wanted

    def _planned(self, row: TagRow) -> tuple[IdTag, dict[str, Any] | None] | None:
        is_new = row.id_tag not in self._known
        tag = IdTag(row.id_tag, created_at=self._now) if is_new else self._tags[row.id_tag]
        facts = self._checked(row, tag)
        if facts is None:
            return None
        changes = {name: value for name, value in facts.items() if getattr(tag, name) != value}
        self._tags[tag.id_tag] = changed = replace(tag, **facts)
        if changed.parent_id_tag is not None:
            self._parents.add(changed.parent_id_tag)
        if is_new:
            self._report.created += 1
            return changed, None
        if not changes:
            self._report.unchanged += 1
            return None
        self._report.updated += 1
        return tag, changes

    def _checked(self, row: TagRow, tag: IdTag) -> dict[str, Any] | None:
        """Return what is given of a tag, an account's name as it is written there; None when something is wrong."""
        facts = dict(row.facts)
        if "username" in facts:
            username = self._users.get(user_key(facts["username"]))
            fault = "there is no such user" if username is None else why_not_owner(tag, username)
            if fault is not None:
                self._wrong(row, "username", fault)
                return None
            facts["username"] = username
        parent = facts.get("parent_id_tag")
        if parent is not None and parent != tag.parent_id_tag:
            is_parent = tag.id_tag in self._parents
            if (fault := why_not_parent(tag, parent, self._tags.get(parent), is_parent=is_parent)) is not None:
                self._wrong(row, "parent_id_tag", fault)
                return None
        return facts

    def _wrong(self, row: TagRow, column: str, message: str) -> None:
        self._report.errors.append(RowError(row.line, column, message))
