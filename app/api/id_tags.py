"""idTags, as staff keep them: RFID cards and the tags of accounts."""

from typing import Any

from flask_openapi3 import Tag
from pydantic import BaseModel, ConfigDict, Field

from app.api.answer import page_of
from app.api.answers_accounts import IdTagAnswer
from app.api.context import services
from app.api.models import Body, IdTagPath, IdTagText, Key, Moment, PageQuery, Text
from app.api.paging import page
from app.api.policy import requires
from app.api.routes import Routes
from app.api.views import id_tag_json
from app.domain.id_tags import IdTagKind, IdTagStatus, normalise_id_tag
from app.domain.roles import Role
from app.storage.collection import Document, equal

api = Routes("id_tags", __name__, url_prefix="/api/id_tags", abp_tags=[Tag(name="idTags")])


class TagFields(Body):
    status: IdTagStatus = IdTagStatus.ACCEPTED
    expiry_date: Moment | None = None
    parent_id_tag: IdTagText | None = Field(None, description="Blocked or expired, so is this one. It has none itself.")
    concurrent_limit: int = Field(1, ge=1, le=1000, strict=True, description="How many sessions at a time.")
    label: Text | None = None
    username: Key | None = Field(None, description="The account it belongs to.")


class NewTag(TagFields):
    idTag: IdTagText | None = Field(None, description="One is made when left out.")  # noqa: N815


class TagFilter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: IdTagKind | None = None
    username: Key | None = None
    status: IdTagStatus | None = None
    parent_id_tag: IdTagText | None = None


class TagQuery(PageQuery, TagFilter):
    """Which tags, and how many at a time."""


def filter_of(query: TagFilter) -> Document:
    """Return what is asked for as the storage asks it."""
    parent = normalise_id_tag(query.parent_id_tag) if query.parent_id_tag else None
    asked = (("kind", query.kind), ("username", query.username), ("status", query.status), ("parent_id_tag", parent))
    return equal(asked)


@api.get("", summary="idTags", responses={200: page_of(IdTagAnswer)})
@requires(Role.STAFF)
def list_id_tags(query: TagQuery) -> dict[str, Any]:
    return page(services.storage.id_tags, filter_of(query), query, id_tag_json)


@api.post("", summary="Add an idTag", responses={201: IdTagAnswer})
@requires(Role.STAFF)
def add_id_tag(body: NewTag) -> tuple[dict[str, Any], int]:
    """A card, of nobody or of the account that `username` names."""
    facts = {name: value for name, value in body.given().items() if name != "idTag"}
    return id_tag_json(services.id_tags.add(body.idTag, facts)), 201


@api.get("/<idTag>", summary="One idTag", responses={200: IdTagAnswer})
@requires(Role.STAFF)
def get_id_tag(path: IdTagPath) -> dict[str, Any]:
    return id_tag_json(services.id_tags.get(path.idTag))


@api.patch(
    "/<idTag>", summary="Change an idTag: block it, give it a parent, an end or a limit", responses={200: IdTagAnswer}
)
@requires(Role.STAFF)
def change_id_tag(path: IdTagPath, body: TagFields) -> dict[str, Any]:
    """It counts with the next word of a charge point, and is sent to the local lists it is in. A session that runs goes
    on; stop it if you want it to end."""
    return id_tag_json(services.id_tags.change(path.idTag, body.given()))


@api.delete("/<idTag>", summary="Remove a card that was never used", responses={204: None})
@requires(Role.STAFF)
def remove_id_tag(path: IdTagPath) -> tuple[str, int]:
    """409 `id_tag_in_use` for any other tag: block it."""
    services.id_tags.remove(path.idTag)
    return "", 204
