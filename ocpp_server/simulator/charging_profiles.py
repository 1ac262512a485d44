"""Charging profiles as a charge point understands them: what each allows at a moment, and which one rules (§3.13)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ocpp.v16.enums import (
    ChargingProfileKindType,
    ChargingRateUnitType,
    RecurrencyKind,
)

from ocpp_server.simulator.meter import VOLTAGE

DAYS = {RecurrencyKind.daily: 1, RecurrencyKind.weekly: 7}
# What a period without a number of phases means (§7.14).
PHASES = 3


@dataclass(frozen=True, slots=True)
class Step:
    """From `start` seconds of the schedule on at most `limit`, in the schedule's unit."""

    start: int
    limit: float
    phases: int


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile at a connector, 0 being all; `set_at` is when a Relative one begins that is for no transaction."""

    connector_id: int
    profile_id: int
    purpose: str
    stack_level: int
    kind: str
    unit: str
    steps: tuple[Step, ...]
    set_at: datetime
    transaction_id: int | None = None
    recurrency: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    start_schedule: datetime | None = None
    duration: int | None = None

    @property
    def place(self) -> tuple[int, str, int]:
        """Where only one profile can be (§5.16)."""
        return self.connector_id, self.purpose, self.stack_level


@dataclass(frozen=True, slots=True)
class Offer:
    """The power in W over these phases."""

    watts: float
    phases: int


def read(connector_id: int, payload: Mapping[str, Any], now: datetime) -> Profile:
    """Read OCPP's ChargingProfile (§7.8), its names in snake case as the library gives them. Raises: ValueError."""
    schedule = payload["charging_schedule"]
    return Profile(
        connector_id=connector_id,
        profile_id=payload["charging_profile_id"],
        purpose=payload["charging_profile_purpose"],
        stack_level=payload["stack_level"],
        kind=payload["charging_profile_kind"],
        unit=schedule["charging_rate_unit"],
        steps=tuple(
            Step(period["start_period"], float(period["limit"]), period.get("number_phases") or PHASES)
            for period in schedule["charging_schedule_period"]
        ),
        set_at=now,
        transaction_id=payload.get("transaction_id"),
        recurrency=payload.get("recurrency_kind"),
        valid_from=_moment(payload.get("valid_from")),
        valid_to=_moment(payload.get("valid_to")),
        start_schedule=_moment(schedule.get("start_schedule")),
        duration=schedule.get("duration"),
    )


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def step_at(profile: Profile, at: datetime, began: datetime) -> Step | None:
    """Return what a profile says at a moment, for charging that `began` then; None when it says nothing."""
    if (profile.valid_from and at < profile.valid_from) or (profile.valid_to and at >= profile.valid_to):
        return None
    start = _cycle(profile, at, began)
    seconds = (at - start).total_seconds()
    if seconds < 0 or (profile.duration is not None and seconds >= profile.duration):
        return None
    return next((step for step in reversed(profile.steps) if step.start <= seconds), None)


def changes_after(profile: Profile, at: datetime, began: datetime) -> Iterable[datetime]:
    """Return the moments after `at` when a profile may say something else, the next one among them."""
    start = _cycle(profile, at, began)
    moments = [profile.valid_from, profile.valid_to, start]
    moments += [start + timedelta(seconds=step.start) for step in profile.steps]
    if profile.duration is not None:
        moments.append(start + timedelta(seconds=profile.duration))
    if profile.recurrency is not None:
        moments.append(start + _period(profile.recurrency))
    return [moment for moment in moments if moment is not None and moment > at]


def _cycle(profile: Profile, at: datetime, began: datetime) -> datetime:
    """Return when the schedule began, or the turn of it that `at` is in where it recurs."""
    fixed = profile.start_schedule if profile.kind != ChargingProfileKindType.relative else None
    start = fixed or began
    if profile.recurrency is None or at < start:
        return start
    period = _period(profile.recurrency)
    return start + (at - start) // period * period


def _period(recurrency: str) -> timedelta:
    return timedelta(days=DAYS[RecurrencyKind(recurrency)])


def ruling(profiles: Iterable[Profile], at: datetime, began: datetime | None, most: Offer) -> Offer | None:
    """Return what the highest profile that has a say allows (§3.13.2), None when none has one.

    Of two at one stack level the connector's own comes before that for all connectors. Without `began` each began
    when it was set.
    """
    for profile in sorted(profiles, key=lambda p: (p.stack_level, p.connector_id), reverse=True):
        if step := step_at(profile, at, began or profile.set_at):
            phases = min(step.phases, most.phases)
            amperes = profile.unit == ChargingRateUnitType.amps
            watts = step.limit * phases * VOLTAGE if amperes else step.limit
            return min(Offer(watts, phases), most, key=lambda offer: offer.watts)
    return None
