"""idTags that were shown at charge points and that nobody has added, for staff to adopt or to ignore."""

from typing import Any

from flask_openapi3 import Tag
from pydantic import Field

from app.api.answer import Answer, Time, page_of
from app.api.answers_accounts import IdTagAnswer
from app.api.context import services
from app.api.id_tags import TagFields
from app.api.models import IdTagPath, Nothing, PageQuery
from app.api.paging import page
from app.api.policy import requires
from app.api.routes import Routes
from app.api.views import id_tag_json
from app.domain.roles import Role
from app.domain.times import iso
from app.storage.collection import equal
from app.storage.unknown_tags import UnknownTag

api = Routes("unknown_tags", __name__, url_prefix="/api/id_tags/unknown", abp_tags=[Tag(name="Unknown idTags")])


class UnknownQuery(PageQuery):
    ignored: bool = Field(False, description="List those that are ignored instead.")


class UnknownTagAnswer(Answer):
    """Where an unknown idTag was shown last, and how often; `connector_id` where a transaction began with it."""

    idTag: str  # noqa: N815 - the article's name
    charge_point_id: str
    connector_id: int | None = None
    first_at: Time
    last_at: Time
    count: int
    ignored: bool


@api.get("", summary="Unknown idTags shown at charge points within a month", responses={200: page_of(UnknownTagAnswer)})
@requires(Role.STAFF)
def list_unknown(query: UnknownQuery) -> dict[str, Any]:
    """The newest first. At most 50 of one charge point are kept, none of one that is guessing."""
    return page(services.storage.unknown_tags, equal([("ignored", query.ignored)]), query, _unknown_json)


@api.post("/<idTag>/adopt", summary="Add one to the idTags", responses={201: IdTagAnswer})
@requires(Role.STAFF)
def adopt(path: IdTagPath, body: TagFields) -> tuple[dict[str, Any], int]:
    """It may charge from now on, as far as the body does not say otherwise."""
    return id_tag_json(services.unknown_tags.adopt(path.idTag, body.given())), 201


@api.post("/<idTag>/ignore", summary="List one no more", responses={204: None})
@requires(Role.STAFF)
def ignore(path: IdTagPath, body: Nothing) -> tuple[str, int]:
    """It stays `Invalid` for charge points."""
    services.unknown_tags.ignore(path.idTag, ignored=True)
    return "", 204


@api.delete("/<idTag>/ignore", summary="List one again", responses={204: None})
@requires(Role.STAFF)
def ignore_no_more(path: IdTagPath) -> tuple[str, int]:
    services.unknown_tags.ignore(path.idTag, ignored=False)
    return "", 204


def _unknown_json(unknown: UnknownTag) -> dict[str, Any]:
    names = ("charge_point_id", "connector_id", "count", "ignored")
    shown = {name: getattr(unknown, name) for name in names if getattr(unknown, name) is not None}
    return {"idTag": unknown.id_tag, "first_at": iso(unknown.first_at), "last_at": iso(unknown.last_at), **shown}
