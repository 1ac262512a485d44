"""Transaction messages that were set aside: what is odd about each, and what can be done."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from pydantic import Field

from app.api.context import current_user, services
from app.api.models import Body, Key
from app.api.policy import requires
from app.api.quarantine import Note
from app.api.views import session_json
from app.domain.roles import Role
from app.errors import BadInput
from app.quarantine import End, read_message
from app.storage.collection import equal
from app.web.forms import shown_on, submitted
from app.web.lists import asked_for, charge_point_of, listed
from app.web.moments import read_moment, write_moment
from app.web.navigation import OPERATOR
from app.web.words import Texts

bp = Blueprint("quarantine", __name__, url_prefix=f"{OPERATOR}/quarantine")

SHOWN = 50

REASONS: Texts = {
    "already_stopped": _("This transaction has ended already, by another message."),
    "connector_unknown": _("It names no connector that there is."),
    "foreign_transaction": _("The transaction belongs to another charger."),
    "meter_start_unknown": _("The reading at the start is missing."),
    "meter_stop_below_start": _("The reading at the end is below that at the start."),
    "meter_stop_unknown": _("The reading at the end is missing."),
    "stop_before_start": _("It says that the session ended before it began."),
    "stop_tag_unrelated": _("It was stopped with a tag that has nothing to do with the one that started it."),
    "unknown_transaction": _("Nobody knows the transaction that it names."),
}
SETTLEMENTS: Texts = {"dismissed": _("Dismissed"), "session_ended": _("Session ended by it")}


class EndForm(Body):
    session_id: Key
    meter_stop: int = Field(ge=0, lt=2**53)
    stopped_at: Key
    note: Note | None = None


class DismissForm(Body):
    why: Note


@bp.get("")
@requires(Role.STAFF)
def messages() -> str:
    at = asked_for("at")["at"]
    is_settled = "settled" in request.args
    where = equal([("charge_point_id", charge_point_of(at))])
    where |= services.storage.quarantine.settled(is_settled=is_settled)
    found, more = listed(services.storage.quarantine, where, SHOWN)
    return render_template(
        "pages/quarantine.html",
        messages=found,
        next=more,
        at=at,
        is_settled=is_settled,
        reasons=REASONS,
        settlements=SETTLEMENTS,
    )


@bp.get("/<quarantine_id>")
@requires(Role.STAFF)
def message(quarantine_id: str) -> str:
    one = services.quarantines.get(quarantine_id)
    told = read_message(one)
    candidates = [] if one.settlement else services.quarantines.candidates(one)
    return render_template(
        "pages/quarantined.html",
        message=one,
        candidates=[(each, session_json(each)) for each in candidates],
        meter_stop=told.meter_stop if told else None,
        stopped_at=write_moment(told.stopped_at if told else one.received_at),
        reasons=REASONS,
        settlements=SETTLEMENTS,
    )


@bp.post("/<quarantine_id>/dismiss")
@requires(Role.STAFF)
@shown_on(message)
def dismiss(quarantine_id: str) -> ResponseReturnValue:
    services.quarantines.get(quarantine_id)
    services.quarantines.dismiss(quarantine_id, submitted(DismissForm).why, current_user().username)
    return redirect(url_for("web.quarantine.messages", done="message_settled"), 303)


@bp.post("/<quarantine_id>/end-session")
@requires(Role.STAFF)
@shown_on(message)
def end_session(quarantine_id: str) -> ResponseReturnValue:
    services.quarantines.get(quarantine_id)
    form = submitted(EndForm)
    stopped_at = read_moment(form.stopped_at)
    if stopped_at is None:
        raise BadInput("stopped_at", "must be a date and time")
    end = End(form.session_id, form.meter_stop, stopped_at)
    services.quarantines.end_session(quarantine_id, end, form.note, current_user().username)
    return redirect(url_for("web.all_sessions.session_page", session_id=form.session_id, done="session_ended"), 303)
