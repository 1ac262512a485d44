"""The charging curve of an electric car, as pure functions of its state."""

from dataclasses import dataclass, replace

# Up to here the car takes all it can; then its power falls linearly to the trickle it takes just before 100 %.
TAPER_FROM = 0.8
TRICKLE = 0.1

# The curve is followed in steps this long (seconds): power changes by less than 1 % within one.
STEP = 30.0

# Less than this much room (Wh) counts as full, or rounding would keep the last crumb outstanding for ever.
CRUMB = 0.01


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A car at the cable: `soc` is its state of charge from 0 to 1."""

    battery_wh: float
    soc: float
    max_power_w: float

    @property
    def full(self) -> bool:
        return (1.0 - self.soc) * self.battery_wh < CRUMB


def power_w(vehicle: Vehicle, limit_w: float) -> float:
    """Return the power (W) the car takes now from an outlet that offers `limit_w`."""
    if vehicle.full:
        return 0.0
    tapered = max(0.0, vehicle.soc - TAPER_FROM) / (1.0 - TAPER_FROM)
    return min(limit_w, vehicle.max_power_w * (1.0 - tapered * (1.0 - TRICKLE)))


def deliver(vehicle: Vehicle, energy_wh: float) -> Vehicle:
    """Return the car after it took `energy_wh`; a full battery takes no more."""
    soc = min(1.0, vehicle.soc + energy_wh / vehicle.battery_wh)
    return replace(vehicle, soc=soc)


def charge(vehicle: Vehicle, seconds: float, limit_w: float) -> tuple[Vehicle, float]:
    """Return the car after `seconds` at an outlet that offers `limit_w`, and the energy (Wh) it took."""
    taken = 0.0
    while seconds > 0 and (power := power_w(vehicle, limit_w)) > 0:
        step = min(STEP, seconds)
        energy = min(power * step / 3600.0, (1.0 - vehicle.soc) * vehicle.battery_wh)
        vehicle = deliver(vehicle, energy)
        taken += energy
        seconds -= step
    return vehicle, taken
