"""Why it did not work, in words for the person at the charger."""

_STATUS_HINTS = {
    "Faulted": "The charge point reports a fault on this connector.",
    "Unavailable": "The connector is out of service.",
    "Reserved": "The connector is reserved.",
    "Finishing": "The last session has just ended; unplug the cable and plug it in again.",
    "Charging": "The connector is already charging.",
    "Available": "Plug the cable in first, then start again: some charge points want it that way.",
}
_DEFAULT = (
    "The charge point refused. It may want the cable plugged in first, the tag in its local list, or another connector."
)
WAITING = "Accepted. Plug the cable into the vehicle to begin."
EXPIRED = "The cable was not plugged in in time. Start again when you are ready."
_RESERVE_HINTS = {
    "Faulted": "The charge point reports a fault there; choose another one.",
    "Occupied": "Somebody is charging there, or has reserved it; choose another connector or wait.",
    "Unavailable": "It is out of service; choose another one.",
}
_NO_RESERVATIONS = "The charge point takes no reservation there; drive there and start as usual."
RESERVE_UNKNOWN = "The charge point has not answered yet; it may hold the connector for you all the same."
RELEASED_EARLY = "The connector is not held for you any more; look whether it is free, or reserve another one."
RESERVATION_GONE = "The reservation was over already at the charge point."
UNKNOWN = "The charge point gave no answer; it may still start. Watch this session or try again later."


def why_rejected(connector_status: str | None) -> str:
    """Explain a RemoteStartTransaction answered with Rejected, from the connector's last status."""
    return _STATUS_HINTS.get(connector_status or "", _DEFAULT)


def why_not_reserved(status: str) -> str:
    """Explain a ReserveNow that was not answered with Accepted."""
    return _RESERVE_HINTS.get(status, _NO_RESERVATIONS)


def why_stop_rejected() -> str:
    """Explain a RemoteStopTransaction answered with Rejected."""
    return "The charge point does not know this transaction any more; it may have ended already."
