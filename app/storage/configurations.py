"""What charge points have told of their configuration: one document each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from pymongo.errors import DuplicateKeyError

from app.domain.charge_points import charge_point_key
from app.domain.configuration import Change, Configuration, Entry, UnknownKey
from app.storage.collection import Collection, to_document

T = TypeVar("T")


def _each(kind: Callable[..., T]) -> Callable[[Sequence[Mapping[str, Any]]], tuple[T, ...]]:
    return lambda documents: tuple(kind(**document) for document in documents)


class Configurations(Collection[Configuration]):
    name = "configurations"
    key = "charge_point_id"
    kind = Configuration
    readers = {"entries": _each(Entry), "unknown": _each(UnknownKey), "awaiting_reboot": _each(Change)}

    def id_of(self, key: object) -> object:
        return charge_point_key(str(key))

    def of(self, charge_point_id: str) -> Configuration:
        """Return what is known; `of("CP001").integer_of("SendLocalListMaxLength")` is how a limit is read."""
        return self.get(charge_point_id) or Configuration(charge_point_id)

    def learn(self, charge_point_id: str, learnt: Callable[[Configuration], Configuration]) -> None:
        """Put what `learnt` makes of the known in its place; it is asked again when another answer came first."""
        while not self._put(before := self.of(charge_point_id), learnt(before)):
            continue

    def _put(self, before: Configuration, after: Configuration) -> bool:
        key = self.id_of(before.charge_point_id)
        document = to_document(replace(after, version=before.version + 1))
        try:
            done = self.documents.replace_one(
                {"_id": {"$eq": key}, "version": before.version}, document, upsert=before.version == 0
            )
        except DuplicateKeyError:
            return False
        return done.matched_count == 1 or done.upserted_id is not None
