"""The audit log: who changed what, from what to what, from where. It is only ever added to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any, ClassVar, TypeVar
from uuid import uuid4

import orjson
from pymongo import ASCENDING, IndexModel
from pymongo.database import Database

from app.acting import Actor, acting
from app.domain.roles import Role
from app.storage.collection import Collection, Document, Order, to_document

T = TypeVar("T")
MASK = "***"
_KEPT_SECONDS = 2 * 365 * 24 * 3600
_MOST_TEXT = 4000


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One change by a person. `action` is created, changed or deleted; `before` and `after` are JSON text of the
    fields that differ."""

    audit_id: str
    at: datetime
    username: str
    role: Role
    address: str
    request_id: str
    action: str
    kind: str
    key: str
    before: str
    after: str


class AuditLog(Collection[AuditRecord]):
    name = "audit"
    key = "audit_id"
    kind = AuditRecord
    readers = {"role": Role}
    order = Order("at", -1)
    indexes = (
        order.index(),
        order.index("username"),
        order.index("kind", "key"),
        IndexModel([("at", ASCENDING)], expireAfterSeconds=_KEPT_SECONDS),
    )


class Audited(Collection[T]):
    """A collection whose changes by people are written down; what the server and charge points do by themselves is not.

    `called` is what one of its documents is. Of `secret` fields it is written down that they changed, not their values.
    Where `of_people` names fields, the others follow from them, or from what charge points say, and are left out.
    `least` is the role from which on changes are written down: where drivers' own are told by the document itself.
    """

    called: ClassVar[str]
    secret: ClassVar[frozenset[str]] = frozenset()
    of_people: ClassVar[frozenset[str] | None] = None
    least: ClassVar[Role] = Role.USER

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database)
        self._log = AuditLog(database)

    def insert(self, value: T) -> T:
        inserted = super().insert(value)
        if actor := self._actor():
            self._write(actor, "created", {}, to_document(value))
        return inserted

    def insert_all(self, values: Sequence[T]) -> list[T]:
        inserted = super().insert_all(values)
        if actor := self._actor():
            records = [self._record(actor, "created", {}, to_document(value)) for value in inserted]
            self._log.insert_all([record for record in records if record is not None])
        return inserted

    def change(self, where: Document, changes: Mapping[str, Any]) -> T | None:
        # Of a charge point more may have changed meanwhile, which is not this person's doing.
        asked = {name.partition(".")[0] for name in changes}
        actor = self._actor() if self.of_people is None or asked & self.of_people else None
        before = self.first(where) if actor else None
        after = super().change(where, changes)
        if actor and before is not None and after is not None:
            old, new = (_only(asked | {self.key}, to_document(value)) for value in (before, after))
            self._write(actor, "changed", old, new)
        return after

    def delete(self, key: object) -> bool:
        actor = self._actor()
        before = self.get(key) if actor else None
        deleted = super().delete(key)
        if actor and before is not None and deleted:
            self._write(actor, "deleted", to_document(before), {})
        return deleted

    def _actor(self) -> Actor | None:
        actor = acting.get()
        return actor if actor and actor.role.at_least(self.least) else None

    def _write(self, actor: Actor, action: str, before: Document, after: Document) -> None:
        if record := self._record(actor, action, before, after):
            self._log.insert(record)

    def _record(self, actor: Actor, action: str, before: Document, after: Document) -> AuditRecord | None:
        """Return what is written down of a change; None when nothing of it is people's."""
        differ = [
            name
            for name in before | after
            if before.get(name) != after.get(name) and (self.of_people is None or name in self.of_people)
        ]
        if not differ:
            return None
        return AuditRecord(
            audit_id=uuid4().hex,
            at=datetime.now(UTC),
            username=actor.username,
            role=actor.role,
            address=actor.address,
            request_id=actor.request_id,
            action=action,
            kind=self.called,
            key=str((before or after)[self.key]),
            before=self._text(before, differ),
            after=self._text(after, differ),
        )

    def _text(self, document: Document, names: list[str]) -> str:
        told = {name: MASK if name in self.secret else document[name] for name in names if name in document}
        text = _json(told)
        share = _MOST_TEXT // max(1, len(told))
        return text if len(text) <= _MOST_TEXT else _json({name: _cut(value, share) for name, value in told.items()})


def _json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_UTC_Z, default=str).decode()


def _cut(value: Any, most: int) -> Any:
    """Return the beginning of a value that is too long: what is left of it is whole, so that it can be found again."""
    if len(_json(value)) <= most:
        return value
    match value:
        case list():
            kept = _fitting([_json(item) for item in value], most)
            return [*value[:kept], f"and {len(value) - kept} more"]
        case dict():
            kept = _fitting([_json(item) for item in value.items()], most)
            return dict([*list(value.items())[:kept], ("cut", f"and {len(value) - kept} more")])
        case _:
            return f"{str(value)[:most]}…"


def _fitting(texts: Sequence[str], most: int) -> int:
    """Return how many of the first of these fit."""
    return sum(length <= most for length in accumulate(len(text) + 1 for text in texts))


def _only(names: set[str], document: Document) -> Document:
    return {name: value for name, value in document.items() if name in names}
