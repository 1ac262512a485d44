"""Sessions as a file for accountants: CSV, written while it is read, however many there are."""

from collections.abc import Iterator
from typing import Any

from flask import Response
from flask_openapi3 import Tag

from app.api.context import current_user, services
from app.api.exports import CSV, export
from app.api.policy import requires
from app.api.routes import Routes
from app.api.session_filters import SessionFilter, sessions_wanted
from app.api.uploads import end_silence
from app.api.views import session_json
from app.domain.roles import Role
from app.domain.sessions import Session
from app.storage.collection import Document

api = Routes("session_exports", __name__, url_prefix="/api/sessions", abp_tags=[Tag(name="Sessions")])

AT_A_TIME = 500
_KINDS = ("energy", "time", "idle", "session")
_OF_SESSION = (
    "session_id charge_point_id connector_id idTag username vehicle_id transaction_id state reason_code reason "
    "stop_reason stopped_by requested_at started_at stopped_at meter_start meter_stop energy_wh energy_source "
    "energy_confidence soc"
)
_OF_COST = ("currency", "net", "vat", "vat_percent", "amount", "provisional", "estimated")
COLUMNS = (
    *_OF_SESSION.split(),
    *(f"{kind}_amount" for kind in _KINDS),
    *(f"cost_{name}" for name in _OF_COST),
)
_FILE: Any = {"content": {CSV: {"schema": {"type": "string"}}}}


@api.get("/export.csv", summary="Sessions as a CSV file, newest first", responses={200: _FILE})
@requires(Role.STAFF)
def export_sessions(query: SessionFilter) -> Response:
    """All that the filters leave. Amounts are in minor units of `cost_currency`; `energy_amount` and its like are the
    lines of the cost."""
    where = sessions_wanted(query)
    end_silence()
    ended = services.transfers.begin(f"user {current_user().user_id}")
    return export(_rows(where), COLUMNS, "csv", "sessions", ended)


def _rows(where: Document) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows in groups, each asked for anew: no question is kept open while a slow line takes its time."""
    after = None
    while found := services.storage.sessions.page(where, after, AT_A_TIME):
        yield [row(session) for session in found]
        after = (found[-1].created_at, found[-1].session_id)


def row(session: Session) -> dict[str, Any]:
    """Return a session as one flat row."""
    shown = session_json(session)
    cost = shown.get("cost") or {}
    amounts = {f"{line['kind']}_amount": line["amount"] for line in cost.get("lines", ())}
    return shown | amounts | {f"cost_{name}": cost.get(name) for name in _OF_COST}
