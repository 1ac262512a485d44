"""What the address of a form names: looked for before anything is asked about it."""

from collections.abc import Callable, Mapping
from typing import Any

from app.api.context import current_user, services
from app.tags.own import own_tag

# By the name in the address; each raises NotFound for what is not there, or not the viewer's.
_LOOKS: Mapping[str, Callable[[str], object]] = {
    "charge_point_id": lambda name: services.fleet.get(name),
    "charging_profile_id": lambda name: services.charging_profiles.get(name),
    "firmware_id": lambda name: services.firmware.get(name),
    "tariff_id": lambda name: services.tariffs.get(name),
    "vehicle_id": lambda name: services.vehicles.own(current_user(), name),
    "idTag": lambda name: own_tag(services.storage, current_user(), name),
}


def require_named(address: Mapping[str, Any]) -> None:
    """Raise NotFound where something that an address names is not there."""
    for name in address.keys() & _LOOKS.keys():
        _LOOKS[name](address[name])
