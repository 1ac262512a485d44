"""Favourites: the charge points that a driver keeps at hand."""

from dataclasses import dataclass
from datetime import datetime

MOST_PER_ACCOUNT = 50


@dataclass(frozen=True, slots=True)
class Favourite:
    """One charge point of one account, in the charge point's own writing."""

    favourite_id: str
    username: str
    charge_point_id: str
    created_at: datetime
