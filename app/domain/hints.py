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
UNKNOWN = "The charge point gave no answer; it may still start. Watch this session or try again later."


def why_rejected(connector_status: str | None) -> str:
    """Explain a RemoteStartTransaction answered with Rejected, from the connector's last status."""
    return _STATUS_HINTS.get(connector_status or "", _DEFAULT)


def why_stop_rejected() -> str:
    """Explain a RemoteStopTransaction answered with Rejected."""
    return "The charge point does not know this transaction any more; it may have ended already."
