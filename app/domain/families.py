"""Who may be whose parent among idTags, and what of an account's and a vehicle's tag cannot be changed."""

from app.domain.id_tags import IdTag, IdTagKind
from app.domain.phrases import Phrase


def why_not_parent(tag: IdTag, id_tag: str | None, parent: IdTag | None, *, is_parent: bool) -> str | None:
    """Return why a tag cannot have another, `parent`, for its own, or none (`id_tag` None); None when it can.

    OCPP knows one level: a parent has none itself. `is_parent` tells whether `tag` is one; vehicles' tags, which are
    always children of their account's, do not count.
    """
    if tag.kind is IdTagKind.VEHICLE:
        return "a vehicle's tag is the child of its account's"
    if id_tag is None:
        return None
    if id_tag == tag.id_tag:
        return "a tag cannot be its own parent"
    if parent is None:
        return "there is no such idTag"
    if parent.parent_id_tag is not None:
        return Phrase("%(tag)s has a parent itself, %(parent)s; take that", tag=id_tag, parent=parent.parent_id_tag)
    return "this tag is a parent itself, and a parent has none" if is_parent else None


def why_not_owner(tag: IdTag, username: str | None) -> str | None:
    """Return why a tag cannot be given to an account, or to nobody; None when it can."""
    if tag.kind is IdTagKind.CARD or username == tag.username:
        return None
    return Phrase("the tag of %(owner)s's %(kind)s stays with it", owner=tag.username, kind=tag.kind.value)
