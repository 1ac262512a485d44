"""How far a new charge point has come: it is waited for, was turned away, is connected, has booted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.charge_points import ChargePoint, charge_point_key
from app.domain.similar_ids import SimilarIds
from app.storage.database import Storage
from app.storage.newcomers import Newcomer
from app.storage.refusals import Refusal

LATELY = timedelta(hours=1)
_MOST = 5


@dataclass(frozen=True, slots=True)
class Arrival:
    """`refusals` are its own of the last hour and those that nobody's name is on, `namesakes` unknown ones that may be
    it under another id, `strangers` the other unknown ones; the latest first."""

    charge_point: ChargePoint
    connected: bool
    refusals: Sequence[Refusal]
    namesakes: Sequence[Newcomer]
    strangers: Sequence[Newcomer]

    @property
    def has_booted(self) -> bool:
        return self.connected and self.charge_point.in_service


def arrival_of(storage: Storage, charge_point: ChargePoint, now: datetime, *, connected: bool) -> Arrival:
    """Return how far a charge point is; who is here needs no reasons why not."""
    refusals: list[Refusal] = []
    unknown: list[Newcomer] = []
    if not connected:
        since = now - LATELY
        # A TLS handshake that fails does so before anybody has said who it is.
        refusals = storage.refusals.lately((charge_point_key(charge_point.charge_point_id), ""), since, _MOST)
        unknown = [one for one in storage.newcomers.at_the_door() if one.last_at >= since]
    alike = SimilarIds([charge_point.charge_point_id])
    namesakes = [one for one in unknown if alike.to(one.charge_point_id)]
    strangers = [one for one in unknown if one not in namesakes]
    return Arrival(charge_point, connected, refusals, namesakes[:_MOST], strangers[:_MOST])
