"""Charging sessions: one while it runs and when it is over, its receipt, and all of a month."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.api.context import current_user, services
from app.api.policy import requires
from app.api.views import receipt_json, session_json
from app.domain.months import Sums, by_month, later
from app.domain.roles import Role
from app.domain.sessions import ENDED, PENDING
from app.errors import NotFound
from app.web.forms import shown_on, submitted
from app.web.months import MOST, begin_of, last_months, month_at, month_of, read_month
from app.web.points import names_of
from app.web.stop_forms import StopForm

bp = Blueprint("sessions", __name__, url_prefix="/sessions")

LISTED = 500


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
    username, now = current_user().username, services.now()
    newest = services.storage.sessions.newest_of(username, now + timedelta(days=1))
    month = read_month(request.args.get("month", "")) or (month_of(newest) if newest else month_at(now))
    begin, end = begin_of(month), begin_of(later(month, 1))
    found = services.storage.sessions.of_user_between(username, begin, end, MOST)
    earlier = services.storage.sessions.newest_of(username, begin)
    months = last_months(username)
    named = names_of(one.charge_point_id for one in found[:LISTED])
    return render_template(
        "pages/history.html",
        month=month,
        months=months,
        sums=months.get(month) or by_month(found, lambda _one: month, now).get(month, Sums()),
        sessions=[
            {"session": one, "shown": session_json(one), "name": named(one.charge_point_id)} for one in found[:LISTED]
        ],
        are_more=len(found) > LISTED,
        earlier=month_of(earlier) if earlier else None,
        later=later(month, 1) if newest and later(month, 1) <= month_of(newest) else None,
    )
