"""When charging is to end by itself: the first rule reached, and when the clock alone will have reached one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.stop_rules import SoFar, StopAt, due_at, fault, pause_after, reached

START = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
ALL = StopAt(energy_wh=5000, minutes=60, time=START + timedelta(hours=2), soc=80, cost=1500)


def so_far(minutes: float = 1, **facts: Any) -> SoFar:
    known: dict[str, Any] = {"started_at": START, "energy_wh": 0, "soc": None, "cost": None, **facts}
    return SoFar(now=START + timedelta(minutes=minutes), **known)


@pytest.mark.parametrize(
    ("known", "rule"),
    [
        (so_far(), None),
        (so_far(energy_wh=4999, soc=79.9, minutes=59.9, cost=1499), None),
        (so_far(energy_wh=5000), "energy_wh"),
        (so_far(soc=80.0), "soc"),
        (so_far(cost=1500), "cost"),
        (so_far(minutes=60), "minutes"),
        (so_far(minutes=120, started_at=None), "time"),
        (so_far(minutes=60, started_at=None), None),
    ],
)
def test_the_first_rule_reached_is_told(known: SoFar, rule: str | None) -> None:
    assert reached(ALL, known) == rule


def test_without_rules_nothing_is_reached() -> None:
    assert reached(StopAt(), so_far(minutes=10_000, energy_wh=10**6, soc=100.0)) is None


@pytest.mark.parametrize(
    ("rules", "when"),
    [
        (StopAt(minutes=60), START + timedelta(hours=1)),
        (StopAt(time=START + timedelta(hours=2)), START + timedelta(hours=2)),
        (StopAt(minutes=60, time=START + timedelta(hours=2)), START + timedelta(hours=1)),
        (StopAt(minutes=60, soc=80), None),
        (StopAt(minutes=60, cost=1), None),
        (StopAt(time=START + timedelta(hours=2), energy_wh=1), None),
    ],
)
def test_what_only_the_clock_can_reach_needs_no_look_before(rules: StopAt, when: datetime | None) -> None:
    assert due_at(rules, START) == when


def test_a_time_in_the_past_is_a_fault() -> None:
    assert fault(StopAt(time=START), START) == ("stop_at.time", "is in the past")
    assert fault(ALL, START) is None


def test_pauses_grow_up_to_five_minutes() -> None:
    pauses = [pause_after(attempt).total_seconds() for attempt in range(1, 11)]
    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300, 300, 300]
