"""Idle time: when a vehicle drew nothing although it could have, as its connector's statuses tell it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# It is the vehicle that does not draw. Of what the charge point holds back (SuspendedEVSE, Faulted, Unavailable) the
# driver is not to blame.
IDLE = frozenset({"SuspendedEV", "Finishing"})
# No vehicle pauses so often, but a broken contact may; what comes after is not held against anybody.
MOST = 200


@dataclass(frozen=True, slots=True)
class Pause:
    """By the charge point's time; `until` None: it goes on."""

    since: datetime
    until: datetime | None = None


def pauses_after(pauses: Sequence[Pause], status: str, at: datetime, begun: datetime) -> tuple[Pause, ...]:
    """Return the pauses of a transaction that began then, after its connector has told a newer status."""
    goes_on = bool(pauses) and pauses[-1].until is None
    if status in IDLE and not goes_on and len(pauses) < MOST:
        return (*pauses, Pause(max(at, begun)))
    if status not in IDLE and goes_on:
        since = pauses[-1].since
        return (*pauses[:-1], Pause(since, max(at, since)))
    return tuple(pauses)


def idle_time(pauses: Iterable[Pause], begin: datetime, end: datetime) -> timedelta:
    """Return how much of the time between two instants was idle."""
    lengths = (min(one.until or end, end) - max(one.since, begin) for one in pauses)
    return sum((length for length in lengths if length > timedelta()), timedelta())
