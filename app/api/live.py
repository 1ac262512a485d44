"""Live updates: the ticket that opens the WebSocket on which they come."""

from typing import Any
from urllib.parse import urlencode

from flask_jwt_extended import get_jwt
from flask_openapi3 import Tag

from app.api import limits
from app.api.answers_accounts import LiveTicket
from app.api.auth import LOGIN_CLAIM
from app.api.context import current_user, services
from app.api.limits import limiter
from app.api.models import Nothing
from app.api.policy import requires
from app.api.routes import Routes
from app.domain.roles import Role
from app.live.tickets import LASTS_SECONDS, Holder

api = Routes("live", __name__, url_prefix="/api/live", abp_tags=[Tag(name="Live updates")])


@api.post("/ticket", summary="Get a ticket to watch", responses={200: LiveTicket})
@requires(Role.USER, own=True)
@limiter.limit(limits.TICKETS, key_func=limits.account)
def get_ticket(body: Nothing) -> dict[str, Any]:
    """Open a WebSocket at `url`: the ticket is good once and soon. Events come as JSON, `{"id", "type", "at", "data"}`,
    the first of them `hello`: `session.created`, `session.updated`, `session.ended` with a session,
    `connector.status` with a connector, `charge_point.online`, `charge_point.offline`, `charge_point.updated` with a
    charge point, `charge_point.removed` with its id. Add `&last_event_id=` to go on after the last one you have;
    `resync` says that something is missing: read the lists again."""
    ticket = services.tickets.issue(Holder(current_user().user_id, get_jwt()[LOGIN_CLAIM]))
    url = f"{services.settings.live_url}?{urlencode({'ticket': ticket})}"
    return {"url": url, "ticket": ticket, "expires_in": LASTS_SECONDS}
