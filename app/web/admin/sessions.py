"""Everybody's charging sessions: filtered, one as the operator sees it, and stopped."""

from datetime import UTC
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from pydantic import ValidationError

from app.api.context import current_user, services
from app.api.policy import requires
from app.api.sent import sent_command
from app.api.session_filters import SessionFilter, sessions_wanted
from app.api.views import session_json
from app.domain.roles import Role
from app.domain.sessions import ENDED, Session
from app.domain.times import iso
from app.web.forms import shown_on
from app.web.lists import asked_for, listed, user_or_tag
from app.web.moments import read_moment
from app.web.navigation import OPERATOR
from app.web.words import STATES, Texts

bp = Blueprint("all_sessions", __name__, url_prefix=f"{OPERATOR}/sessions")

SHOWN = 50

ENERGY_SOURCES: Texts = {
    "meter": _("Read off the meter at both ends"),
    "samples": _("By the samples that came meanwhile"),
    "estimate": _("Estimated by the power"),
}
CONFIDENCES: Texts = {"high": _("can be trusted"), "medium": _("fairly sure"), "low": _("not to be relied on")}
COST_LINES: Texts = {
    "energy": _("Energy"),
    "time": _("Time"),
    "idle": _("Idle time"),
    "session": _("Session fee"),
}


@bp.get("")
@requires(Role.STAFF)
def sessions() -> str:
    """Whatever the address asks for that there is not is left out of account."""
    asked = asked_for("at", "who", "state", "from", "to")
    wanted = _wanted(asked)
    found, more = listed(services.storage.sessions, sessions_wanted(wanted), SHOWN)
    exported = {name: value for name, value in wanted.model_dump(by_alias=True, mode="json").items() if value}
    return render_template(
        "pages/all_sessions.html",
        sessions=[(one, session_json(one)) for one in found],
        next=more,
        asked=asked,
        is_filtered=any(asked.values()),
        states=[("open", _("Not ended")), ("ended", _("Ended")), *STATES.items()],
        exported=url_for("session_exports.export_sessions", **exported),
    )


@bp.get("/<session_id>")
@requires(Role.STAFF)
def session_page(session_id: str) -> str:
    return render_template("pages/one_session.html", **_session(session_id))


@bp.post("/<session_id>/stop")
@requires(Role.STAFF)
@shown_on(session_page)
def stop(session_id: str) -> ResponseReturnValue:
    services.sessions.stop(current_user(), session_id=session_id, evse_id=None, connector_id=None)
    return redirect(url_for("web.all_sessions.session_page", session_id=session_id), 303)


def _wanted(asked: dict[str, str]) -> SessionFilter:
    """Return what the API is asked for by what was filled in."""
    begin, end = read_moment(asked["from"]), read_moment(asked["to"])
    username, id_tag = user_or_tag(asked["who"])
    fields: dict[str, Any] = {
        "charge_point_id": asked["at"],
        "username": username,
        "idTag": id_tag,
        "state": asked["state"] if asked["state"] in STATES else None,
        "open": {"open": True, "ended": False}.get(asked["state"]),
        "from": iso(begin.astimezone(UTC)) if begin else None,
        "to": iso(end.astimezone(UTC)) if end else None,
    }
    given = {name: value for name, value in fields.items() if value not in (None, "")}
    try:
        return SessionFilter.model_validate(given)
    except ValidationError as error:
        wrong = {part["loc"][0] for part in error.errors()}
        return SessionFilter.model_validate({name: value for name, value in given.items() if name not in wrong})


def _session(session_id: str) -> dict[str, Any]:
    session = services.sessions.get(current_user(), session_id)
    shown = session_json(session)
    end = session.stopped_at or services.now()
    return {
        "session": session,
        "shown": shown,
        "charge_point": services.storage.charge_points.get(session.charge_point_id),
        "is_over": session.state in ENDED,
        "lasts": end - session.started_at if session.started_at else None,
        "source": ENERGY_SOURCES[shown["energy_source"]],
        "confidence": CONFIDENCES[shown["energy_confidence"]],
        "cost_names": COST_LINES,
        "command": _asked_by(session),
        "odd": services.storage.quarantine.of_session(session.session_id),
    }


def _asked_by(session: Session) -> str | None:
    """Return who asked the charge point to start it, if that is for the reader to know."""
    record = sent_command(session.command_id) if session.command_id else None
    return record.requested_by if record else None
