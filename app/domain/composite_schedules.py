"""The answer to GetCompositeSchedule (OCPP 1.6 §5.7, §6.24), read tolerantly and turned into times and numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from app.domain.numbers import integer, number
from app.domain.times import parse_time

VOLTAGE = 230
# What a schedule without the number of phases means (§7.14).
PHASES = 3
MAX_PERIODS = 1000
# A charge point's clock may be off a little; a schedule that begins further from now than this is of another time.
BELIEVABLE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """From `start_at` to `end_at` at most `limit` A or W; None: no limit is told. `power_w` is that over all phases."""

    start_at: datetime
    end_at: datetime
    limit: float | None
    number_phases: int | None
    power_w: int | None


@dataclass(frozen=True, slots=True)
class Composite:
    """A schedule in absolute times; `energy_wh` is the most that can be drawn in it, None where a limit is missing."""

    unit: str
    start_at: datetime
    end_at: datetime
    spans: list[Span]
    min_rate: float | None
    energy_wh: int | None


def read_composite(answer: Mapping[str, Any], asked_seconds: int, asked_unit: str | None, now: datetime) -> Composite:
    """Read an accepted answer; what nobody asked for, a schedule that lasts 273,000 years, is cut off.

    A negative limit is how some say that there is none.
    """
    schedule = answer.get("chargingSchedule") or {}
    start = _start(answer.get("scheduleStart"), schedule.get("startSchedule"), now)
    duration = integer(schedule.get("duration"), 1, 2**53) or asked_seconds
    end = start + timedelta(seconds=min(duration, asked_seconds))
    told = str(schedule.get("chargingRateUnit") or "").upper()
    unit = told if told in ("A", "W") else asked_unit or "W"
    spans = _spans(schedule.get("chargingSchedulePeriod") or [], unit, start, end)
    return Composite(unit, start, end, spans, number(schedule.get("minChargingRate")), _energy(spans))


def _start(schedule_start: object, start_schedule: object, now: datetime) -> datetime:
    for text in (schedule_start, start_schedule):
        moment = parse_time(text)
        if moment is not None and abs(moment - now) <= BELIEVABLE:
            return moment
    return now


def _spans(periods: list[Any], unit: str, start: datetime, end: datetime) -> list[Span]:
    seconds = int((end - start).total_seconds())
    known = {}
    for period in periods[:MAX_PERIODS]:
        begins = integer(period.get("startPeriod"), 0, max(0, seconds - 1))
        if begins is not None:
            known[begins] = period
    return [
        _span(known[begins], unit, start + timedelta(seconds=begins), start + timedelta(seconds=ends))
        for begins, ends in pairwise([*sorted(known), seconds])
    ]


def _span(period: Mapping[str, Any], unit: str, start: datetime, end: datetime) -> Span:
    limit, phases = number(period.get("limit")), integer(period.get("numberPhases"), 1, 3)
    if limit is None or limit < 0:
        return Span(start, end, None, phases, None)
    power = limit if unit == "W" else limit * (phases or PHASES) * VOLTAGE
    return Span(start, end, limit, phases, round(power))


def _energy(spans: list[Span]) -> int | None:
    drawn = [(s.power_w, (s.end_at - s.start_at).total_seconds()) for s in spans]
    if not drawn or any(power is None for power, _seconds in drawn):
        return None
    return round(sum(power * seconds for power, seconds in drawn if power is not None) / 3600)


def series(composite: Composite) -> list[tuple[datetime, float | None, int | None]]:
    """Return points `(at, limit, power_w)` that a chart joins by straight lines: two for each step."""
    return [(at, s.limit, s.power_w) for s in composite.spans for at in (s.start_at, s.end_at)]
