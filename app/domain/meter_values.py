"""Meter values: vendor spellings in, watt-hours, watts and per cent out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.domain.times import event_time

ENERGY = "Energy.Active.Import.Register"
POWER = "Power.Active.Import"
CURRENT = "Current.Import"
VOLTAGE = "Voltage"
SOC = "SoC"
_FACTORS = {"wh": 1, "kwh": 1000, "w": 1, "kw": 1000, "va": 1, "a": 1, "v": 1, "percent": 1, "": 1}
_MAX_READING = 2**53


@dataclass(frozen=True, slots=True)
class Reading:
    """What one MeterValue element says about charging, at the charger's time; None where it says nothing."""

    at: datetime
    energy_wh: float | None = None
    power_w: float | None = None
    current_a: float | None = None
    voltage_v: float | None = None
    soc: float | None = None
    begins: bool = False
    ends: bool = False
    raw: list[dict[str, Any]] = field(default_factory=list)


def number(value: object) -> float | None:
    """Return a charger's number, written as one or as text; None for signed blobs, words and nonsense."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and len(value) > 40:
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if abs(result) < _MAX_READING else None


def _scaled(sample: Mapping[str, Any]) -> float | None:
    if str(sample.get("format") or "Raw").casefold() == "signeddata":
        return None
    value = number(sample.get("value"))
    factor = _FACTORS.get(str(sample.get("unit") or "").casefold(), 1)
    return None if value is None else value * factor


def _total(samples: Iterable[Mapping[str, Any]], measurand: str, *, average: bool = False) -> float | None:
    """Return the measurand over all phases: the sample without a phase, else the sum (or mean) of L1–L3."""
    phases: list[float] = []
    for sample in samples:
        if (sample.get("measurand") or ENERGY) != measurand:
            continue
        value = _scaled(sample)
        if value is None:
            continue
        if not sample.get("phase"):
            return value
        if str(sample["phase"]) in ("L1", "L2", "L3", "L1-N", "L2-N", "L3-N"):
            phases.append(value)
    if not phases:
        return None
    return sum(phases) / len(phases) if average else sum(phases)


def read(meter_value: Mapping[str, Any], received_at: datetime) -> Reading:
    """Read one MeterValue element (OCPP 1.6 §7.33) of any vendor's spelling."""
    samples = [s for s in meter_value.get("sampledValue") or [] if isinstance(s, Mapping)]
    contexts = {s.get("context") for s in samples}
    return Reading(
        at=event_time(meter_value.get("timestamp"), received_at),
        energy_wh=_total(samples, ENERGY),
        power_w=_total(samples, POWER),
        current_a=_total(samples, CURRENT, average=True),
        voltage_v=_total(samples, VOLTAGE, average=True),
        soc=_total(samples, SOC),
        begins="Transaction.Begin" in contexts,
        ends="Transaction.End" in contexts,
        raw=[dict(s) for s in samples],
    )
