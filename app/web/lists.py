"""Lists on pages, a page at a time, by the API's own cursors; and what is filled in above them."""

import re
from typing import Any, TypeVar

from flask import request

from app.api.context import services
from app.api.models import PageQuery
from app.api.paging import page
from app.domain.id_tags import ID_TAG_PATTERN, normalise_id_tag
from app.storage.collection import Collection, Document

T = TypeVar("T")
LONGEST = 100


def listed(
    collection: Collection[T], where: Document, limit: int, cursor: str = "cursor"
) -> tuple[list[T], str | None]:
    """Return what the address asks for, and the cursor of what comes after it; raises BadInput for a wrong cursor."""
    query = PageQuery(limit=limit, cursor=request.args.get(cursor))
    shown: dict[str, Any] = page(collection, where, query, lambda one: {"is": one})
    return [each["is"] for each in shown["items"]], shown["next"]


def asked_for(*names: str) -> dict[str, str]:
    """Return what the address asks for by these names; nothing is an empty text."""
    return {name: request.args.get(name, "")[:LONGEST].strip() for name in names}


def charge_point_of(text: str) -> str | None:
    """Return the charge point that is meant, in its own writing where it is known; None where none is asked for."""
    known = services.storage.charge_points.get(text) if text else None
    return known.charge_point_id if known else text or None


def user_or_tag(text: str) -> tuple[str | None, str | None]:
    """Return the user name or the idTag that is meant: of what could be both, whoever is there."""
    owner = services.storage.users.by_name(text) if text else None
    if owner is None and re.fullmatch(ID_TAG_PATTERN, text):
        return None, normalise_id_tag(text)
    return owner.username if owner else text or None, None
