"""The lists of tags in charge points: how far each is, what is in the way, and to bring one up to date."""

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.api.answers_local_lists import local_list_json
from app.api.context import current_user, services
from app.api.models import Body, Key
from app.api.policy import requires
from app.domain.local_lists import ListState
from app.domain.roles import Role
from app.storage.collection import Document, equal
from app.storage.local_list_rules import GROUPS
from app.web.forms import shown_on, submitted
from app.web.list_words import LISTS
from app.web.lists import asked_for, charge_point_of, listed
from app.web.navigation import OPERATOR, with_query

bp = Blueprint("tag_lists", __name__, url_prefix=f"{OPERATOR}/tag-lists")

SHOWN = 50
SHOWN_GROUPS = 20


class Order(Body):
    charge_point_id: Key
    full: bool = False


@bp.get("")
@requires(Role.ADMIN)
def lists() -> str:
    asked = asked_for("at", "state")
    state = asked["state"] if asked["state"] in LISTS else None
    groups, more_groups = listed(services.storage.local_list_rules, GROUPS, SHOWN_GROUPS, "groups")
    return render_template(
        "pages/tag_lists.html",
        groups=groups,
        more_groups=more_groups,
        asked=asked,
        is_filtered=any(asked.values()),
        states=list(LISTS.items()),
        **lists_like(equal([("charge_point_id", charge_point_of(asked["at"])), ("state", state)])),
    )


@bp.post("/send")
@requires(Role.ADMIN)
@shown_on(lists)
def send() -> ResponseReturnValue:
    send_now()
    return redirect(f"{url_for('web.tag_lists.lists')}?{with_query()}", 303)


def lists_like(where: Document) -> dict[str, Any]:
    """Return how far the lists of some charge points are, for a page, and whether any of them is under way."""
    found, more = listed(services.storage.local_lists, where, SHOWN)
    lists = [(one, local_list_json(one), services.commands.connected(one.charge_point_id)) for one in found]
    is_moving = any(one.state is ListState.PENDING and is_online for one, _shown, is_online in lists)
    return {"lists": lists, "next": more, "is_moving": is_moving}


def send_now() -> None:
    """Bring the list that the form names up to date."""
    order = submitted(Order)
    charge_point = services.fleet.get(order.charge_point_id)
    services.local_lists.sync(charge_point, full=order.full, requested_by=current_user().username)
