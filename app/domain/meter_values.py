"""Meter values: vendor spellings in, watt-hours, watts and per cent out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.domain.numbers import number
from app.domain.times import event_time

ENERGY = "Energy.Active.Import.Register"
# Some firmwares count from the grid's side: what they export is what the vehicle takes.
ENERGY_EXPORT = "Energy.Active.Export.Register"
POWER = "Power.Active.Import"
CURRENT = "Current.Import"
VOLTAGE = "Voltage"
SOC = "SoC"
_BASE_UNITS = ("", "wh", "w", "va", "a", "amp", "ampere", "v", "volt", "percent", "%")
_FACTORS = dict.fromkeys(_BASE_UNITS, 1) | {"kwh": 1000, "mwh": 1_000_000, "kw": 1000, "kva": 1000}


@dataclass(frozen=True, slots=True)
class Reading:
    """What one MeterValue element says about charging, at the charger's time; None where it says nothing."""

    at: datetime
    energy_wh: float | None = None
    power_w: float | None = None
    current_a: float | None = None
    voltage_v: float | None = None
    soc: float | None = None
    raw: list[dict[str, Any]] = field(default_factory=list)


def _scaled(sample: Mapping[str, Any]) -> float | None:
    """Return a sample's value in the base unit; None in a unit that is not known here, for a guess may be billed."""
    if str(sample.get("format") or "Raw").casefold() == "signeddata":
        return None
    value = number(sample.get("value"))
    factor = _FACTORS.get(str(sample.get("unit") or "").strip().casefold())
    return None if value is None or factor is None else value * factor


def _total(samples: Iterable[Mapping[str, Any]], measurand: str, *, average: bool = False) -> float | None:
    """Return the measurand over all phases: the sample without a phase, else the sum (or mean) of L1–L3."""
    phases: dict[str, float] = {}
    for sample in samples:
        if (sample.get("measurand") or ENERGY) != measurand:
            continue
        value = _scaled(sample)
        if value is None:
            continue
        if not sample.get("phase"):
            return value
        if str(sample["phase"]) in ("L1", "L2", "L3", "L1-N", "L2-N", "L3-N"):
            phases.setdefault(str(sample["phase"])[:2], value)
    if not phases:
        return None
    return sum(phases.values()) / len(phases) if average else sum(phases.values())


def read(meter_value: Mapping[str, Any], received_at: datetime) -> Reading:
    """Read one MeterValue element (OCPP 1.6 §7.33) of any vendor's spelling."""
    samples = [s for s in meter_value.get("sampledValue") or [] if isinstance(s, Mapping)]
    energy = _total(samples, ENERGY)
    return Reading(
        at=event_time(meter_value.get("timestamp"), received_at),
        energy_wh=_total(samples, ENERGY_EXPORT) if energy is None else energy,
        power_w=_total(samples, POWER),
        current_a=_total(samples, CURRENT, average=True),
        voltage_v=_total(samples, VOLTAGE, average=True),
        soc=_total(samples, SOC),
        raw=[dict(s) for s in samples],
    )


def in_order_of_time(readings: Iterable[Reading]) -> list[Reading]:
    """Return the readings that say something of the energy register, oldest first; they come in any order."""
    return sorted((r for r in readings if r.energy_wh is not None), key=lambda r: r.at)
