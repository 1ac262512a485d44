"""Local authorization lists: what belongs in whose list, and how far each charge point is."""

from typing import Annotated, Any, Literal

from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from app.api.answers import Answer, Time, page_of
from app.api.context import current_user, services
from app.api.models import Body, ChargePointPath, IdTagText, Key, PageQuery, Text
from app.api.paging import page
from app.api.policy import requires
from app.domain.charge_points import ChargePoint
from app.domain.local_lists import ListState, in_words, next_version
from app.domain.roles import Role
from app.domain.times import iso
from app.local_lists.contents import ENABLED_KEY, limits_of
from app.local_lists.keeping import GroupContents
from app.storage.collection import equal
from app.storage.local_list_rules import GROUPS, LocalListRule
from app.storage.local_lists import LocalList

api = APIBlueprint("local_lists", __name__, url_prefix="/api", abp_tags=[Tag(name="Local lists")])

# As many as a request has room for; groups add up.
MOST_NAMED = 2500
MOST_CHARGE_POINTS = 1000

Named = Annotated[list[IdTagText], Field(max_length=MOST_NAMED, description="idTags that belong in the list.")]
AllAccepted = Annotated[bool, Field(strict=True, description="And every idTag that may charge.")]


class ListContent(Body):
    idTags: Named = []  # noqa: N815
    all_accepted: AllAccepted = False


class GroupContent(ListContent):
    charge_point_ids: list[Key] = Field([], max_length=MOST_CHARGE_POINTS)
    all_charge_points: bool = Field(False, strict=True, description="Those that are added later, too.")


class NewGroup(GroupContent):
    group: Text


class GroupPath(BaseModel):
    group: Text


class SyncOrder(Body):
    full: bool = Field(False, strict=True, description="Send the whole list, whatever the charge point holds.")


class ListQuery(PageQuery):
    state: ListState | None = None


class LocalListAnswer(Answer):
    """`wanted_version` is what is to be confirmed next, `confirmed_version` what the charge point has accepted last,
    `charge_point_version` its own word, which `charge_point_list` tells in words; `answer` is its last answer."""

    charge_point_id: str
    state: ListState
    reason: str | None = None
    wanted_version: int | None = None
    wanted_length: int | None = None
    confirmed_version: int | None = None
    confirmed_length: int | None = None
    confirmed_at: Time | None = None
    charge_point_version: int | None = None
    charge_point_list: Literal["not supported", "empty", "present"] | None = None
    answer: str | None = None
    attempted_at: Time | None = None


class ContentAnswer(Answer):
    idTags: list[str]  # noqa: N815
    all_accepted: bool
    changed_by: str
    changed_at: Time


class LocalListDetailAnswer(LocalListAnswer):
    """`own` is the charge point's own content; what its groups want is added to it. `enabled` is the charge point's
    LocalAuthListEnabled, `max_length` and `max_per_message` what it takes."""

    own: ContentAnswer | None = None
    groups: list[str]
    enabled: bool | None = None
    max_length: int
    max_per_message: int


class LocalListGroupAnswer(ContentAnswer):
    group: str
    charge_point_ids: list[str]
    all_charge_points: bool


@api.get(
    "/local_lists",
    summary="How far the charge points' local lists are",
    responses={200: page_of(LocalListAnswer)},
)
@requires(Role.ADMIN)
def list_local_lists(query: ListQuery) -> dict[str, Any]:
    return page(services.storage.local_lists, equal([("state", query.state)]), query, local_list_json)


@api.get(
    "/local_lists/<charge_point_id>",
    summary="A charge point's local list",
    responses={200: LocalListDetailAnswer},
)
@requires(Role.ADMIN)
def get_local_list(path: ChargePointPath) -> dict[str, Any]:
    return _detail(services.fleet.get(path.charge_point_id))


@api.put(
    "/local_lists/<charge_point_id>",
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
    "/local_lists/<charge_point_id>",
    summary="Want nothing of its own in a charge point's local list",
    responses={204: None},
)
@requires(Role.ADMIN)
def remove_local_list(path: ChargePointPath) -> tuple[str, int]:
    """What its groups want stays. A list that nothing is wanted in any more is emptied, and then left alone."""
    services.local_lists.drop_own(services.fleet.get(path.charge_point_id))
    return "", 204


