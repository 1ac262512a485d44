"""Add, change and remove idTags; a family of them is one level, as OCPP knows parents."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from app.domain.families import why_not_owner, why_not_parent
from app.domain.id_tags import IdTag, IdTagKind, generate_id_tag, normalise_id_tag
from app.errors import AlreadyExists, BadInput, Conflict, NotFound
from app.local_lists.changes import spread
from app.storage.database import Storage

# Lists are gone through after the tag is gone, and even if we end in between.
_GONE_BY_THEN = timedelta(seconds=2)


class IdTags:
    """The use cases; `now` is the clock they go by."""

    def __init__(self, storage: Storage, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._now = now

    def add(self, id_tag: str | None, facts: Mapping[str, Any]) -> IdTag:
        """Add a tag, a card; one is made when none is given. Raises BadInput, Conflict when there is one already."""
        tag = IdTag(normalise_id_tag(id_tag) or generate_id_tag(), created_at=self._now())
        tag = replace(tag, **self._checked(tag, facts))
        try:
            self._storage.id_tags.insert(tag)
        except AlreadyExists as error:
            raise Conflict("id_tag_exists", f"there is an idTag {tag.id_tag} already") from error
        self._storage.unknown_tags.delete(tag.id_tag)
        return tag

    def get(self, id_tag: str) -> IdTag:
        """Return a tag; raises NotFound."""
        tag = self._storage.id_tags.get(normalise_id_tag(id_tag))
        if tag is None:
            raise NotFound(f"there is no idTag {id_tag}")
        return tag

    def change(self, id_tag: str, changes: Mapping[str, Any]) -> IdTag:
        """Change a tag; lists are told. Raises NotFound, BadInput."""
        tag = self.get(id_tag)
        return self._storage.id_tags.update(tag.id_tag, self._checked(tag, changes)) or tag

    def remove(self, id_tag: str) -> None:
        """Remove a card that was never used, from local lists too. Raises NotFound, Conflict for any other tag."""
        tag = self.get(id_tag)
        if why := self._why_kept(tag):
            raise Conflict("id_tag_in_use", f"{why}: block it instead")
        take_away(self._storage, tag, self._now())

    def _why_kept(self, tag: IdTag) -> str | None:
        if tag.kind is not IdTagKind.CARD:
            return f"this is the tag of {'an account' if tag.kind is IdTagKind.ACCOUNT else 'a vehicle'}"
        if self._storage.id_tags.is_parent(tag.id_tag):
            return "other tags have it for their parent"
        return "there are sessions of this tag, or reservations" if was_used(self._storage, tag) else None

    def _checked(self, tag: IdTag, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is to be changed, its references checked and spelled as they are kept; raises BadInput."""
        facts = dict(facts)
        if parent := facts.get("parent_id_tag"):
            facts["parent_id_tag"] = normalise_id_tag(parent)
        if username := facts.get("username"):
            user = self._storage.users.by_name(username)
            if user is None:
                raise BadInput("username", "there is no such user")
            facts["username"] = user.username
        if "username" in facts and (fault := why_not_owner(tag, facts["username"])):
            raise BadInput("username", fault)
        if "parent_id_tag" in facts and facts["parent_id_tag"] != tag.parent_id_tag:
            self._require_parent(tag, facts["parent_id_tag"])
        return facts

    def _require_parent(self, tag: IdTag, id_tag: str | None) -> None:
        parent = self._storage.id_tags.get(id_tag) if id_tag else None
        is_parent = self._storage.id_tags.is_parent(tag.id_tag, but_of=IdTagKind.VEHICLE)
        if fault := why_not_parent(tag, id_tag, parent, is_parent=is_parent):
            raise BadInput("parent_id_tag", fault)


def was_used(storage: Storage, tag: IdTag) -> bool:
    """Tell whether something is kept that bears a tag: a session, were it only asked for, or a reservation."""
    bears_it = {"id_tag": {"$eq": tag.id_tag}}
    return bool(tag.last_used_at or storage.sessions.first(bears_it) or storage.reservations.first(bears_it))


def take_away(storage: Storage, tag: IdTag, now: datetime) -> None:
    """Delete a tag that nothing bears, from local lists too."""
    spread(storage, [tag.id_tag], now + _GONE_BY_THEN)
    storage.id_tags.delete(tag.id_tag)
    storage.local_list_rules.drop_tags([tag.id_tag])
