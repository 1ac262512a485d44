"""What a driver does with his own tags."""

from app.domain.id_tags import IdTag, IdTagStatus, normalise_id_tag
from app.errors import NotFound
from app.storage.collection import equal
from app.storage.database import Storage
from app.storage.users import User

_NOT_YOURS = "there is no such idTag among yours"


def own_tag(storage: Storage, user: User, id_tag: str) -> IdTag:
    """Return a tag of the user's own; raises NotFound."""
    tag = storage.id_tags.get(normalise_id_tag(id_tag))
    if tag is None or tag.username != user.username:
        raise NotFound(_NOT_YOURS)
    return tag


def block_own(storage: Storage, user: User, id_tag: str) -> IdTag:
    """Block a tag of the user's, for a card is lost; raises NotFound."""
    own = equal([("username", user.username)])
    tag = storage.id_tags.update(normalise_id_tag(id_tag), {"status": IdTagStatus.BLOCKED}, when=own)
    if tag is None:
        raise NotFound(_NOT_YOURS)
    return tag
