"""Lists in pages: the same parameters, cursor and answer for every resource."""

import base64
import binascii
from collections.abc import Callable
from typing import Any, TypeVar

import orjson

from app.api.json_text import to_json
from app.api.models import PageQuery
from app.domain.times import parse_time
from app.errors import BadInput
from app.storage.collection import Collection, Document

T = TypeVar("T")


def page(
    collection: Collection[T], where: Document, query: PageQuery, show: Callable[[T], dict[str, Any]]
) -> dict[str, Any]:
    """Return `{"items": [...], "next": cursor or null}`; raises BadInput for a cursor that is not one of ours."""
    after = _after(collection.name, query.cursor) if query.cursor else None
    found = collection.page(where, after, query.limit + 1)
    items, more = found[: query.limit], len(found) > query.limit
    return {
        "items": [show(item) for item in items],
        "next": _encode(collection, items[-1]) if more else None,
    }


def _encode(collection: Collection[T], item: T) -> str:
    key = collection.id_of(getattr(item, collection.key))
    value = key if collection.order.field == "_id" else getattr(item, collection.order.field)
    return write_cursor(collection.name, value, key)


def _after(name: str, cursor: str) -> tuple[Any, str | int]:
    match read_cursor(name, cursor):
        case [str() as value, str() | int() as key]:
            return parse_time(value) or value, key
    raise not_a_cursor()


def write_cursor(name: str, *place: Any) -> str:
    """Return a cursor to a place in a list of this name."""
    return base64.urlsafe_b64encode(to_json([name, *place])).decode().rstrip("=")


def read_cursor(name: str, cursor: str) -> list[Any]:
    """Return the place that a cursor is for; raises BadInput for one of another list."""
    try:
        content = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        content = None
    match content:
        case [str() as of, *place] if of == name and all(map(_is_storable, place)):
            return place
    raise not_a_cursor()


def _is_storable(value: object) -> bool:
    """Tell whether the database has room for a value: its numbers have 64 bits."""
    return not isinstance(value, int) or -(2**63) <= value < 2**63


def not_a_cursor() -> BadInput:
    return BadInput("cursor", "take the `next` of the page before, of this very list")
