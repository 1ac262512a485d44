"""One connector with what belongs to it: its meter, the car that stands there, the transaction that runs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ocpp.v16.enums import ChargePointStatus

from ocpp_server.simulator import vehicle
from ocpp_server.simulator.connector import Connector
from ocpp_server.simulator.meter import Reading
from ocpp_server.simulator.settings import Settings
from ocpp_server.simulator.transaction import Transaction
from ocpp_server.simulator.vehicle import Vehicle


@dataclass(slots=True)
class Bay:
    """The mutable whole; `measured_at` is the monotonic time (seconds) up to which the meter has counted.

    `offered_w` is what charging profiles let the car draw now, at most what the outlet can give.
    """

    settings: Settings
    connector: Connector
    car: Vehicle
    register_wh: float
    measured_at: float
    offered_w: float
    transaction: Transaction | None = None

    @classmethod
    def new(cls, settings: Settings, connector_id: int, now: float) -> "Bay":
        return cls(
            settings, Connector(connector_id), new_car(settings), float(settings.meter_wh), now, settings.power_w
        )

    @property
    def power_w(self) -> float:
        """The power flowing now in W: none unless the outlet is switched on for a car that wants it."""
        if self.connector.status != ChargePointStatus.charging:
            return 0.0
        return vehicle.power_w(self.car, self.offered_w)

    @property
    def energy_wh(self) -> float:
        """The energy of the running transaction in Wh."""
        return self.register_wh - self.transaction.meter_start if self.transaction else 0.0

    def measure(self, now: float) -> None:
        """Count what flowed since the last time; the car's clock runs `speed` times faster than ours."""
        elapsed = (now - self.measured_at) * self.settings.speed
        self.measured_at = now
        if self.power_w > 0:
            self.car, energy = vehicle.charge(self.car, elapsed, self.offered_w)
            self.register_wh += energy

    def deliver(self, energy_wh: float) -> None:
        """Let the car take this much at once."""
        self.car = vehicle.deliver(self.car, energy_wh)
        self.register_wh += energy_wh

    def reading(self, at: datetime) -> Reading:
        """Return what the meter shows."""
        soc = self.car.soc if self.connector.plugged else None
        return Reading(at, self.register_wh, self.power_w, self.settings.phases, soc)

    def snapshot(self) -> dict[str, Any]:
        """Return the state as JSON."""
        return {
            "connector_id": self.connector.connector_id,
            "status": self.connector.status,
            "error_code": self.connector.error_code,
            "plugged": self.connector.plugged,
            "transaction_id": self.transaction.transaction_id if self.transaction else None,
            "idTag": self.transaction.id_tag if self.transaction else self.connector.id_tag,
            "reservation_id": self.connector.reservation_id,
            "power_w": round(self.power_w),
            "offered_w": round(self.offered_w),
            "energy_wh": int(self.energy_wh),
            "register_wh": int(self.register_wh),
            "soc": round(self.car.soc, 3) if self.connector.plugged else None,
        }


def new_car(settings: Settings) -> Vehicle:
    """Return a car as it arrives."""
    return Vehicle(battery_wh=settings.battery_wh, soc=settings.soc, max_power_w=settings.power_w)
