"""A new charger: what to enter in it, and how far it has come."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from pydantic import Field

from app.api.charge_points import NewChargePoint, charger_url
from app.api.context import services
from app.api.policy import requires
from app.domain.charge_points import ChargePoint
from app.domain.roles import Role
from app.door.arrival import arrival_of
from app.door.security_profiles import WITH_PASSWORD, require_served
from app.errors import Conflict
from app.web.fleet import named_tariffs
from app.web.forms import shown_on, submitted
from app.web.navigation import OPERATOR

bp = Blueprint("onboarding", __name__, url_prefix=f"{OPERATOR}/charge-points")

PROFILES = {
    1: _("1: user name and password"),
    0: _("0: nothing, only within your own network"),
    2: _("2: user name and password, over TLS"),
    3: _("3: a certificate of its own, over TLS"),
}
_ONLY_HERE = frozenset({"127.0.0.1", "::1", "localhost"})


class NewCharger(NewChargePoint):
    """As in the API, but that numbers in forms are text."""

    security_profile: int = Field(1, ge=0, le=3)


@bp.get("/new")
@requires(Role.ADMIN)
def new_page() -> str:
    return render_template(
        "pages/new_charge_point.html",
        profiles=[(number, text, _is_served(number)) for number, text in PROFILES.items()],
        places=services.storage.charge_points.places(),
        tariffs=[("", gettext("The default one")), *named_tariffs()],
    )


@bp.post("/new")
@requires(Role.ADMIN)
@shown_on(new_page)
def add() -> ResponseReturnValue:
    """The password is on this page and never again, so there is no other page that one could be led to."""
    form = submitted(NewCharger)
    facts = {name: value for name, value in form.given().items() if name not in ("id", "password")}
    charge_point, password = services.fleet.add(form.id, form.password, facts)
    return plug_in(charge_point, password), 201


@bp.get("/<charge_point_id>/plug-in")
@requires(Role.ADMIN)
def plug_in_page(charge_point_id: str) -> str:
    return plug_in(services.fleet.get(charge_point_id))


@bp.post("/<charge_point_id>/plug-in")
@requires(Role.ADMIN)
@shown_on(plug_in_page)
def new_password(charge_point_id: str) -> str:
    password = services.fleet.set_password(charge_point_id, None)
    return plug_in(services.fleet.get(charge_point_id), password)


@bp.get("/<charge_point_id>/arrival")
@requires(Role.ADMIN)
def arrival(charge_point_id: str) -> str:
    """How far it has come, alone."""
    charge_point = services.fleet.get(charge_point_id)
    return render_template("parts/arrival.html", **_arrival(charge_point))


def plug_in(charge_point: ChargePoint, password: str | None = None) -> str:
    """Return the page that says what to enter in a charge point; the password is shown if it has just been made."""
    url = charger_url(charge_point)
    return render_template(
        "pages/plug_in.html",
        url=url,
        url_without_id=url.rpartition("/")[0],
        is_only_here=urlsplit(url).hostname in _ONLY_HERE,
        password=password,
        has_password=charge_point.security_profile in WITH_PASSWORD,
        profile=PROFILES[charge_point.security_profile],
        **_arrival(charge_point),
    )


def _arrival(charge_point: ChargePoint) -> dict[str, Any]:
    connected = services.commands.connected(charge_point.charge_point_id)
    found = arrival_of(services.storage, charge_point, services.now(), connected=connected)
    return {"charge_point": charge_point, "arrival": found}


def _is_served(profile: int) -> bool:
    try:
        require_served(profile, services.settings)
    except Conflict:
        return False
    return True
