"""What a charge point's profiles together let its connectors draw, now and later (OCPP 1.6 §3.13.1, §5.7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ocpp.v16.enums import ChargingProfilePurposeType, ChargingRateUnitType

from ocpp_server.simulator.charging_profiles import Offer, Profile, changes_after, ruling
from ocpp_server.simulator.meter import VOLTAGE, timestamp

# A schedule of so many changes is told no further, however long a time was asked for.
MOST_PERIODS = 1000


@dataclass(frozen=True, slots=True)
class Plan:
    """Profiles, what one outlet can give, and since when each connector charges; an idle one might begin now."""

    profiles: Sequence[Profile]
    outlet: Offer
    began: Mapping[int, datetime]

    def connector(self, connector_id: int, at: datetime) -> Offer:
        """Return what a connector may draw but for the limit of the whole: a TxProfile overrules the default."""
        of_transaction = self._of(ChargingProfilePurposeType.tx_profile, connector_id)
        default = self._of(ChargingProfilePurposeType.tx_default_profile, connector_id)
        began = self.began[connector_id]
        return ruling(of_transaction, at, began, self.outlet) or ruling(default, at, began, self.outlet) or self.outlet

    def whole(self, at: datetime) -> Offer:
        """Return what all connectors together may draw."""
        most = Offer(self.outlet.watts * len(self.began), self.outlet.phases)
        return ruling(self._of(ChargingProfilePurposeType.charge_point_max_profile, 0), at, None, most) or most

    def expected(self, connector_id: int, at: datetime) -> Offer:
        """Return what is the most that can flow through a connector, or with 0 through the whole charge point."""
        if connector_id != 0:
            return _lower(self.connector(connector_id, at), self.whole(at))
        together = sum(self.connector(each, at).watts for each in self.began)
        return _lower(self.whole(at), Offer(together, self.outlet.phases))

    def next_change(self, at: datetime) -> datetime | None:
        """Return the next moment at which any profile may allow something else."""
        begins = {*self.began.values(), *(profile.set_at for profile in self.profiles)}
        moments = [m for profile in self.profiles for began in begins for m in changes_after(profile, at, began)]
        return min(moments, default=None)

    def schedule(self, connector_id: int, now: datetime, duration: int, unit: str) -> dict[str, Any]:
        """Return OCPP's ChargingSchedule (§7.13) of what may be drawn for `duration` seconds."""
        periods: dict[int, dict[str, Any]] = {}
        told: dict[str, Any] = {}
        at: datetime | None = now
        while at is not None and at < now + timedelta(seconds=duration) and len(periods) < MOST_PERIODS:
            offer = self.expected(connector_id, at)
            amperes = unit == ChargingRateUnitType.amps
            rate = offer.watts / offer.phases / VOLTAGE if amperes else offer.watts
            allowed = {"limit": round(rate, 1), "number_phases": offer.phases}
            if allowed != told:
                seconds = round((at - now).total_seconds())
                periods[seconds] = {"start_period": seconds, **allowed}
                told = allowed
            at = self.next_change(at)
        return {
            "duration": duration,
            "start_schedule": timestamp(now),
            "charging_rate_unit": unit,
            "charging_schedule_period": list(periods.values()),
        }

    def _of(self, purpose: str, connector_id: int) -> list[Profile]:
        return [p for p in self.profiles if p.purpose == purpose and p.connector_id in (0, connector_id)]


def _lower(one: Offer, other: Offer) -> Offer:
    return min(one, other, key=lambda offer: offer.watts)
