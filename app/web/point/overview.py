"""A charge point at a glance: what it is, its connectors live, what one does with it, and how it is kept."""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from ocpp.v16.enums import RegistrationStatus
from pydantic import Field

from app.api.context import current_user, services
from app.api.models import Body, IdTagText, Key, Text
from app.api.policy import requires
from app.api.sent import sent_command
from app.api.views import session_json
from app.domain.charge_points import ChargePoint
from app.domain.connectors import MAX_CONNECTORS
from app.domain.roles import Role
from app.start_charging import StartRequest
from app.storage.commands import CommandRecord
from app.web.fleet import named_tariffs
from app.web.forms import shown_on, submitted
from app.web.onboarding import PROFILES
from app.web.point.tabs import PREFIX, point_page
from app.web.words import REGISTRATIONS

bp = Blueprint("point_overview", __name__, url_prefix=PREFIX)


class Facts(Body):
    name: Text | None = None
    place: Text | None = None
    tariff_id: Key | None = None
    serial_number: Text | None = None
    security_profile: int = Field(ge=0, le=3)
    registration: RegistrationStatus


class Start(Body):
    connector_id: int = Field(ge=1, le=MAX_CONNECTORS)
    id_tag: IdTagText


@bp.get("")
@requires(Role.STAFF)
def overview(charge_point_id: str) -> str:
    charge_point = services.fleet.get(charge_point_id)
    return point_page("pages/point_overview.html", charge_point, told=_told(charge_point), **_live(charge_point))


@bp.get("/live")
@requires(Role.STAFF)
def live(charge_point_id: str) -> str:
    """Facts and connectors alone, as they are now."""
    charge_point = services.fleet.get(charge_point_id)
    return point_page("parts/point_live.html", charge_point, **_live(charge_point))


@bp.post("/start")
@requires(Role.STAFF)
@shown_on(overview)
def start(charge_point_id: str) -> ResponseReturnValue:
    charge_point = services.fleet.get(charge_point_id)
    form = submitted(Start)
    request_ = StartRequest(charge_point.charge_point_id, form.connector_id, form.id_tag)
    answer = services.starts.start(current_user(), request_)
    return redirect(url_for("web.sessions.session_page", session_id=answer.session.session_id), 303)


@bp.post("/sessions/<session_id>/stop")
@requires(Role.STAFF)
def stop(charge_point_id: str, session_id: str) -> ResponseReturnValue:
    services.sessions.stop(current_user(), session_id=session_id, evse_id=None, connector_id=None)
    return redirect(url_for("web.point_overview.overview", charge_point_id=charge_point_id), 303)


@bp.get("/edit")
@requires(Role.ADMIN)
def edit(charge_point_id: str) -> str:
    return point_page(
        "pages/point_edit.html",
        services.fleet.get(charge_point_id),
        places=services.storage.charge_points.places(),
        tariffs=named_tariffs(),
        profiles=list(PROFILES.items()),
        registrations=list(REGISTRATIONS.items()),
    )


@bp.post("/edit")
@requires(Role.ADMIN)
@shown_on(edit)
def change(charge_point_id: str) -> ResponseReturnValue:
    """Only what has changed, for some changes end the connection."""
    before = services.fleet.get(charge_point_id)
    wanted = dict.fromkeys(("name", "place", "tariff_id", "serial_number")) | submitted(Facts).given()
    services.fleet.change(charge_point_id, {k: v for k, v in wanted.items() if getattr(before, k) != v})
    return redirect(url_for("web.point_overview.overview", charge_point_id=charge_point_id, done="point_saved"), 303)


@bp.post("/remove")
@requires(Role.ADMIN)
def remove(charge_point_id: str) -> ResponseReturnValue:
    services.fleet.remove(charge_point_id)
    return redirect(url_for("web.fleet.charge_points", done="point_removed"), 303)


def _live(charge_point: ChargePoint) -> dict[str, Any]:
    open_sessions = services.storage.sessions.open_on(charge_point.charge_point_id)
    sessions = {one.connector_id: session_json(one) for one in open_sessions}
    known = sorted(charge_point.connectors.values(), key=lambda connector: connector.connector_id)
    whole = next((one for one in known if one.connector_id == 0), None)
    connectors = [one for one in known if one.connector_id > 0]
    there = {one.connector_id for one in connectors}
    return {
        "whole": whole,
        "connectors": connectors,
        "sessions": sessions,
        "elsewhere": [one for number, one in sessions.items() if number not in there],
    }


def _told(charge_point: ChargePoint) -> CommandRecord | None:
    """Return the command that has just been sent from here."""
    record = sent_command(request.args.get("command", "")[:100])
    return record if record and record.charge_point_id == charge_point.charge_point_id else None
