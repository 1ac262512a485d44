"""What waits in the quarantine, settled by staff."""

from typing import Annotated, Any

from flask_openapi3 import Tag
from pydantic import BaseModel, Field, StrictInt, StringConstraints

from app.api.answer import Answer
from app.api.answers_charge_points import QuarantinedAnswer
from app.api.answers_sessions import SessionAnswer
from app.api.context import current_user, services
from app.api.models import Body, Key, Moment, Printable
from app.api.policy import requires
from app.api.routes import Routes
from app.api.views import quarantined_json, session_json
from app.domain.roles import Role
from app.quarantine import End

api = Routes("quarantine", __name__, url_prefix="/api/quarantine", abp_tags=[Tag(name="Attention")])

Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), Printable]


class QuarantinePath(BaseModel):
    quarantine_id: Key


class Dismissal(Body):
    note: Note = Field(description="Why nothing is to be done.")


class SessionEnd(Body):
    session_id: Key = Field(description="One of the same charge point that runs, or was closed for want of a stop.")
    meter_stop: Annotated[StrictInt, Field(ge=0, lt=2**53)] = Field(description="Watt-hours.")
    stopped_at: Moment
    note: Note | None = None


class SessionEndAnswer(Answer):
    message: QuarantinedAnswer
    session: SessionAnswer


@api.get("/<quarantine_id>", summary="One transaction message set aside", responses={200: QuarantinedAnswer})
@requires(Role.STAFF)
def get_quarantined(path: QuarantinePath) -> dict[str, Any]:
    return quarantined_json(services.quarantines.get(path.quarantine_id))


@api.post("/<quarantine_id>/dismiss", summary="Nothing is to be done", responses={200: QuarantinedAnswer})
@requires(Role.STAFF)
def dismiss(path: QuarantinePath, body: Dismissal) -> dict[str, Any]:
    return quarantined_json(services.quarantines.dismiss(path.quarantine_id, body.note, current_user().username))


@api.post(
    "/<quarantine_id>/end_session",
    summary="End the session that it was about",
    responses={200: SessionEndAnswer},
)
@requires(Role.STAFF)
def end_session(path: QuarantinePath, body: SessionEnd) -> dict[str, Any]:
    """The charge point is not asked: book so what it has told, or what you have read off its meter. A stop that it
    tells of this session later is set aside."""
    end = End(body.session_id, body.meter_stop, body.stopped_at)
    message, session = services.quarantines.end_session(path.quarantine_id, end, body.note, current_user().username)
    return {"message": quarantined_json(message), "session": session_json(session)}
