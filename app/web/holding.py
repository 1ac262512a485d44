"""A connector held for a driver until he comes: asked for at the charger's page, listed, let go of."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from app.api.context import current_user, services
from app.api.models import Body
from app.api.policy import requires
from app.domain.reservations import OPEN, ReservationState
from app.domain.roles import Role
from app.reservations.booking import ReserveRequest
from app.storage.collection import equal
from app.web.charging import connector_page
from app.web.forms import shown_on, submitted
from app.web.lists import listed
from app.web.points import names_of

bp = Blueprint("holding", __name__)

SHOWN = 20


class HoldForm(Body):
    minutes: int = Field(30, ge=1, le=44_640)


@bp.get("/reservations")
@requires(Role.USER, own=True)
def reservations_page() -> str:
    mine = equal([("username", current_user().username)])
    found, more = listed(services.storage.reservations, mine, SHOWN)
    shown = [(one, one.state in OPEN) for one in found]
    named = names_of(one.charge_point_id for one in found)
    return render_template("pages/reservations.html", reservations=shown, named=named, next=more)


@bp.post("/charge/<charge_point_id>/<int(min=1, max=100):connector_id>/hold")
@requires(Role.USER, own=False)
@shown_on(connector_page)
def hold(charge_point_id: str, connector_id: int) -> ResponseReturnValue:
    wanted = ReserveRequest(charge_point_id, connector_id, minutes=submitted(HoldForm).minutes)
    reservation = services.reservations.reserve(current_user(), wanted)
    done = "connector_held" if reservation.state is ReservationState.RESERVED else None
    return redirect(url_for("web.holding.reservations_page", done=done), 303)


@bp.post("/reservations/<int(max=2147483647):reservation_id>/cancel")
@requires(Role.USER, own=True)
def let_go(reservation_id: int) -> ResponseReturnValue:
    services.reservations.cancel(current_user(), reservation_id)
    return redirect(url_for("web.holding.reservations_page"), 303)
