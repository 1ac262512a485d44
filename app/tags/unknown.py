"""Tags that nobody has added, seen at charge points: kept for staff, who adopt or ignore them."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.domain.id_tags import ID_TAG_PATTERN, IdTag, normalise_id_tag
from app.errors import NotFound
from app.storage.database import Storage
from app.tags.keeping import IdTags


def note_unknown_tag(
    storage: Storage, id_tag: str, charge_point_id: str, connector_id: int | None, at: datetime
) -> None:
    """Keep that an unknown tag was shown; what no tag can be is left out, for nobody could adopt it."""
    key = normalise_id_tag(id_tag)
    if re.fullmatch(ID_TAG_PATTERN, key):
        storage.unknown_tags.record(key, charge_point_id, connector_id, at)


class UnknownTags:
    """The use cases of staff."""

    def __init__(self, storage: Storage, id_tags: IdTags) -> None:
        self._storage = storage
        self._id_tags = id_tags

    def adopt(self, id_tag: str, facts: Mapping[str, Any]) -> IdTag:
        """Add a tag that was seen. Raises NotFound, BadInput, Conflict when it was added meanwhile."""
        self._seen(id_tag)
        return self._id_tags.add(id_tag, facts)

    def ignore(self, id_tag: str, *, ignored: bool) -> None:
        """List a tag no more, or again. Raises NotFound."""
        self._storage.unknown_tags.update(self._seen(id_tag), {"ignored": ignored})

    def _seen(self, id_tag: str) -> str:
        unknown = self._storage.unknown_tags.get(normalise_id_tag(id_tag))
        if unknown is None:
            raise NotFound("no such idTag was seen lately, or it is known by now")
        return unknown.id_tag
