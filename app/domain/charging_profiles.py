"""Charging profiles: what makes sense by OCPP 1.6 (§3.13, §7.8, §7.13), where one may go, and how it is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from ocpp.v16.enums import ChargingProfileKindType as Kind
from ocpp.v16.enums import ChargingProfilePurposeType as Purpose
from ocpp.v16.enums import RecurrencyKind

from app.domain.phrases import Phrase
from app.domain.times import iso

RECURS_AFTER = {RecurrencyKind.daily: 86_400, RecurrencyKind.weekly: 7 * 86_400}
MAX_PERIODS = 100


class Violation(NamedTuple):
    """What is wrong: the field as the REST side calls it, and the reason."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Period:
    """From `start_period` seconds after the schedule's start at most `limit` A or W; phases None means OCPP's three."""

    start_period: int
    limit: float
    number_phases: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingProfile:
    """A profile as admins keep it, to be sent to any number of charge points. `unit` is A (each phase) or W (all)."""

    charging_profile_id: str
    name: str
    purpose: str
    stack_level: int
    kind: str
    unit: str
    periods: list[Period]
    recurrency: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    start_schedule: datetime | None = None
    duration: int | None = None
    min_rate: float | None = None
    created_by: str | None = None
    created_at: datetime | None = None


def nonsense(profile: ChargingProfile) -> list[Violation]:
    """Return all in a profile that makes no sense wherever it is sent."""
    return [*_of_kind(profile), *_of_times(profile), *_of_periods(profile)]


def _of_kind(profile: ChargingProfile) -> Iterator[Violation]:
    if profile.kind == Kind.recurring and profile.recurrency is None:
        yield Violation("recurrency", "a Recurring profile recurs Daily or Weekly")
    if profile.kind != Kind.recurring and profile.recurrency is not None:
        yield Violation("recurrency", "only a Recurring profile has one")
    if profile.kind == Kind.relative and profile.start_schedule is not None:
        yield Violation("start_schedule", "a Relative profile starts with the charging, at no time of its own")
    if profile.kind != Kind.relative and profile.start_schedule is None:
        yield Violation(
            "start_schedule", Phrase("is required: without it the schedule would not be %(kind)s", kind=profile.kind)
        )


def _of_times(profile: ChargingProfile) -> Iterator[Violation]:
    if profile.valid_from and profile.valid_to and profile.valid_from >= profile.valid_to:
        yield Violation("valid_to", "must be after valid_from")
    recurs_after = _recurs_after(profile)
    if profile.duration is not None and recurs_after is not None and profile.duration > recurs_after:
        words = "is longer than the %(most)d seconds after which the schedule begins anew"
        yield Violation("duration", Phrase(words, most=recurs_after))


def _of_periods(profile: ChargingProfile) -> Iterator[Violation]:
    starts = [period.start_period for period in profile.periods]
    if starts[:1] != [0]:
        yield Violation("periods.0.start_period", "must be 0: the first period begins with the schedule")
    end = min((seconds for seconds in (profile.duration, _recurs_after(profile)) if seconds), default=None)
    for number, (before, start) in enumerate(pairwise(starts), 1):
        if start <= before:
            yield Violation(
                f"periods.{number}.start_period",
                Phrase("must be after the %(before)d of the period before", before=before),
            )
        elif end is not None and start >= end:
            yield Violation(
                f"periods.{number}.start_period", Phrase("the schedule is over after %(end)d seconds", end=end)
            )
    for number, period in enumerate(profile.periods):
        if problem := _of_rate(period.limit):
            yield Violation(f"periods.{number}.limit", problem)
    if profile.min_rate is not None and (problem := _of_rate(profile.min_rate)):
        yield Violation("min_rate", problem)


def _of_rate(rate: float) -> str | None:
    if rate < 0:
        return "must be 0 or more"
    return "must have at most one decimal" if round(rate, 1) != rate else None


def _recurs_after(profile: ChargingProfile) -> int | None:
    return RECURS_AFTER.get(RecurrencyKind(profile.recurrency)) if profile.recurrency else None


def misplaced(profile: ChargingProfile, connector_id: int, connectors: list[int], now: datetime) -> list[Violation]:
    """Return why a profile must not go to a connector, 0 being all of them; `connectors` are those known, if any are.

    OCPP 1.6 §3.13.1 and §5.16.
    """
    found = []
    if profile.purpose == Purpose.charge_point_max_profile and connector_id != 0:
        found.append(Violation("connector_id", "a ChargePointMaxProfile goes to connector 0, for it limits the whole"))
    if profile.purpose == Purpose.tx_profile and connector_id == 0:
        found.append(Violation("connector_id", "a TxProfile goes to the connector of its transaction, which is not 0"))
    if connector_id != 0 and connectors and connector_id not in connectors:
        named = ", ".join(map(str, sorted(connectors)))
        found.append(Violation("connector_id", Phrase("this charge point has the connectors %(which)s", which=named)))
    if profile.valid_to is not None and profile.valid_to <= now:
        found.append(
            Violation("charging_profile_id", Phrase("its valid_to, %(when)s, has passed", when=profile.valid_to))
        )
    return found


def unfit_for_start(profile: ChargingProfile) -> list[Violation]:
    """Return why a profile cannot come with a RemoteStartTransaction, whose time nobody knows (OCPP 1.6 §5.16.2)."""
    found = []
    if profile.purpose != Purpose.tx_profile:
        found.append(
            Violation(
                "charging_profile_id",
                Phrase("a start takes a TxProfile, and this is a %(purpose)s", purpose=profile.purpose),
            )
        )
    if profile.kind != Kind.relative:
        found.append(
            Violation(
                "charging_profile_id",
                Phrase("a start takes a Relative profile, and this one is %(kind)s", kind=profile.kind),
            )
        )
    return found


def as_ocpp(profile: ChargingProfile, ocpp_profile_id: int, transaction_id: int | None = None) -> dict[str, Any]:
    """Return OCPP's ChargingProfile (§7.8) under a chargingProfileId, without what is not given."""
    schedule = {
        "duration": profile.duration,
        "startSchedule": _time(profile.start_schedule),
        "chargingRateUnit": profile.unit,
        "chargingSchedulePeriod": [_period(period) for period in profile.periods],
        "minChargingRate": profile.min_rate,
    }
    return _given(
        {
            "chargingProfileId": ocpp_profile_id,
            "transactionId": transaction_id,
            "stackLevel": profile.stack_level,
            "chargingProfilePurpose": profile.purpose,
            "chargingProfileKind": profile.kind,
            "recurrencyKind": profile.recurrency,
            "validFrom": _time(profile.valid_from),
            "validTo": _time(profile.valid_to),
            "chargingSchedule": _given(schedule),
        }
    )


def _period(period: Period) -> dict[str, Any]:
    facts = {"startPeriod": period.start_period, "limit": period.limit, "numberPhases": period.number_phases}
    return _given(facts)


def _time(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
