"""Who may be whose parent among idTags, and what of an account's and a vehicle's tag cannot be changed."""

from app.domain.id_tags import IdTag, IdTagKind


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
        return f"{id_tag} has a parent itself, {parent.parent_id_tag}; take that"
    return "this tag is a parent itself, and a parent has none" if is_parent else None


def why_not_owner(tag: IdTag, username: str | None) -> str | None:
    """Return why a tag cannot be given to an account, or to nobody; None when it can."""
    if tag.kind is IdTagKind.CARD or username == tag.username:
        return None
    return f"the tag of {tag.username}'s {tag.kind.value} stays with it"
