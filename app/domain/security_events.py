"""Security events as charge points tell them: which ones an operator must look into (security whitepaper, §2.4)."""

from collections.abc import Mapping
from typing import Any

from app.domain.charge_points import clip
from app.domain.times import iso, parse_time

TYPE, TECH_INFO, TIME = 50, 255, 64
CRITICAL = frozenset(
    name.casefold()
    for name in (
        "FirmwareUpdated",
        "SettingSystemTime",
        "StartupOfTheDevice",
        "ResetOrReboot",
        "SecurityLogWasCleared",
        "MemoryExhaustion",
        "TamperDetectionActivated",
    )
)

# Critical by the list, and yet nothing but what every charge point does when it is asked to.
ROUTINE = ("StartupOfTheDevice", "ResetOrReboot")


def is_critical(event_type: str) -> bool:
    """Tell whether the whitepaper's list calls a type critical; a vendor's own type is not on it."""
    return event_type.strip().casefold() in CRITICAL


def told(request: Mapping[str, Any]) -> dict[str, str]:
    """Return `type`, `timestamp` and `tech_info` of a SecurityEventNotification, as far as they are told, bounded.

    The time is the charge point's own: it may have happened long before it could be told. One that cannot be read
    stays as it came.
    """
    moment = parse_time(request.get("timestamp"))
    facts = {
        "type": clip(request.get("type"), TYPE),
        "timestamp": iso(moment) if moment else clip(request.get("timestamp"), TIME),
        "tech_info": clip(request.get("techInfo"), TECH_INFO),
    }
    return {name: text for name, text in facts.items() if text is not None}
