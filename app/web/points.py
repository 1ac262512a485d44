"""Charge points as pages need them: which are connected now, and what their elements are called."""

from app.api.context import services
from app.domain.charge_points import charge_point_key


def connected_keys() -> set[str]:
    """Return the keys of the charge points that are here."""
    known = [one.charge_point_id for one in services.storage.charge_points.presences()]
    return {charge_point_key(one) for one in known if services.commands.connected(one)}


def element_key(charge_point_id: str) -> str:
    """Return an id as ids of elements have it: htmx finds those by selectors, in which some characters cannot stand."""
    return charge_point_key(charge_point_id).encode().hex()
