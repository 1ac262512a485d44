"""idTags, as staff keep them: RFID cards and the tags of accounts."""

from dataclasses import replace
from typing import Any

from flask_openapi3 import APIBlueprint, Tag
from pydantic import Field

from app.api.answers import IdTagAnswer, page_of
from app.api.context import services
from app.api.models import Body, IdTagPath, IdTagText, Key, Moment, PageQuery, Text
from app.api.paging import page
from app.api.policy import requires
from app.api.views import id_tag_json
from app.domain.id_tags import IdTag, IdTagStatus, generate_id_tag, normalise_id_tag
from app.domain.roles import Role
from app.errors import AlreadyExists, BadInput, Conflict, NotFound
from app.storage.collection import equal

api = APIBlueprint("id_tags", __name__, url_prefix="/api/id_tags", abp_tags=[Tag(name="idTags")])


class TagFields(Body):
    status: IdTagStatus = IdTagStatus.ACCEPTED
    expiry_date: Moment | None = None
    parent_id_tag: IdTagText | None = None
    concurrent_limit: int = Field(1, ge=1, le=1000, strict=True, description="How many sessions at a time.")
    label: Text | None = None
    username: Key | None = Field(None, description="The account it belongs to.")


class NewTag(TagFields):
    idTag: IdTagText | None = Field(None, description="One is made when left out.")  # noqa: N815


class TagQuery(PageQuery):
    username: Key | None = None
    status: IdTagStatus | None = None
    parent_id_tag: IdTagText | None = None


def _facts(body: TagFields) -> dict[str, Any]:
    """Return the fields given, their references checked and spelled as they are kept."""
    facts = body.given()
    facts.pop("idTag", None)
    if parent := facts.get("parent_id_tag"):
        facts["parent_id_tag"] = normalise_id_tag(parent)
        if services.storage.id_tags.get(facts["parent_id_tag"]) is None:
            raise BadInput("parent_id_tag", "there is no such idTag")
    if username := facts.get("username"):
        user = services.storage.users.by_name(username)
        if user is None:
            raise BadInput("username", "there is no such user")
        facts["username"] = user.username
    return facts


@api.get("", summary="idTags", responses={200: page_of(IdTagAnswer)})
@requires(Role.STAFF)
def list_id_tags(query: TagQuery) -> dict[str, Any]:
    parent = normalise_id_tag(query.parent_id_tag) if query.parent_id_tag else None
    where = equal([("username", query.username), ("status", query.status), ("parent_id_tag", parent)])
    return page(services.storage.id_tags, where, query, id_tag_json)


@api.post("", summary="Add an idTag", responses={201: IdTagAnswer})
@requires(Role.STAFF)
def add_id_tag(body: NewTag) -> tuple[dict[str, Any], int]:
    tag = IdTag(normalise_id_tag(body.idTag) or generate_id_tag(), created_at=services.now())
    try:
        return id_tag_json(services.storage.id_tags.insert(replace(tag, **_facts(body)))), 201
    except AlreadyExists as error:
        raise Conflict("id_tag_exists", "there is such an idTag already") from error


@api.get("/<idTag>", summary="One idTag", responses={200: IdTagAnswer})
@requires(Role.STAFF)
def get_id_tag(path: IdTagPath) -> dict[str, Any]:
    return id_tag_json(_existing(services.storage.id_tags.get(normalise_id_tag(path.idTag))))


@api.patch(
    "/<idTag>", summary="Change an idTag: block it, give it a parent, an end or a limit", responses={200: IdTagAnswer}
)
@requires(Role.STAFF)
def change_id_tag(path: IdTagPath, body: TagFields) -> dict[str, Any]:
    facts = _facts(body)
    if facts.get("parent_id_tag") == normalise_id_tag(path.idTag):
        raise BadInput("parent_id_tag", "a tag cannot be its own parent")
    return id_tag_json(_existing(services.storage.id_tags.update(normalise_id_tag(path.idTag), facts)))


def _existing(tag: IdTag | None) -> IdTag:
    if tag is None:
        raise NotFound("there is no such idTag")
    return tag
