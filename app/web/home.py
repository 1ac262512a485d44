"""The first page: what this is, for who is not logged in; for drivers, where they can charge."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from app.api.context import current_user, services
from app.api.policy import public, requires
from app.api.views import charge_point_for_drivers
from app.domain.favourites import MOST_PER_ACCOUNT
from app.domain.roles import Role
from app.storage.charge_points import Wanted
from app.storage.users import User
from app.web.lists import asked_for
from app.web.points import connected_keys, names_of
from app.web.viewer import viewer

bp = Blueprint("home", __name__)

SHOWN = 50
FORM = "finding"


@bp.get("/")
@public
def home() -> str:
    user = viewer()
    if user is None:
        return render_template("pages/landing.html")
    return render_template("pages/home.html", **_going_on(user), **_found())


@bp.get("/going-on")
@requires(Role.USER, own=True)
def going_on() -> str:
    """What goes on for the reader alone, as it is now: his sessions, and what is held for him."""
    return render_template("parts/going_on.html", **_going_on(current_user()))


@bp.get("/charge-points")
@requires(Role.USER, own=False)
def charge_points() -> Response:
    """The list alone, as it is now; where the form above it asks, the page's address says what for."""
    found = _found()
    response = make_response(render_template("parts/charge_points.html", **found))
    if request.headers.get("HX-Trigger") == FORM:
        response.headers["HX-Replace-Url"] = found["this_list"]
    return response


def _going_on(user: User) -> dict[str, Any]:
    storage = services.storage
    running, held = storage.sessions.open_of(user.username), storage.reservations.open_of(user.username)
    named = names_of([*(one.charge_point_id for one in running), *(one.charge_point_id for one in held)])
    return {"running": running, "held": held, "named": named}


def _found() -> dict[str, Any]:
    """Return favourites and others by what the address asks for."""
    search, available = asked_for("q")["q"], request.args.get("available") == "yes"
    mine = services.favourites.keys(current_user()).keys()
    among = connected_keys() if available else None
    wanted = Wanted(search, free=available)
    favourites = replace(wanted, among=mine if among is None else mine & among)
    others = replace(wanted, among=None if among is None else among - mine, not_among=mine)
    in_service = services.storage.charge_points.in_service
    found = in_service(others, SHOWN + 1)
    return {
        "search": search,
        "available": available,
        "favourites": [charge_point_for_drivers(one) for one in in_service(favourites, MOST_PER_ACCOUNT)],
        "charge_points": [charge_point_for_drivers(one) for one in found[:SHOWN]],
        "are_more": len(found) > SHOWN,
        "this_list": url_for("web.home.home", q=search or None, available="yes" if available else None),
    }
