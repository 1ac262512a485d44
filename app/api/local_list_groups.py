"""What the local lists of several charge points have in common."""

from typing import Any

from flask_openapi3 import Tag
from pydantic import BaseModel, Field

from app.api.answer import page_of
from app.api.answers_local_lists import LocalListGroupAnswer, group_json
from app.api.context import current_user, services
from app.api.local_lists import ListContent
from app.api.models import Key, PageQuery, Text
from app.api.paging import page
from app.api.policy import requires
from app.api.routes import Routes
from app.domain.roles import Role
from app.local_lists.keeping import GroupContents
from app.storage.local_list_rules import GROUPS

api = Routes("local_list_groups", __name__, url_prefix="/api/local_list_groups", abp_tags=[Tag(name="Local lists")])

MOST_CHARGE_POINTS = 1000


class GroupContent(ListContent):
    charge_point_ids: list[Key] = Field([], max_length=MOST_CHARGE_POINTS)
    all_charge_points: bool = Field(False, strict=True, description="Those that are added later, too.")


class NewGroup(GroupContent):
    group: Text


class GroupPath(BaseModel):
    group: Text


@api.get(
    "",
    summary="Groups of charge points that have content of their local lists in common",
    responses={200: page_of(LocalListGroupAnswer)},
)
@requires(Role.ADMIN)
def list_groups(query: PageQuery) -> dict[str, Any]:
    return page(services.storage.local_list_rules, GROUPS, query, group_json)


@api.get(
    "/<group>",
    summary="One group",
    responses={200: LocalListGroupAnswer},
)
@requires(Role.ADMIN)
def get_group(path: GroupPath) -> dict[str, Any]:
    return group_json(services.local_lists.group(path.group))


@api.post(
    "",
    summary="Add a group of charge points, and say what belongs in the local lists of all of them",
    responses={201: LocalListGroupAnswer},
)
@requires(Role.ADMIN)
def add_group(body: NewGroup) -> tuple[dict[str, Any], int]:
    return group_json(services.local_lists.add_group(contents_of(body.group, body))), 201


@api.put(
    "/<group>",
    summary="Say anew who is in a group and what belongs in their local lists",
    responses={200: LocalListGroupAnswer},
)
@requires(Role.ADMIN)
def put_group(path: GroupPath, body: GroupContent) -> dict[str, Any]:
    return group_json(services.local_lists.change_group(contents_of(path.group, body)))


@api.delete(
    "/<group>",
    summary="Delete a group",
    responses={204: None},
)
@requires(Role.ADMIN)
def remove_group(path: GroupPath) -> tuple[str, int]:
    """What only it wanted leaves its charge points' lists."""
    services.local_lists.drop_group(path.group)
    return "", 204


def contents_of(name: str, body: GroupContent) -> GroupContents:
    """Return what somebody says of a group, in his name."""
    return GroupContents(
        name,
        body.charge_point_ids,
        body.idTags,
        all_charge_points=body.all_charge_points,
        all_accepted=body.all_accepted,
        by=current_user().username,
    )
