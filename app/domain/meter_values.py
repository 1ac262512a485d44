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
_READ = frozenset({ENERGY, ENERGY_EXPORT, POWER, CURRENT, VOLTAGE, SOC})
_AVERAGED = frozenset({CURRENT, VOLTAGE})
_LINES = {"L1": "L1", "L2": "L2", "L3": "L3", "L1-N": "L1", "L2-N": "L2", "L3-N": "L3"}
_BASE_UNITS = ("", "wh", "w", "va", "a", "amp", "ampere", "v", "volt", "percent", "%")
_FACTORS = dict.fromkeys(_BASE_UNITS, 1) | {"kwh": 1000, "mwh": 1_000_000, "kw": 1000, "kva": 1000}
# As OCPP spells them they need no folding; this is read for every sample.
_FACTORS |= {"Wh": 1, "kWh": 1000, "W": 1, "kW": 1000, "A": 1, "V": 1, "Percent": 1}


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


def read(meter_value: Mapping[str, Any], received_at: datetime) -> Reading:
    """Read one MeterValue element (OCPP 1.6 §7.33) of any vendor's spelling."""
    samples = [s for s in meter_value.get("sampledValue") or () if isinstance(s, dict)]
    totals = _totals(samples)
    return Reading(
        at=event_time(meter_value.get("timestamp"), received_at),
        energy_wh=totals.get(ENERGY, totals.get(ENERGY_EXPORT)),
        power_w=totals.get(POWER),
        current_a=totals.get(CURRENT),
        voltage_v=totals.get(VOLTAGE),
        soc=totals.get(SOC),
        raw=samples,
    )


def _totals(samples: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Return each measurand over all phases: the first sample without a phase, else the sum (or mean) of L1–L3."""
    totals: dict[str, float] = {}
    of_lines: dict[str, dict[str, float]] = {}
    for sample in samples:
        measurand = sample.get("measurand") or ENERGY
        if measurand not in _READ or measurand in totals:
            continue
        value = _scaled(sample)
        if value is None:
            continue
        phase = sample.get("phase")
        if not phase:
            totals[measurand] = value
        elif line := _LINES.get(phase):
            of_lines.setdefault(measurand, {}).setdefault(line, value)
    for measurand, lines in of_lines.items():
        total = sum(lines.values())
        totals.setdefault(measurand, total / len(lines) if measurand in _AVERAGED else total)
    return totals


def _scaled(sample: Mapping[str, Any]) -> float | None:
    """Return a sample's value in the base unit; None in a unit that is not known here, for a guess may be billed."""
    data_format, unit = sample.get("format"), sample.get("unit") or ""
    if data_format and str(data_format).casefold() == "signeddata":
        return None
    factor = _FACTORS.get(unit) or _FACTORS.get(str(unit).strip().casefold())
    value = None if factor is None else number(sample.get("value"))
    return None if value is None or factor is None else value * factor


def in_order_of_time(readings: Iterable[Reading]) -> list[Reading]:
    """Return the readings that say something of the energy register, oldest first; they come in any order."""
    return sorted((r for r in readings if r.energy_wh is not None), key=lambda r: r.at)
