"""A charge point's connectors, as its StatusNotifications tell of them (OCPP 1.6 §4.9)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.domain.charge_points import ChargePoint, Connector, clip
from app.domain.numbers import integer
from app.domain.times import event_time

MAX_CONNECTORS = 100
# What a connector says, in any vendor's words, while a cable is in it.
PLUGGED_IN = ("Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing", "Occupied")
# And while a transaction may be going on there.
MAY_CHARGE = ("Charging", "SuspendedEV", "SuspendedEVSE", "Occupied")


def connector_number(value: object) -> int | None:
    """Return a connectorId within 0…100, or None for nonsense, which must not make a million connectors."""
    return integer(value, 0, MAX_CONNECTORS)


def read_status(request: Mapping[str, Any], received_at: datetime) -> Connector | None:
    """Read a StatusNotification.req, a vendor's own words as they came; None when it is of no connector."""
    connector_id = connector_number(request.get("connectorId"))
    if connector_id is None:
        return None
    return Connector(
        connector_id=connector_id,
        status=clip(request.get("status"), 50) or "",
        error_code=clip(request.get("errorCode"), 50) or "NoError",
        status_at=event_time(request.get("timestamp"), received_at),
        info=clip(request.get("info"), 200),
        vendor_error_code=clip(request.get("vendorErrorCode"), 100),
    )


def connector_numbers(charge_point: ChargePoint) -> list[int]:
    """Return the connectors that a charge point has told of; 1, as long as it has told of none."""
    return sorted(c.connector_id for c in charge_point.connectors.values() if c.connector_id > 0) or [1]
