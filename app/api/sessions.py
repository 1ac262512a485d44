"""Charging sessions: followed while they run, read when they are over."""

from typing import Any

from flask_openapi3 import Tag
from pydantic import BaseModel, ConfigDict, Field

from app.api.answer import page_of
from app.api.answers_sessions import MeterValueAnswer, SessionAnswer
from app.api.context import current_user, services
from app.api.models import Body, PageQuery, SessionPath
from app.api.paging import page
from app.api.policy import requires
from app.api.routes import Routes
from app.api.session_filters import SessionFilter, sessions_wanted
from app.api.stop_rules import StopAtBody
from app.api.views import meter_value_json, session_json
from app.domain.roles import Role

api = Routes("sessions", __name__, url_prefix="/api/sessions", abp_tags=[Tag(name="Sessions")])

MAX_METER_VALUES = 10_000
MAX_WAIT = 30


class SessionQuery(SessionFilter, PageQuery):
    """A page of the sessions asked for."""


class SessionChanges(Body):
    """`stop_at` takes the place of all rules there were; null takes them away."""

    stop_at: StopAtBody | None


class NewsQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    wait: float = Field(0, ge=0, le=MAX_WAIT, description="Seconds to wait for news.")
    after: int | None = Field(
        None, ge=0, lt=2**31, description="With `wait`: the version you have; left out, the present one."
    )


class MeterValuesQuery(PageQuery):
    limit: int = Field(1000, ge=1, le=MAX_METER_VALUES)


@api.get("", summary="Your sessions, newest first; all sessions for staff", responses={200: page_of(SessionAnswer)})
@requires(Role.USER, own=True)
def list_sessions(query: SessionQuery) -> dict[str, Any]:
    return page(services.storage.sessions, sessions_wanted(query), query, session_json)


@api.get("/<session_id>", summary="One session", responses={200: SessionAnswer})
@requires(Role.USER, own=True)
def get_session(path: SessionPath, query: NewsQuery) -> dict[str, Any]:
    """`state` runs requested, accepted, waiting_for_vehicle, charging or suspended, stopping, completed; or ends early
    as rejected, failed or expired. `reason` and `hint` are for people, `reason_code` is stable. `version`
    grows with every change.

    With `wait` and the version you have in `after`, the answer comes when the version is greater, or when the time is
    up. Only so many requests may wait at a time (a quarter of WEB_THREADS, two of an account); one more is answered at
    once, so take a breath before you ask again for what has not changed."""
    user = current_user()
    session = services.sessions.get(user, path.session_id)
    after = session.version if query.after is None else query.after
    if query.wait and session.version <= after:
        session = services.waiting.for_news(user.user_id, session, after, query.wait)
    return session_json(session)


@api.patch("/<session_id>", summary="Change when a session is to stop", responses={200: SessionAnswer})
@requires(Role.USER, own=True)
def change_session(path: SessionPath, body: SessionChanges) -> dict[str, Any]:
    """For whoever may stop it, until it is being stopped or has ended."""
    stop_at = body.stop_at.rules() if body.stop_at else None
    return session_json(services.stop_rules.change(current_user(), path.session_id, stop_at))


@api.get(
    "/<session_id>/meter_values",
    summary="A session's meter values, oldest first",
    responses={200: page_of(MeterValueAnswer)},
)
@requires(Role.USER, own=True)
def get_meter_values(path: SessionPath, query: MeterValuesQuery) -> dict[str, Any]:
    session = services.sessions.get(current_user(), path.session_id)
    values = services.storage.meter_values
    return page(values, values.of_session(session, services.now()), query, meter_value_json)
