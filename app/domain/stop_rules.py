"""When charging is to end by itself: rules that a driver gives, judged by what is known of the session so far."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

# A charge point that does not stop is asked again, so many times in all, after pauses that grow.
MOST_ATTEMPTS = 10
_FIRST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(minutes=5)
# One that has said yes gets so long to end the transaction.
TIME_TO_STOP = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class StopAt:
    """A driver's rules; the first one reached stops the session. None where there is no such rule.

    `energy_wh` drawn, `minutes` since the transaction began, a `time` of day, `soc` of the battery in per cent,
    `cost` in minor units of the session's tariff.
    """

    energy_wh: int | None = None
    minutes: int | None = None
    time: datetime | None = None
    soc: int | None = None
    cost: int | None = None


@dataclass(frozen=True, slots=True)
class SoFar:
    """What is known of a session that runs."""

    now: datetime
    started_at: datetime | None
    energy_wh: int
    soc: float | None
    cost: int | None


# From the rule's name: whether it is reached. In this order, where several are reached at once.
_REACHED: Mapping[str, Callable[[Any, SoFar], bool]] = {
    "time": lambda time, so_far: so_far.now >= time,
    "minutes": lambda minutes, so_far: _after(so_far.started_at, minutes, so_far.now),
    "energy_wh": lambda energy_wh, so_far: so_far.energy_wh >= energy_wh,
    "soc": lambda soc, so_far: so_far.soc is not None and so_far.soc >= soc,
    "cost": lambda cost, so_far: so_far.cost is not None and so_far.cost >= cost,
}


def _after(started_at: datetime | None, minutes: int, now: datetime) -> bool:
    return started_at is not None and now >= started_at + timedelta(minutes=minutes)


def reached(stop_at: StopAt, so_far: SoFar) -> str | None:
    """Return the name of the rule that is reached, None while there is none."""
    given = ((name, getattr(stop_at, name)) for name in _REACHED)
    return next((name for name, value in given if value is not None and _REACHED[name](value, so_far)), None)


def due_at(stop_at: StopAt, started_at: datetime) -> datetime | None:
    """Return when the clock alone reaches a rule; None where what is metered may reach one before."""
    by_the_clock = [] if stop_at.minutes is None else [started_at + timedelta(minutes=stop_at.minutes)]
    if stop_at.time is not None:
        by_the_clock.append(stop_at.time)
    metered = any(getattr(stop_at, f.name) is not None for f in fields(stop_at) if f.name not in ("minutes", "time"))
    return None if metered else min(by_the_clock, default=None)


def fault(stop_at: StopAt, now: datetime) -> tuple[str, str] | None:
    """Return the field of a rule that makes no sense now, and why; None when all are good."""
    if stop_at.time is not None and stop_at.time <= now:
        return "stop_at.time", "is in the past"
    return None


def pause_after(attempt: int) -> timedelta:
    """Return how long to wait before a charge point that did not stop is asked again."""
    doublings: int = 2 ** (attempt - 1)
    return min(_FIRST_PAUSE * doublings, _LONGEST_PAUSE)