@api.post(
    "/local_lists/<charge_point_id>/sync",
    summary="Bring a charge point's local list up to date now",
    responses={200: LocalListDetailAnswer},
)
@requires(Role.ADMIN)
def sync_local_list(path: ChargePointPath, body: SyncOrder) -> dict[str, Any]:
    """`state` tells how it ended; `pending` means that the rest of a long list follows by itself."""
    charge_point = services.fleet.get(path.charge_point_id)
    services.local_lists.sync(charge_point, full=body.full, requested_by=current_user().username)
    return _detail(charge_point)


@api.get(
    "/local_list_groups",
    summary="Groups of charge points that have content of their local lists in common",
    responses={200: page_of(LocalListGroupAnswer)},
)
@requires(Role.ADMIN)
def list_groups(query: PageQuery) -> dict[str, Any]:
    return page(services.storage.local_list_rules, GROUPS, query, group_json)


@api.get(
    "/local_list_groups/<group>",
    summary="One group",
    responses={200: LocalListGroupAnswer},
)
@requires(Role.ADMIN)
def get_group(path: GroupPath) -> dict[str, Any]:
    return group_json(services.local_lists.group(path.group))


@api.post(
    "/local_list_groups",
    summary="Add a group of charge points, and say what belongs in the local lists of all of them",
    responses={201: LocalListGroupAnswer},
)
@requires(Role.ADMIN)
def add_group(body: NewGroup) -> tuple[dict[str, Any], int]:
    return group_json(services.local_lists.add_group(_group(body.group, body))), 201


@api.put(
    "/local_list_groups/<group>",
    summary="Say anew who is in a group and what belongs in their local lists",
    responses={200: LocalListGroupAnswer},
)
@requires(Role.ADMIN)
def put_group(path: GroupPath, body: GroupContent) -> dict[str, Any]:
    return group_json(services.local_lists.change_group(_group(path.group, body)))


@api.delete(
    "/local_list_groups/<group>",
    summary="Delete a group",
    responses={204: None},
)
@requires(Role.ADMIN)
def remove_group(path: GroupPath) -> tuple[str, int]:
    """What only it wanted leaves its charge points' lists."""
    services.local_lists.drop_group(path.group)
    return "", 204


def _detail(charge_point: ChargePoint) -> dict[str, Any]:
    known, rules = services.local_lists.of(charge_point)
    limits = limits_of(services.storage, charge_point.charge_point_id)
    enabled = services.storage.configurations.of(charge_point.charge_point_id).boolean_of(ENABLED_KEY)
    own = next((_content_json(rule) for rule in rules if rule.group is None), None)
    return (
        local_list_json(known)
        | {name: value for name, value in (("own", own), ("enabled", enabled)) if value is not None}
        | {
            "groups": sorted(rule.group for rule in rules if rule.group is not None),
            "max_length": limits.length,
            "max_per_message": limits.per_message,
        }
    )


def local_list_json(known: LocalList) -> dict[str, Any]:
    told = {
        "charge_point_id": known.charge_point_id,
        "state": known.state.value,
        "reason": known.reason,
        "wanted_version": _wanted_version(known),
        "wanted_length": known.wanted_length,
        "confirmed_version": known.confirmed_version,
        "confirmed_length": known.confirmed_length,
        "confirmed_at": iso(known.confirmed_at) if known.confirmed_at else None,
        "charge_point_version": known.charge_point_version,
        "charge_point_list": in_words(known.charge_point_version),
        "answer": known.answer,
        "attempted_at": iso(known.attempted_at) if known.attempted_at else None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _wanted_version(known: LocalList) -> int | None:
    """Return the version that what is wanted has, or will have at least."""
    if known.state in (ListState.UNMANAGED, ListState.NOT_SUPPORTED):
        return None
    if known.state is ListState.IN_SYNC:
        return known.confirmed_version
    return next_version(known.version, known.charge_point_version)


def _group(name: str, body: GroupContent) -> GroupContents:
    return GroupContents(
        name,
        body.charge_point_ids,
        body.idTags,
        all_charge_points=body.all_charge_points,
        all_accepted=body.all_accepted,
        by=current_user().username,
    )


def group_json(rule: LocalListRule) -> dict[str, Any]:
    return _content_json(rule) | {
        "group": rule.group,
        "charge_point_ids": rule.charge_point_ids,
        "all_charge_points": rule.all_charge_points,
    }


def _content_json(rule: LocalListRule) -> dict[str, Any]:
    return {
        "idTags": rule.id_tags,
        "all_accepted": rule.all_accepted,
        "changed_by": rule.changed_by,
        "changed_at": iso(rule.changed_at),
    }
