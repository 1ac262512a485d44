"""What a meter shows at one moment, as OCPP's sampled values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ocpp.v16.datatypes import MeterValue, SampledValue
from ocpp.v16.enums import Location, Measurand, Phase, ReadingContext, UnitOfMeasure

VOLTAGE = 230.0
LINES = (Phase.l1, Phase.l2, Phase.l3)
LINES_TO_NEUTRAL = (Phase.l1_n, Phase.l2_n, Phase.l3_n)

MEASURANDS = (
    Measurand.energy_active_import_register,
    Measurand.power_active_import,
    Measurand.current_import,
    Measurand.voltage,
    Measurand.soc,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One moment: the register in Wh, the power in W over all phases, the car's state of charge from 0 to 1."""

    at: datetime
    register_wh: float
    power_w: float
    phases: int
    soc: float | None = None


def timestamp(at: datetime) -> str:
    """Write a UTC time as charge points do, with milliseconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def meter_value(reading: Reading, measurands: Iterable[str], context: str) -> MeterValue:
    """Return the measurands asked for; current and voltage per phase; a SoC only where a car tells one."""
    values = [value for measurand in measurands for value in _sample(reading, measurand)]
    for value in values:
        value.context = ReadingContext(context)
    return MeterValue(timestamp=timestamp(reading.at), sampled_value=values)


def _sample(reading: Reading, measurand: str) -> list[SampledValue]:
    match measurand:
        case Measurand.energy_active_import_register:
            return [_outlet(measurand, UnitOfMeasure.wh, str(int(reading.register_wh)))]
        case Measurand.power_active_import:
            return [_outlet(measurand, UnitOfMeasure.w, f"{reading.power_w:.0f}")]
        case Measurand.current_import:
            amperes = f"{reading.power_w / reading.phases / VOLTAGE:.2f}"
            return [_outlet(measurand, UnitOfMeasure.a, amperes, line) for line in LINES[: reading.phases]]
        case Measurand.voltage:
            volts = f"{VOLTAGE:.1f}"
            return [_outlet(measurand, UnitOfMeasure.v, volts, line) for line in LINES_TO_NEUTRAL[: reading.phases]]
        case Measurand.soc if reading.soc is not None:
            percent = f"{reading.soc * 100:.0f}"
            return [SampledValue(percent, measurand=Measurand.soc, unit=UnitOfMeasure.percent, location=Location.ev)]
    return []


def _outlet(measurand: str, unit: UnitOfMeasure, value: str, phase: Phase | None = None) -> SampledValue:
    return SampledValue(value, measurand=Measurand(measurand), unit=unit, phase=phase, location=Location.outlet)
