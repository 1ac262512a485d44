"""OCPP's reusable state Charging, and the way out of it, as the cases know them."""

from tests.app.charging import meter, start, stop, value, verdict
from tests.conformance.station import Station


def begin(station: Station, id_tag: str, **changes: object) -> int:
    """Start a transaction on connector 1, which is plugged in; return its transactionId."""
    answer = start(station, id_tag, **changes)
    assert verdict(answer) == "Accepted"
    assert answer["transactionId"] > 0
    assert station.status(1, "Charging") == {}
    return int(answer["transactionId"])


def charging(station: Station, id_tag: str, **changes: object) -> int:
    """Authorize, plug in and start; return the transactionId."""
    assert station.authorize(id_tag)["status"] == "Accepted"
    assert station.status(1, "Preparing") == {}
    return begin(station, id_tag, **changes)


def end(station: Station, transaction_id: int, id_tag: str, reason: str = "Local") -> None:
    """Meter once, stop and unplug."""
    meter(station, transaction_id, value("1500"))
    assert verdict(stop(station, transaction_id, idTag=id_tag, reason=reason)) == "Accepted"
    station.statuses({1: "Finishing"})
    station.statuses({1: "Available"})
