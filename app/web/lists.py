"""Lists on pages, a page at a time, by the API's own cursors."""

from typing import Any, TypeVar

from flask import request

from app.api.models import PageQuery
from app.api.paging import page
from app.storage.collection import Collection, Document

T = TypeVar("T")


def listed(
    collection: Collection[T], where: Document, limit: int, cursor: str = "cursor"
) -> tuple[list[T], str | None]:
    """Return what the address asks for, and the cursor of what comes after it; raises BadInput for a wrong cursor."""
    query = PageQuery(limit=limit, cursor=request.args.get(cursor))
    shown: dict[str, Any] = page(collection, where, query, lambda one: {"is": one})
    return [each["is"] for each in shown["items"]], shown["next"]
