"""All charge points in a table: searched, filtered, sorted, by place."""

from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext

from app.api.context import current_user, services
from app.api.policy import requires
from app.domain.charge_points import ChargePoint
from app.domain.roles import Role
from app.storage.charge_points import Wanted
from app.web.lists import asked_for
from app.web.navigation import OPERATOR
from app.web.points import connected_keys, element_key
from app.web.presets import PRESETS
from app.web.words import CONNECTOR_STATUSES

bp = Blueprint("fleet", __name__, url_prefix=f"{OPERATOR}/charge-points")

SHOWN = 50
MOST_PAGES = 1_000
MOST_TARIFFS = 500
SORTS = {
    "id": [("_id", 1)],
    "name": [("name", 1), ("_id", 1)],
    "place": [("place", 1), ("_id", 1)],
    "model": [("vendor", 1), ("model", 1), ("firmware_version", 1), ("_id", 1)],
    "seen": [("last_seen_at", -1), ("_id", 1)],
}


@bp.get("")
@requires(Role.STAFF)
def charge_points() -> str:
    """Whatever the address asks for that there is not is left out of account."""
    asked = asked_for("q", "place", "status", "tariff")
    online = request.args.get("online", "")
    by_place = request.args.get("group") == "place"
    sort = request.args.get("sort", "id")
    sort = "place" if by_place else sort if sort in SORTS else "id"
    number = request.args.get("page", "")
    page = min(int(number), MOST_PAGES) if number.isascii() and number.isdigit() and len(number) < 9 else 1
    wanted = _wanted(asked, online)
    total = services.storage.charge_points.count(wanted)
    pages = max(1, -(-total // SHOWN))
    page = max(1, min(page, pages))
    found = services.storage.charge_points.search(wanted, SORTS[sort], (page - 1) * SHOWN, SHOWN)
    return render_template(
        "pages/fleet.html",
        charge_points=[_row(one) for one in found],
        asked={**asked, "online": online},
        is_filtered=any(asked.values()) or online in ("yes", "no"),
        by_place=by_place,
        sort=sort,
        page=page,
        pages=pages,
        first=(page - 1) * SHOWN + 1,
        total=total,
        places=[(place, place) for place in services.storage.charge_points.places()],
        statuses=list(CONNECTOR_STATUSES.items()),
        tariffs=[("default", gettext("The default one")), *named_tariffs()],
        presets=PRESETS,
        may_add=current_user().role.at_least(Role.ADMIN),
    )


def _wanted(asked: dict[str, str], online: str) -> Wanted:
    connected = connected_keys() if online else set()
    return Wanted(
        search=asked["q"],
        place=asked["place"] or None,
        status=asked["status"] or None,
        tariff_id="" if asked["tariff"] == "default" else asked["tariff"] or None,
        among=connected if online == "yes" else None,
        not_among=connected if online == "no" else None,
    )


def named_tariffs() -> list[tuple[str, str]]:
    """Return the tariffs to choose from, with their names."""
    return [(one.tariff_id, one.name) for one in services.storage.tariffs.page({}, None, MOST_TARIFFS)]


def _row(charge_point: ChargePoint) -> dict[str, Any]:
    connectors = sorted(charge_point.connectors.values(), key=lambda connector: connector.connector_id)
    return {
        "is": charge_point,
        "key": element_key(charge_point.charge_point_id),
        "online": services.commands.connected(charge_point.charge_point_id),
        "connectors": [one for one in connectors if one.connector_id > 0 or one.status in ("Faulted", "Unavailable")],
    }
