"""A label that led to a charger's page: whether one can start by it, and what is in the way if not."""

from app.api.context import current_user, services
from app.domain.charge_points import ChargePoint
from app.errors import BadInput, Conflict


def in_the_way(charge_point: ChargePoint, connector_id: int, qr: str | None) -> str | None:
    """Return the code of what is known to be in the way of a start; of nothing but the label where there is none."""
    user = current_user()
    try:
        services.labels.require_right(user, charge_point, connector_id, qr)
    except BadInput:
        return "label_unreadable"
    except Conflict as conflict:
        return conflict.code
    if qr is None:
        return None
    scanned = services.scans.resolve(user, qr)
    conflict_here = scanned.connectors.get(connector_id, scanned.why_not)
    return conflict_here.code if conflict_here else None
