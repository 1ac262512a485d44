"""Vehicles: what an account charges, each known to charge points by an idTag of its own."""

from dataclasses import dataclass
from datetime import datetime

MOST_PER_ACCOUNT = 20
# ISO 3779 leaves out I, O and Q, which look like digits.
VIN_PATTERN = r"[A-HJ-NPR-Z0-9]{17}"
VIN_IN_WORDS = "17 letters and digits, without I, O and Q"


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle of an account; `id_tag` is a child of the account's, so it fares as that does."""

    vehicle_id: str
    username: str
    name: str
    id_tag: str
    created_at: datetime
    plate: str | None = None
    vin: str | None = None
    battery_kwh: float | None = None
