"""Collections that say what changes in them, so that no writer has to think of those who watch."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from pymongo.database import Database

from app.storage.collection import Collection, Document

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to which document: `action` is created, changed or deleted, `fields` what was changed, if known."""

    called: str
    action: str
    key: str
    fields: frozenset[str] = frozenset()


Listener = Callable[[Change], None]


class Changes:
    """Who wants to know of changes, in this process. Nobody does most of the time, and then a change costs one look.

    A listener is called by the thread that changed something, so it must not wait.
    """

    def __init__(self) -> None:
        self._listeners: tuple[Listener, ...] = ()
        self._lock = threading.Lock()

    @property
    def wanted(self) -> bool:
        return bool(self._listeners)

    def listen(self, listener: Listener) -> None:
        """Call a listener from now on; once for each change, however often it was asked for."""
        with self._lock:
            if listener not in self._listeners:
                self._listeners = (*self._listeners, listener)

    def ignore(self, listener: Listener) -> None:
        with self._lock:
            self._listeners = tuple(each for each in self._listeners if each != listener)

    def tell(self, called: str, action: str, key: object, fields: frozenset[str] = frozenset()) -> None:
        """Tell the listeners, if there are any."""
        if self._listeners:
            change = Change(called, action, str(key), fields)
            for listener in self._listeners:
                listener(change)


class Watched(Collection[T]):
    """A collection whose changes are told; `called` is what one of its documents is."""

    called: ClassVar[str]

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database)
        # The storage gives all its collections the same.
        self.changes = Changes()

    def insert(self, value: T) -> T:
        inserted = super().insert(value)
        self.changes.tell(self.called, "created", getattr(value, self.key))
        return inserted

    def change(self, where: Document, changes: Mapping[str, Any]) -> T | None:
        after = super().change(where, changes)
        if after is not None and self.changes.wanted:
            self.changes.tell(self.called, "changed", getattr(after, self.key), frozenset(changes))
        return after

    def delete(self, key: object) -> bool:
        before = self.get(key) if self.changes.wanted else None
        deleted = super().delete(key)
        if deleted and before is not None:
            self.changes.tell(self.called, "deleted", getattr(before, self.key))
        return deleted
