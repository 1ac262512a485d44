"""Local authorization lists: what belongs in whose list, and how far each charge point is."""

from typing import Annotated, Any

from flask_openapi3 import Tag
from pydantic import Field

from app.api.answer import page_of
from app.api.answers_local_lists import LocalListAnswer, LocalListDetailAnswer, content_json, local_list_json
from app.api.context import current_user, services
from app.api.models import Body, ChargePointPath, IdTagText, PageQuery
from app.api.paging import page
from app.api.policy import requires
from app.api.routes import Routes
from app.domain.charge_points import ChargePoint
from app.domain.local_lists import ListState
from app.domain.roles import Role
from app.local_lists.contents import ENABLED_KEY, limits_of
from app.storage.collection import equal

api = Routes("local_lists", __name__, url_prefix="/api/local_lists", abp_tags=[Tag(name="Local lists")])

# As many as a request has room for; groups add up.
MOST_NAMED = 2500

Named = Annotated[list[IdTagText], Field(max_length=MOST_NAMED, description="idTags that belong in the list.")]
AllAccepted = Annotated[bool, Field(strict=True, description="And every idTag that may charge.")]


class ListContent(Body):
    idTags: Named = []  # noqa: N815
    all_accepted: AllAccepted = False


class SyncOrder(Body):
    full: bool = Field(False, strict=True, description="Send the whole list, whatever the charge point holds.")


class ListQuery(PageQuery):
    state: ListState | None = None


@api.get(
    "",
    summary="How far the charge points' local lists are",
    responses={200: page_of(LocalListAnswer)},
)
@requires(Role.ADMIN)
def list_local_lists(query: ListQuery) -> dict[str, Any]:
    return page(services.storage.local_lists, equal([("state", query.state)]), query, local_list_json)


@api.get(
    "/<charge_point_id>",
    summary="A charge point's local list",
    responses={200: LocalListDetailAnswer},
)
@requires(Role.ADMIN)
def get_local_list(path: ChargePointPath) -> dict[str, Any]:
    return _detail(services.fleet.get(path.charge_point_id))


@api.put(
    "/<charge_point_id>",
    summary="Say what belongs in a charge point's local list",
    responses={200: LocalListDetailAnswer},
)
@requires(Role.ADMIN)
def put_local_list(path: ChargePointPath, body: ListContent) -> dict[str, Any]:
    """In the place of what was said before; what its groups want is added to it. It is sent within seconds, or when the
    charge point is back."""
    charge_point = services.fleet.get(path.charge_point_id)
    services.local_lists.put_own(charge_point, body.idTags, all_accepted=body.all_accepted, by=current_user().username)
    return _detail(charge_point)


@api.delete(
    "/<charge_point_id>",
    summary="Want nothing of its own in a charge point's local list",
    responses={204: None},
)
@requires(Role.ADMIN)
def remove_local_list(path: ChargePointPath) -> tuple[str, int]:
    """What its groups want stays. A list that nothing is wanted in any more is emptied, and then left alone."""
    services.local_lists.drop_own(services.fleet.get(path.charge_point_id))
    return "", 204


@api.post(
    "/<charge_point_id>/sync",
    summary="Bring a charge point's local list up to date now",
    responses={200: LocalListDetailAnswer},
)
@requires(Role.ADMIN)
def sync_local_list(path: ChargePointPath, body: SyncOrder) -> dict[str, Any]:
    """`state` tells how it ended; `pending` means that the rest of a long list follows by itself."""
    charge_point = services.fleet.get(path.charge_point_id)
    services.local_lists.sync(charge_point, full=body.full, requested_by=current_user().username)
    return _detail(charge_point)


def _detail(charge_point: ChargePoint) -> dict[str, Any]:
    known, rules = services.local_lists.of(charge_point)
    limits = limits_of(services.storage, charge_point.charge_point_id)
    enabled = services.storage.configurations.of(charge_point.charge_point_id).boolean_of(ENABLED_KEY)
    own = next((content_json(rule) for rule in rules if rule.group is None), None)
    return (
        local_list_json(known)
        | {name: value for name, value in (("own", own), ("enabled", enabled)) if value is not None}
        | {
            "groups": sorted(rule.group for rule in rules if rule.group is not None),
            "max_length": limits.length,
            "max_per_message": limits.per_message,
        }
    )
