"""The list of tags in a charge point itself: what belongs in it, how far it is, and to bring it up to date."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.api.context import current_user, services
from app.api.local_lists import ListContent
from app.api.policy import requires
from app.domain.roles import Role
from app.local_lists.contents import ENABLED_KEY, limits_of
from app.web.forms import shown_on
from app.web.point.tabs import PREFIX, point_page

bp = Blueprint("point_tag_list", __name__, url_prefix=f"{PREFIX}/tag-list")


@bp.get("")
@requires(Role.ADMIN)
def tag_list(charge_point_id: str) -> str:
    charge_point = services.fleet.get(charge_point_id)
    known, rules = services.local_lists.of(charge_point)
    return point_page(
        "pages/point_tag_list.html",
        charge_point,
        known=known,
        own=next((rule for rule in rules if rule.group is None), None),
        groups=sorted(rule.group for rule in rules if rule.group is not None),
        limits=limits_of(services.storage, charge_point.charge_point_id),
        enabled=services.storage.configurations.of(charge_point.charge_point_id).boolean_of(ENABLED_KEY),
    )


@bp.post("")
@requires(Role.ADMIN)
@shown_on(tag_list)
def want(charge_point_id: str) -> ResponseReturnValue:
    charge_point = services.fleet.get(charge_point_id)
    tags = request.form.get("idTags", "").split()
    content = ListContent(idTags=tags, all_accepted="all_accepted" in request.form)
    services.local_lists.put_own(
        charge_point, content.idTags, all_accepted=content.all_accepted, by=current_user().username
    )
    return redirect(url_for("web.point_tag_list.tag_list", charge_point_id=charge_point_id, done="tag_list_saved"), 303)


@bp.post("/sync")
@requires(Role.ADMIN)
@shown_on(tag_list)
def sync(charge_point_id: str) -> ResponseReturnValue:
    charge_point = services.fleet.get(charge_point_id)
    services.local_lists.sync(charge_point, full="full" in request.form, requested_by=current_user().username)
    return redirect(url_for("web.point_tag_list.tag_list", charge_point_id=charge_point_id), 303)


@bp.post("/drop")
@requires(Role.ADMIN)
@shown_on(tag_list)
def drop(charge_point_id: str) -> ResponseReturnValue:
    services.local_lists.drop_own(services.fleet.get(charge_point_id))
    return redirect(url_for("web.point_tag_list.tag_list", charge_point_id=charge_point_id, done="tag_list_saved"), 303)
