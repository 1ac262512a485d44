"""One thin generic collection: a frozen dataclass in, the same dataclass out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar, Generic, TypeVar

from pymongo import ASCENDING, IndexModel, ReturnDocument
from pymongo.collection import Collection as MongoCollection
from pymongo.database import Database
from pymongo.errors import BulkWriteError, DuplicateKeyError

from app.errors import AlreadyExists

T = TypeVar("T")
Document = dict[str, Any]
_DUPLICATE_KEY = 11000


def to_document(value: object) -> Any:
    """Return a value as BSON holds it: enums by value, dataclasses without their Nones, times to the millisecond."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.replace(microsecond=value.microsecond // 1000 * 1000)
    if isinstance(value, dict):
        return {key: to_document(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_document(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        pairs = ((f.name, getattr(value, f.name)) for f in fields(value))  # type: ignore[arg-type]
        return {name: to_document(item) for name, item in pairs if item is not None}
    return value


@dataclass(frozen=True, slots=True)
class Order:
    """The one order a list is served in, which an index supports: 1 ascending, −1 descending."""

    field: str
    direction: int

    @property
    def keys(self) -> list[tuple[str, int]]:
        """Return what to sort by; the `_id` tells equals apart, so that no page repeats or loses one."""
        return [(name, self.direction) for name in dict.fromkeys((self.field, "_id"))]

    def index(self, *filtered: str) -> IndexModel:
        """Return the index that serves pages in this order, of the documents with given values in some fields."""
        return IndexModel([*((name, ASCENDING) for name in filtered), *self.keys])


class Collection(Generic[T]):
    """Documents of one kind.

    Subclasses declare the name, the dataclass, its key field, how fields that BSON has no type for are read back,
    and the indexes.
    """

    name: ClassVar[str]
    key: ClassVar[str]
    kind: type[T]
    readers: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    indexes: ClassVar[Sequence[IndexModel]] = ()
    versioned: ClassVar[bool] = False
    order: ClassVar[Order] = Order("_id", 1)

    def __init__(self, database: Database[Document]) -> None:
        self.documents: MongoCollection[Document] = database[self.name]

    def ensure_indexes(self) -> None:
        if self.indexes:
            self.documents.create_indexes(list(self.indexes))

    def load(self, document: Mapping[str, Any]) -> T:
        """Build the dataclass; fields that this version does not know are left out."""
        known = {f.name for f in fields(self.kind)}  # type: ignore[arg-type]
        values = {name: value for name, value in document.items() if name in known}
        for name, read in self.readers.items():
            if name in values:
                values[name] = read(values[name])
        values.setdefault(self.key, document["_id"])
        return self.kind(**values)

    def get(self, key: object) -> T | None:
        return self.first({"_id": {"$eq": self.id_of(key)}})

    def first(self, where: Document, sort: Sequence[tuple[str, int]] | None = None) -> T | None:
        document = self.documents.find_one(where, sort=sort)
        return None if document is None else self.load(document)

    def find(self, where: Document, sort: Sequence[tuple[str, int]] | None = None, limit: int = 0) -> list[T]:
        return [self.load(d) for d in self.documents.find(where, sort=sort, limit=limit)]

    def page(self, where: Document, after: tuple[Any, Any] | None, limit: int) -> list[T]:
        """Return up to `limit` documents in the collection's order, those after a (sort value, `_id`)."""
        order = self.order
        if after is not None:
            value, key = after
            beyond = "$lt" if order.direction < 0 else "$gt"
            later: Document = {"_id": {beyond: key}}
            if order.field != "_id":
                later = {"$or": [{order.field: {beyond: value}}, {order.field: {"$eq": value}, **later}]}
            where = {"$and": [where, later]}
        return self.find(where, sort=order.keys, limit=limit)

    def insert(self, value: T) -> T:
        """Insert; raises AlreadyExists with the fields of the unique index that says no."""
        document = self.to_insert(value)
        try:
            self.documents.insert_one({**document, "_id": self.id_of(document[self.key])})
        except DuplicateKeyError as error:
            pattern = (error.details or {}).get("keyPattern") or {}
            raise AlreadyExists(tuple(self.key if f == "_id" else f for f in pattern)) from error
        return value

    def insert_all(self, values: Sequence[T]) -> list[T]:
        """Insert many in one go; return those of which there was none yet."""
        if not values:
            return []
        documents = [self.to_insert(value) for value in values]
        try:
            self.documents.insert_many([{**d, "_id": self.id_of(d[self.key])} for d in documents], ordered=False)
        except BulkWriteError as error:
            failed = {one["index"]: one["code"] for one in error.details["writeErrors"]}
            if set(failed.values()) != {_DUPLICATE_KEY}:
                raise
            return [value for index, value in enumerate(values) if index not in failed]
        return list(values)

    def to_insert(self, value: T) -> Document:
        """Return a value as its first document."""
        document: Document = to_document(value)
        return document

    def id_of(self, key: object) -> object:
        """Return the `_id` for a key."""
        return key

    def update(self, key: object, changes: Mapping[str, Any], *, when: Document | None = None) -> T | None:
        """Set fields of one document that still matches `when`; None unsets a field. Return it as it now is."""
        return self.change({"_id": {"$eq": self.id_of(key)}, **(when or {})}, changes)

    def change(self, where: Document, changes: Mapping[str, Any]) -> T | None:
        operations: Document = {"$inc": {"version": 1}} if self.versioned else {}
        if given := {name: to_document(value) for name, value in changes.items() if value is not None}:
            operations["$set"] = given
        if gone := [name for name, value in changes.items() if value is None]:
            operations["$unset"] = dict.fromkeys(gone, "")
        if not operations:
            return self.first(where)
        document = self.documents.find_one_and_update(where, operations, return_document=ReturnDocument.AFTER)
        return None if document is None else self.load(document)

    def delete(self, key: object) -> bool:
        return self.documents.delete_one({"_id": {"$eq": self.id_of(key)}}).deleted_count == 1


def equal(values: Iterable[tuple[str, object]]) -> Document:
    """Return an equality filter without the Nones; `$eq` keeps an operator in a value from being one."""
    return {name: {"$eq": to_document(value)} for name, value in values if value is not None}
