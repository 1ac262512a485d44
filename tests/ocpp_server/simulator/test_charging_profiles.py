"""What a profile says at a moment, which of several rules, and what all of them together allow."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ocpp_server.simulator.charging_plan import Plan
from ocpp_server.simulator.charging_profiles import Offer, Profile, Step, changes_after, read, step_at

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)  # a Monday
OUTLET = Offer(11_000, 3)
DEFAULT = Profile(
    connector_id=1,
    profile_id=1,
    purpose="TxDefaultProfile",
    stack_level=0,
    kind="Relative",
    unit="W",
    steps=(Step(0, 6000, 3), Step(600, 4000, 3)),
    set_at=NOON,
)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def limit(profile: Profile, seconds: float) -> float | None:
    step = step_at(profile, after(seconds), NOON)
    return step.limit if step else None


@pytest.mark.parametrize(("seconds", "expected"), [(-1, None), (0, 6000), (599, 6000), (600, 4000), (1e6, 4000)])
def test_a_relative_schedule_begins_with_the_charging_and_its_last_period_stays(
    seconds: float, expected: float | None
) -> None:
    assert limit(DEFAULT, seconds) == expected


def test_a_schedule_ends_with_its_duration_and_a_profile_with_its_validity() -> None:
    assert limit(replace(DEFAULT, duration=900), 899) == 4000
    assert limit(replace(DEFAULT, duration=900), 900) is None
    bounded = replace(DEFAULT, valid_from=after(10), valid_to=after(20))
    assert [limit(bounded, s) for s in (9, 10, 19, 20)] == [None, 6000, 6000, None]


def test_an_absolute_schedule_begins_at_its_time() -> None:
    absolute = replace(DEFAULT, kind="Absolute", start_schedule=after(100))
    assert [limit(absolute, s) for s in (99, 100, 700)] == [None, 6000, 4000]


@pytest.mark.parametrize(("recurrency", "days"), [("Daily", 1), ("Weekly", 7)])
def test_a_recurring_schedule_begins_anew(recurrency: str, days: int) -> None:
    recurring = replace(DEFAULT, kind="Recurring", recurrency=recurrency, start_schedule=NOON - timedelta(days=70))
    day = 86_400
    assert [limit(recurring, s) for s in (0, 600, days * day - 1, days * day)] == [6000, 4000, 4000, 6000]
    assert min(changes_after(recurring, after(601), NOON)) == after(days * day)


def test_what_comes_next_is_known() -> None:
    bounded = replace(DEFAULT, valid_to=after(300), duration=900)
    assert sorted(changes_after(bounded, after(0), NOON)) == [after(300), after(600), after(900)]
    assert list(changes_after(DEFAULT, after(600), NOON)) == []


def plan(*profiles: Profile, connectors: int = 2) -> Plan:
    return Plan(profiles, OUTLET, dict.fromkeys(range(1, connectors + 1), NOON))


def one(limit: float, phases: int = 3, **facts: Any) -> Profile:
    return replace(DEFAULT, steps=(Step(0, limit, phases),), **facts)


def test_without_profiles_the_outlet_decides() -> None:
    assert plan().expected(1, NOON) == OUTLET
    assert plan().expected(0, NOON).watts == 22_000
    assert plan().next_change(NOON) is None


@pytest.mark.parametrize(
    ("profiles", "watts"),
    [
        ([one(5000)], 5000),
        ([one(50_000)], 11_000),
        ([one(5000, unit="A"), one(6, unit="A", stack_level=1)], 4140),
        ([one(16, phases=1, unit="A")], 3680),
        ([one(5000, stack_level=2), one(3000, stack_level=1)], 5000),
        ([one(5000, stack_level=2, valid_to=NOON), one(3000, stack_level=1)], 3000),
        ([one(5000), one(3000, connector_id=0)], 5000),
        ([one(5000), one(3000, connector_id=0, stack_level=1)], 3000),
        ([one(5000, connector_id=2)], 11_000),
        ([one(3000), one(5000, purpose="TxProfile")], 5000),
        ([one(3000, stack_level=5), one(5000, purpose="TxProfile")], 5000),
        ([one(3000), one(5000, purpose="TxProfile", valid_to=NOON)], 3000),
        ([one(5000), one(4000, purpose="ChargePointMaxProfile", connector_id=0)], 4000),
        ([one(5000), one(40_000, purpose="ChargePointMaxProfile", connector_id=0)], 5000),
    ],
    ids=[
        "a default",
        "more than the outlet has",
        "amperes on three phases",
        "amperes on one phase",
        "the higher of two",
        "the lower where the higher is over",
        "the connector's own before that of all",
        "that of all where it is higher",
        "another connector's",
        "a transaction's before the default",
        "whatever the levels",
        "the default where the transaction's is over",
        "never more than the whole",
        "the whole has more",
    ],
)
def test_purposes_and_stack_levels_are_merged_as_the_standard_says(profiles: list[Profile], watts: float) -> None:
    assert plan(*profiles).expected(1, NOON).watts == watts


def test_the_whole_draws_what_its_connectors_do_and_no_more_than_its_limit() -> None:
    assert plan(one(5000), one(3000, connector_id=2)).expected(0, NOON).watts == 8000
    most = one(6000, purpose="ChargePointMaxProfile", connector_id=0)
    assert plan(one(5000), one(3000, connector_id=2), most).expected(0, NOON).watts == 6000


def test_a_composite_schedule_has_a_period_for_each_change_and_no_other() -> None:
    night = one(2000, stack_level=1, kind="Absolute", start_schedule=after(300), duration=60)
    schedule = plan(DEFAULT, night).schedule(1, NOON, 3600, "W")
    told = [(p["start_period"], p["limit"]) for p in schedule["charging_schedule_period"]]
    assert told == [(0, 6000), (300, 2000), (360, 6000), (600, 4000)]
    in_amperes = plan(DEFAULT).schedule(1, NOON, 60, "A")["charging_schedule_period"]
    assert in_amperes == [{"start_period": 0, "limit": 8.7, "number_phases": 3}]


def test_a_schedule_without_end_is_told_no_further_than_makes_sense() -> None:
    daily = replace(DEFAULT, kind="Recurring", recurrency="Daily", start_schedule=NOON)
    periods = plan(daily).schedule(1, NOON, 2**31 - 1, "W")["charging_schedule_period"]
    assert len(periods) == 1000


def test_a_time_without_a_zone_is_in_utc() -> None:
    payload = {
        "charging_profile_id": 1,
        "stack_level": 0,
        "charging_profile_purpose": "TxDefaultProfile",
        "charging_profile_kind": "Absolute",
        "valid_from": "2026-06-15T12:00:00",
        "charging_schedule": {
            "charging_rate_unit": "A",
            "start_schedule": "2026-06-15T14:00:00+02:00",
            "charging_schedule_period": [{"start_period": 0, "limit": 6}],
        },
    }
    profile = read(1, payload, NOON)
    assert (profile.valid_from, profile.start_schedule) == (NOON, NOON)
    with pytest.raises(ValueError, match="soon"):
        read(1, {**payload, "valid_from": "soon"}, NOON)
