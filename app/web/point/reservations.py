"""Reservations of a charge point: those there are, one more for somebody, and their end."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from app.api.context import current_user, services
from app.api.models import Body, IdTagText
from app.api.policy import requires
from app.domain.connectors import MAX_CONNECTORS, connector_numbers
from app.domain.reservations import OPEN
from app.domain.roles import Role
from app.reservations.booking import ReserveRequest
from app.storage.collection import equal
from app.web.forms import shown_on, submitted
from app.web.lists import listed
from app.web.point.tabs import PREFIX, point_page

bp = Blueprint("point_reservations", __name__, url_prefix=f"{PREFIX}/reservations")

SHOWN = 20
MINUTES = (15, 30, 60, 120, 240, 720, 1440)


class NewReservation(Body):
    """Connector 0 is any of them."""

    connector_id: int = Field(ge=0, le=MAX_CONNECTORS)
    id_tag: IdTagText
    minutes: int = Field(ge=1, le=44_640)


@bp.get("")
@requires(Role.STAFF)
def reservations(charge_point_id: str) -> str:
    charge_point = services.fleet.get(charge_point_id)
    here = equal([("charge_point_id", charge_point.charge_point_id)])
    found, more = listed(services.storage.reservations, here, SHOWN)
    return point_page(
        "pages/point_reservations.html",
        charge_point,
        reservations=[(one, one.state in OPEN) for one in found],
        next=more,
        numbers=[*connector_numbers(charge_point), 0],
        minutes=MINUTES,
    )


@bp.post("")
@requires(Role.STAFF)
@shown_on(reservations)
def reserve(charge_point_id: str) -> ResponseReturnValue:
    charge_point = services.fleet.get(charge_point_id)
    form = submitted(NewReservation)
    wanted = ReserveRequest(charge_point.charge_point_id, form.connector_id, form.id_tag, minutes=form.minutes)
    services.reservations.reserve(current_user(), wanted)
    return redirect(url_for("web.point_reservations.reservations", charge_point_id=charge_point_id), 303)


@bp.post("/<int(max=2147483647):reservation_id>/cancel")
@requires(Role.STAFF)
def cancel(charge_point_id: str, reservation_id: int) -> ResponseReturnValue:
    services.reservations.cancel(current_user(), reservation_id)
    return redirect(url_for("web.point_reservations.reservations", charge_point_id=charge_point_id), 303)
