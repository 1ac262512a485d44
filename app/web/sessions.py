"""Charging sessions: one while it runs and when it is over, its receipt, and all of a month."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_timezone

from app.api.context import current_user, services
from app.api.policy import requires
from app.api.views import receipt_json, session_json
from app.domain.roles import Role
from app.domain.sessions import ENDED, PENDING, Session, energy
from app.errors import NotFound
from app.web.forms import shown_on, submitted
from app.web.stop_forms import StopForm

bp = Blueprint("sessions", __name__, url_prefix="/sessions")

MOST_IN_A_MONTH = 500
_MONTH = re.compile(r"(20\d{2})-(0[1-9]|1[0-2])")


@bp.get("/<session_id>")
@requires(Role.USER, own=True)
def session_page(session_id: str) -> str:
    return render_template("pages/session.html", **_session(session_id))


@bp.get("/<session_id>/now")
@requires(Role.USER, own=True)
def session_now(session_id: str) -> str:
    """The session alone, as it is now."""
    return render_template("parts/session.html", **_session(session_id))


@bp.post("/<session_id>/stop")
@requires(Role.USER, own=True)
@shown_on(session_page)
def stop(session_id: str) -> ResponseReturnValue:
    services.sessions.stop(current_user(), session_id=session_id, evse_id=None, connector_id=None)
    return redirect(url_for("web.sessions.session_page", session_id=session_id), 303)


@bp.post("/<session_id>/stop-rules")
@requires(Role.USER, own=True)
@shown_on(session_page)
def change_stop_rules(session_id: str) -> ResponseReturnValue:
    """With nothing filled in, to none."""
    session = services.sessions.get(current_user(), session_id)
    rules = submitted(StopForm).rules(services.now(), session.tariff)
    services.stop_rules.change(current_user(), session_id, rules)
    return redirect(url_for("web.sessions.session_page", session_id=session_id), 303)


@bp.get("/<session_id>/receipt")
@requires(Role.USER, own=True)
def receipt(session_id: str) -> str:
    session = services.sessions.get(current_user(), session_id)
    if session.state not in ENDED:
        raise NotFound("there is a receipt when the session has ended")
    charge_point = services.storage.charge_points.get(session.charge_point_id)
    return render_template("pages/receipt.html", session=session, receipt=receipt_json(session, charge_point))


def _session(session_id: str) -> dict[str, Any]:
    session = services.sessions.get(current_user(), session_id)
    end = session.stopped_at or services.now()
    return {
        "session": session,
        "shown": session_json(session),
        "charge_point": services.storage.charge_points.get(session.charge_point_id),
        "is_over": session.state in ENDED,
        "is_pending": session.state in PENDING,
        "lasts": end - session.started_at if session.started_at else None,
    }


@bp.get("")
@requires(Role.USER, own=True)
def history() -> str:
    """A month at a time: the newest with a session in it, or the one asked for."""
    username = current_user().username
    newest = services.storage.sessions.newest_of(username, services.now() + timedelta(days=1))
    month = _month(request.args.get("month", "")) or _month_of(newest)
    begin, end = _instant(month), _instant(_next_month(month))
    found = services.storage.sessions.of_user_between(username, begin, end, MOST_IN_A_MONTH)
    earlier = services.storage.sessions.newest_of(username, begin)
    return render_template(
        "pages/history.html",
        month=month,
        sessions=[{"session": one, "shown": session_json(one)} for one in found],
        total_wh=sum(energy(one).wh for one in found),
        earlier=_month_of(earlier) if earlier else None,
        later=_next_month(month) if newest and end <= _created(newest) else None,
    )


def _month(text: str) -> date | None:
    """Read a month as `2030-12`; None when it is none."""
    found = _MONTH.fullmatch(text)
    return date(int(found[1]), int(found[2]), 1) if found else None


def _month_of(session: Session | None) -> date:
    moment = (_created(session) if session else services.now()).astimezone(get_timezone())
    return date(moment.year, moment.month, 1)


def _created(session: Session) -> datetime:
    assert session.created_at is not None
    return session.created_at


def _next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _instant(month: date) -> datetime:
    """Return when a month begins where the reader is."""
    zone = cast(Any, get_timezone())
    return cast(datetime, zone.localize(datetime.combine(month, time())))
