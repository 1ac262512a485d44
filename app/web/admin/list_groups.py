"""Groups of charge points whose lists of tags have something in common: their members, and what belongs in them."""

import re

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.api.context import services
from app.api.local_list_groups import GroupContent, NewGroup, contents_of
from app.api.models import Body, Text
from app.api.policy import requires
from app.domain.charge_points import charge_point_key
from app.domain.roles import Role
from app.web.admin.tag_lists import lists_like, send_now
from app.web.forms import shown_on, submitted
from app.web.navigation import OPERATOR

bp = Blueprint("list_groups", __name__, url_prefix=f"{OPERATOR}/tag-lists/groups")


class Named(Body):
    """A group may have signs in its name that no path can hold."""

    name: Text


@bp.get("/new")
@requires(Role.ADMIN)
def new_page() -> str:
    return render_template("pages/list_group.html", group=None, lists=[], next=None)


@bp.post("/new")
@requires(Role.ADMIN)
@shown_on(new_page)
def add() -> ResponseReturnValue:
    form = NewGroup.model_validate({"group": request.form.get("group", ""), **_filled_in()})
    services.local_lists.add_group(contents_of(form.group, form))
    return _on_to(form.group)


@bp.get("/one")
@requires(Role.ADMIN)
def group_page() -> str:
    group = services.local_lists.group(_asked_group())
    members = [charge_point_key(one) for one in group.charge_point_ids]
    where = {} if group.all_charge_points else {"_id": {"$in": members}}
    return render_template("pages/list_group.html", group=group, **lists_like(where))


@bp.post("/one")
@requires(Role.ADMIN)
@shown_on(group_page)
def change() -> ResponseReturnValue:
    name = services.local_lists.group(_asked_group()).group or ""
    services.local_lists.change_group(contents_of(name, GroupContent.model_validate(_filled_in())))
    return _on_to(name)


@bp.post("/one/send")
@requires(Role.ADMIN)
@shown_on(group_page)
def send() -> ResponseReturnValue:
    send_now()
    return redirect(url_for("web.list_groups.group_page", name=_asked_group()), 303)


@bp.post("/remove")
@requires(Role.ADMIN)
def remove() -> ResponseReturnValue:
    services.local_lists.drop_group(submitted(Named).name)
    return redirect(url_for("web.tag_lists.lists", done="group_removed"), 303)


def _asked_group() -> str:
    return request.args.get("name", "")


def _filled_in() -> dict[str, object]:
    """Return what the form says; numbers of chargers may have spaces in them, those of tags have none."""
    form = request.form
    named = (one.strip() for one in re.split(r"[\n,;]", form.get("charge_point_ids", "")))
    return {
        "idTags": form.get("idTags", "").split(),
        "all_accepted": "all_accepted" in form,
        "charge_point_ids": [one for one in named if one],
        "all_charge_points": "all_charge_points" in form,
    }


def _on_to(name: str) -> ResponseReturnValue:
    return redirect(url_for("web.list_groups.group_page", name=name, done="group_saved"), 303)
