"""What charge points tell of their security: all of it, and before it what somebody should look into."""

from datetime import timedelta
from operator import itemgetter

from flask import Blueprint, render_template, request

from app.api.context import services
from app.api.policy import requires
from app.domain.roles import Role
from app.domain.security_events import ROUTINE
from app.security_events import KIND
from app.storage.collection import equal
from app.storage.records import Event
from app.web.concerns import error_words
from app.web.lists import asked_for, charge_point_of, listed
from app.web.navigation import OPERATOR
from app.web.security_words import SECURITY_EVENTS

bp = Blueprint("security_events", __name__, url_prefix=f"{OPERATOR}/security-events")

SHOWN = 50
RAISED = 10
RAISED_FOR = timedelta(days=7)


@bp.get("")
@requires(Role.STAFF)
def events() -> str:
    asked = asked_for("at", "kind", "critical")
    is_filtered = any(asked.values())
    where = equal(
        [("kind", KIND), ("charge_point_id", charge_point_of(asked["at"])), ("detail.type", asked["kind"] or None)]
    )
    where["critical"] = {"$in": [True] if asked["critical"] else [True, False]}
    found, more = listed(services.storage.events, where, SHOWN)
    is_begin = not is_filtered and "cursor" not in request.args
    return render_template(
        "pages/security_events.html",
        events=found,
        next=more,
        asked=asked,
        is_filtered=is_filtered,
        kinds=_kinds(asked["kind"]),
        raised=_raised() if is_begin else (0, []),
    )


def _kinds(asked: str) -> list[tuple[str, str]]:
    """Return the kinds to choose from; a vendor's own is there when it was asked for."""
    known = {**SECURITY_EVENTS, asked: error_words(asked)} if asked else SECURITY_EVENTS
    return sorted(((kind, str(words)) for kind, words in known.items()), key=itemgetter(1))


def _raised() -> tuple[int, list[Event]]:
    return services.storage.events.critical_since(KIND, services.now() - RAISED_FOR, RAISED, but=ROUTINE)
