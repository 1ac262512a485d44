"""idTags, by their upper-case text."""

from datetime import datetime

from pymongo import ASCENDING, IndexModel

from app.domain.id_tags import IdTag, IdTagStatus
from app.storage.collection import Collection


class IdTags(Collection[IdTag]):
    name = "id_tags"
    key = "id_tag"
    kind = IdTag
    readers = {"status": IdTagStatus}
    indexes = (IndexModel([("username", ASCENDING)]), IndexModel([("parent_id_tag", ASCENDING)], sparse=True))

    def used(self, id_tag: str, at: datetime) -> None:
        self.documents.update_one({"_id": {"$eq": id_tag}}, {"$max": {"last_used_at": at}})
