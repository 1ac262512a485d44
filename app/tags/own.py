"""What a driver does with his own tags."""

from app.domain.id_tags import IdTag, IdTagStatus, normalise_id_tag
from app.errors import NotFound
from app.storage.collection import equal
from app.storage.database import Storage
from app.storage.users import User


def block_own(storage: Storage, user: User, id_tag: str) -> IdTag:
    """Block a tag of the user's, for a card is lost; raises NotFound."""
    own = equal([("username", user.username)])
    tag = storage.id_tags.update(normalise_id_tag(id_tag), {"status": IdTagStatus.BLOCKED}, when=own)
    if tag is None:
        raise NotFound("there is no such idTag among yours")
    return tag
