"""Charge points as pages need them: which are connected now, what they and their elements are called."""

from collections.abc import Callable, Iterable

from app.api.context import services
from app.domain.charge_points import charge_point_key


def connected_keys() -> set[str]:
    """Return the keys of the charge points that are here."""
    known = [one.charge_point_id for one in services.storage.charge_points.presences()]
    return {charge_point_key(one) for one in known if services.commands.connected(one)}


def names_of(charge_point_ids: Iterable[str]) -> Callable[[str], str | None]:
    """Return a function that tells by its id what one of these is called, where it is there and has a name."""
    found = services.storage.charge_points.of_keys(list({charge_point_key(one) for one in charge_point_ids}))
    names = {charge_point_key(one.charge_point_id): one.name for one in found}
    return lambda charge_point_id: names.get(charge_point_key(charge_point_id))


def element_key(charge_point_id: str) -> str:
    """Return an id as ids of elements have it: htmx finds those by selectors, in which some characters cannot stand."""
    return charge_point_key(charge_point_id).encode().hex()
