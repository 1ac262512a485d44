"""What happened at a charge point: its sessions, its events, and connections that came to nothing."""

from flask import Blueprint

from app.api.context import services
from app.api.policy import requires
from app.api.views import session_json
from app.domain.charge_points import charge_point_key
from app.domain.roles import Role
from app.storage.collection import equal
from app.web.lists import listed
from app.web.point.tabs import PREFIX, point_page

bp = Blueprint("point_history", __name__, url_prefix=f"{PREFIX}/history")

SHOWN = 20


@bp.get("")
@requires(Role.STAFF)
def history(charge_point_id: str) -> str:
    charge_point = services.fleet.get(charge_point_id)
    here = equal([("charge_point_id", charge_point.charge_point_id)])
    sessions, more_sessions = listed(services.storage.sessions, here, SHOWN, "sessions")
    events, more_events = listed(services.storage.events, here, SHOWN, "events")
    key = equal([("key", charge_point_key(charge_point.charge_point_id))])
    refusals, more_refusals = listed(services.storage.refusals, key, SHOWN, "connections")
    return point_page(
        "pages/point_history.html",
        charge_point,
        sessions=[(one, session_json(one)) for one in sessions],
        more_sessions=more_sessions,
        events=events,
        more_events=more_events,
        refusals=refusals,
        more_refusals=more_refusals,
    )
