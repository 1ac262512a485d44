"""The star of a charger: put on or taken off where the charger is shown."""

from contextlib import suppress
from typing import Literal

from flask import Blueprint, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.api.context import current_user, services
from app.api.models import Body
from app.api.policy import requires
from app.domain.charge_points import charge_point_key
from app.domain.roles import Role
from app.errors import Conflict, NotFound
from app.web.addresses import next_address
from app.web.failure_words import failure
from app.web.forms import submitted

bp = Blueprint("favourites", __name__)


class StarForm(Body):
    starred: Literal["yes", "no"]


@bp.post("/favourites/<charge_point_id>")
@requires(Role.USER, own=False)
def star(charge_point_id: str) -> ResponseReturnValue:
    """Answer htmx with the star as it is now, which tells lists on the page to be read anew."""
    is_part = request.headers.get("HX-Request") == "true"
    refused = None
    try:
        _keep(charge_point_id, submitted(StarForm).starred == "yes")
    except Conflict as conflict:
        if not is_part:
            raise
        refused = failure(conflict.code, "")
    if not is_part:
        return redirect(next_address(), 303)
    charge_point = services.fleet.get(charge_point_id)
    starred = is_starred(charge_point_id)
    facts = {"id": charge_point.charge_point_id, "name": charge_point.name}
    part = render_template("parts/star.html", charge_point=facts, starred=starred, back=next_address(), refused=refused)
    return make_response(part, {"HX-Trigger": "favourites"})


def _keep(charge_point_id: str, starred: bool) -> None:
    if starred:
        services.favourites.add(current_user(), charge_point_id)
    else:
        # Taken off in another window it is off as well.
        with suppress(NotFound):
            services.favourites.remove(current_user(), charge_point_id)


def is_starred(charge_point_id: str) -> bool:
    """Tell whether a charger has the reader's star."""
    return charge_point_key(charge_point_id) in services.favourites.keys(current_user())
