"""Why a connector is not held, in words for the person who wanted it."""

_RESERVE_HINTS = {
    "Faulted": "The charge point reports a fault there; choose another one.",
    "Occupied": "Somebody is charging there, or has reserved it; choose another connector or wait.",
    "Unavailable": "It is out of service; choose another one.",
}
_NO_RESERVATIONS = "The charge point takes no reservation there; drive there and start as usual."
RESERVE_UNKNOWN = "The charge point has not answered yet; it may hold the connector for you all the same."
RELEASED_EARLY = "The connector is not held for you any more; look whether it is free, or reserve another one."
RESERVATION_GONE = "The reservation was over already at the charge point."


def why_not_reserved(status: str) -> str:
    """Explain a ReserveNow that was not answered with Accepted."""
    return _RESERVE_HINTS.get(status, _NO_RESERVATIONS)
