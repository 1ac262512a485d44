"""The first page: what this is, for who is not logged in; for drivers, where they can charge."""

from flask import Blueprint, render_template

from app.api.context import services
from app.api.policy import public, requires
from app.api.views import charge_point_for_drivers
from app.domain.roles import Role
from app.web.lists import asked_for
from app.web.viewer import viewer

bp = Blueprint("home", __name__)

SHOWN = 50


@bp.get("/")
@public
def home() -> str:
    user = viewer()
    if user is None:
        return render_template("pages/landing.html")
    running = services.storage.sessions.open_of(user.username)
    return render_template("pages/home.html", running=running, **_found())


@bp.get("/charge-points")
@requires(Role.USER, own=False)
def charge_points() -> str:
    """The list alone, as it is now."""
    return render_template("parts/charge_points.html", **_found())


def _found() -> dict[str, object]:
    search = asked_for("q")["q"]
    found = services.storage.charge_points.in_service(search, SHOWN + 1)
    shown = [charge_point_for_drivers(one) for one in found[:SHOWN]]
    return {"search": search, "charge_points": shown, "are_more": len(found) > SHOWN}
