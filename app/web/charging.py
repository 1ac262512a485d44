"""One connector of a charger: what it costs, whether it is free, and the button that starts."""

from typing import Any
from uuid import uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.api.context import current_user, services
from app.api.policy import requires
from app.api.prices import price_at
from app.api.views import charge_point_for_drivers
from app.domain.roles import Role
from app.domain.sessions import Session
from app.selection import find_charge_point
from app.start_charging import StartRequest
from app.web.favourites import is_starred
from app.web.forms import shown_on, submitted
from app.web.labels import in_the_way
from app.web.stop_forms import StartForm

bp = Blueprint("charging", __name__, url_prefix="/charge/<charge_point_id>/<int(min=1, max=100):connector_id>")


@bp.get("")
@requires(Role.USER, own=False)
def connector_page(charge_point_id: str, connector_id: int) -> str:
    # A form sent twice starts once.
    facts = {"key": uuid4().hex, **_connector(charge_point_id, connector_id)}
    vehicles = services.storage.vehicles.of(current_user().username)
    return render_template("pages/charger.html", vehicles=vehicles, **facts)


@bp.get("/status")
@requires(Role.USER, own=False)
def status(charge_point_id: str, connector_id: int) -> str:
    """The connector alone, as it is now."""
    return render_template("parts/connector.html", **_connector(charge_point_id, connector_id))


@bp.post("")
@requires(Role.USER, own=False)
@shown_on(connector_page)
def start(charge_point_id: str, connector_id: int) -> ResponseReturnValue:
    form = submitted(StartForm)
    charge_point = find_charge_point(services.storage, charge_point_id, connector_id)
    asked = StartRequest(
        charge_point_id,
        connector_id,
        idempotency_key=form.key,
        vehicle_id=form.vehicle_id,
        stop_at=form.rules(services.now(), services.tariffs.for_charge_point(charge_point)),
        qr=request.args.get("qr"),
    )
    answer = services.starts.start(current_user(), asked)
    return redirect(url_for("web.sessions.session_page", session_id=answer.session.session_id), 303)


def _connector(charge_point_id: str, connector_id: int) -> dict[str, Any]:
    charge_point = find_charge_point(services.storage, charge_point_id, connector_id)
    shown = charge_point_for_drivers(charge_point)
    connector = next((c for c in shown["connectors"] if c["connector_id"] == connector_id), {"status": None})
    qr = request.args.get("qr")
    return {
        "charge_point": shown,
        "connector": connector,
        "connector_id": connector_id,
        # The label that led here; it goes with the start.
        "qr": qr,
        "price": price_at(charge_point),
        "in_the_way": in_the_way(charge_point, connector_id, qr),
        "starred": is_starred(charge_point.charge_point_id),
        "own": _own_session(charge_point.charge_point_id, connector_id),
        **_held(charge_point.charge_point_id, connector_id),
    }


def _held(charge_point_id: str, connector_id: int) -> dict[str, Any]:
    """Return until when the connector is reserved, and whether for whoever looks."""
    held = services.storage.reservations.holding(charge_point_id, connector_id, services.now())
    if held is None:
        return {"held_until": None}
    tag = services.storage.id_tags.get(current_user().id_tag)
    return {"held_until": held.expires_at, "is_mine": tag is not None and held.is_for(tag)}


def _own_session(charge_point_id: str, connector_id: int) -> Session | None:
    username = current_user().user_id
    here = services.storage.sessions.open_on(charge_point_id, connector_id)
    return next((one for one in here if (one.username or "").casefold() == username), None)
