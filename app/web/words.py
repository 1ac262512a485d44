"""How chargers and sessions are, in words for people: tables from code to text, which the catalogues translate."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from app.domain.sessions import State

Texts = Mapping[str, object]

STATES: Texts = {
    State.REQUESTED: _("Asking the charger"),
    State.ACCEPTED: _("Starting"),
    State.WAITING_FOR_VEHICLE: _("Waiting for the cable"),
    State.CHARGING: _("Charging"),
    State.SUSPENDED: _("Paused"),
    State.STOPPING: _("Stopping"),
    State.COMPLETED: _("Finished"),
    State.REJECTED: _("Refused"),
    State.FAILED: _("Failed"),
    State.EXPIRED: _("Not started in time"),
}

CONNECTOR_STATUSES: Texts = {
    "Available": _("Available"),
    "Preparing": _("Cable plugged in"),
    "Charging": _("In use"),
    "SuspendedEV": _("In use, paused by the vehicle"),
    "SuspendedEVSE": _("In use, paused by the charger"),
    "Finishing": _("Just finished"),
    "Reserved": _("Reserved"),
    "Unavailable": _("Out of service"),
    "Faulted": _("Out of order"),
}

REGISTRATIONS: Texts = {
    "Accepted": _("In service"),
    "Pending": _("Waits to be accepted"),
    "Rejected": _("Not accepted"),
}

# The colour of a badge: good, busy, bad, or none at all.
TONES: Mapping[str, str] = {
    "Available": "good",
    "Preparing": "good",
    "Charging": "busy",
    "SuspendedEV": "busy",
    "SuspendedEVSE": "busy",
    "Finishing": "busy",
    "Reserved": "busy",
    "Faulted": "bad",
    State.REQUESTED: "busy",
    State.ACCEPTED: "busy",
    State.WAITING_FOR_VEHICLE: "busy",
    State.CHARGING: "good",
    State.SUSPENDED: "busy",
    State.STOPPING: "busy",
    State.REJECTED: "bad",
    State.FAILED: "bad",
}


def state(value: str) -> str:
    """Return a session's state in words."""
    return str(STATES[value])


def connector_status(value: str | None) -> str:
    """Return a connector's status in words; a vendor's own word as it came."""
    return str(CONNECTOR_STATUSES.get(value or "", value or _("Unknown")))


def registration(value: str) -> str:
    """Return in words what a charge point's boots are answered with."""
    return str(REGISTRATIONS[value])


def tone(value: str | None) -> str:
    return TONES.get(value or "", "quiet")
