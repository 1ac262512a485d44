"""Charging sessions: followed while they run, read when they are over."""

from typing import Any

from flask_openapi3 import APIBlueprint, Tag
from pydantic import Field

from app.api.answers import MeterValueAnswer, SessionAnswer, page_of
from app.api.context import current_user, services
from app.api.models import Body, PageQuery, SessionPath
from app.api.paging import page
from app.api.policy import requires
from app.api.session_filters import SessionFilter, sessions_wanted
from app.api.stop_rules import StopAtBody
from app.api.views import meter_value_json, session_json
from app.domain.roles import Role

api = APIBlueprint("sessions", __name__, url_prefix="/api/sessions", abp_tags=[Tag(name="Sessions")])

MAX_METER_VALUES = 10_000


class SessionQuery(SessionFilter, PageQuery):
    """A page of the sessions asked for."""


class SessionChanges(Body):
    """`stop_at` takes the place of all rules there were; null takes them away."""

    stop_at: StopAtBody | None


class MeterValuesQuery(PageQuery):
    limit: int = Field(1000, ge=1, le=MAX_METER_VALUES)


@api.get("", summary="Your sessions, newest first; all sessions for staff", responses={200: page_of(SessionAnswer)})
@requires(Role.USER, own=True)
def list_sessions(query: SessionQuery) -> dict[str, Any]:
    return page(services.storage.sessions, sessions_wanted(query), query, session_json)


@api.get("/<session_id>", summary="One session", responses={200: SessionAnswer})
@requires(Role.USER, own=True)
def get_session(path: SessionPath) -> dict[str, Any]:
    """`state` runs requested, accepted, waiting_for_vehicle, charging or suspended, stopping, completed; or ends early
    as rejected, failed or expired. `reason` and `hint` are for people, `reason_code` is stable. `version`
    grows with every change."""
    return session_json(services.sessions.get(current_user(), path.session_id))


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
