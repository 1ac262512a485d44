"""Why a tag may charge or not, for whoever is on the phone with a driver."""

from typing import Any

from flask_openapi3 import Tag
from ocpp.v16.enums import AuthorizationStatus
from pydantic import BaseModel, ConfigDict, Field

from app.api.answer import Answer, Time
from app.api.answers_sessions import SessionAnswer
from app.api.context import services
from app.api.models import IdTagText, Key
from app.api.policy import requires
from app.api.routes import Routes
from app.api.views import session_json
from app.domain.checks import Check
from app.domain.local_lists import ListState
from app.domain.roles import Role
from app.domain.times import iso
from app.tags.explaining import Explanation, explain

api = Routes("authorization", __name__, url_prefix="/api/authorize", abp_tags=[Tag(name="idTags")])


class ExplainQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    charge_point_id: Key
    connector_id: int = Field(ge=1, le=100)
    idTag: IdTagText  # noqa: N815 - the article's name


class CheckAnswer(Answer):
    """`refusal` is what is answered where the rule does not let pass: of a tag's rules OCPP's status, of others the
    problem's `code`."""

    rule: str
    passed: bool
    detail: str
    refusal: str | None = None


class ListEntryAnswer(Answer):
    status: str
    expiry_date: str | None = None
    parent_id_tag: str | None = None


class LocalListStateAnswer(Answer):
    """How far the charge point's local list is, and what it is known to hold of the tag: `entry` is missing where it is
    not on it. Off line, and where LocalPreAuthorize is set, the list decides."""

    state: ListState
    entry: ListEntryAnswer | None = None


class ExplanationAnswer(Answer):
    """`status` is what a StartTransaction with this tag would be answered now, `may_start` whether start_charging would
    ask the charge point, and `obstacle` the first rule that keeps it from that.

    `checks` are the rules in order: those of the charge point, which start_charging alone asks for; the tag's; then its
    limit once more with what was only asked for elsewhere, which again counts for start_charging alone. `in_the_way`
    are the sessions that a rule names.
    """

    idTag: str  # noqa: N815
    charge_point_id: str
    connector_id: int
    status: AuthorizationStatus
    reason: str
    may_start: bool
    obstacle: CheckAnswer | None = None
    checks: list[CheckAnswer]
    in_the_way: list[SessionAnswer]
    connector_status: str | None = None
    connector_status_at: Time | None = None
    hint: str | None = Field(None, description="What is likely the matter where the charge point itself refuses.")
    local_list: LocalListStateAnswer


@api.get("/explain", summary="Why an idTag may charge at a connector, or not", responses={200: ExplanationAnswer})
@requires(Role.STAFF)
def explain_authorization(query: ExplainQuery) -> dict[str, Any]:
    """Nothing is asked of the charge point, and nothing changes."""
    told = explain(
        services.storage,
        services.commands.connected,
        services.now(),
        charge_point_id=query.charge_point_id,
        connector_id=query.connector_id,
        id_tag=query.idTag,
    )
    charge_point = told.charge_point
    return {
        "idTag": told.id_tag,
        "charge_point_id": charge_point.charge_point_id if charge_point else query.charge_point_id,
        "connector_id": query.connector_id,
        "status": told.verdict.status.value,
        "reason": told.verdict.reason,
        "may_start": told.obstacle is None,
        "checks": [_check_json(check) for check in told.checks],
        "in_the_way": [session_json(session) for session in told.in_the_way],
        "local_list": _list_json(told),
        **({"obstacle": _check_json(told.obstacle)} if told.obstacle else {}),
        **_connector_json(told, query.connector_id),
    }


def _check_json(check: Check) -> dict[str, Any]:
    told = {"rule": check.rule, "passed": check.passed, "detail": check.words}
    return told if check.passed else told | {"refusal": check.refusal}


def _list_json(told: Explanation) -> dict[str, Any]:
    entry = told.list_entry
    if entry is None:
        return {"state": told.list_state.value}
    names = ("status", "expiry_date", "parent_id_tag")
    shown = {name: getattr(entry, name) for name in names if getattr(entry, name) is not None}
    return {"state": told.list_state.value, "entry": shown}


def _connector_json(told: Explanation, connector_id: int) -> dict[str, Any]:
    """Tell the connector's last status; what the charge point makes of it is its own decision."""
    connector = told.charge_point.connectors.get(str(connector_id)) if told.charge_point else None
    if connector is None:
        return {}
    at = {"connector_status": connector.status, "connector_status_at": iso(connector.status_at)}
    return at | {"hint": told.hint}
