"""What a session drew."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.sessions import MOST_PER_SESSION_WH, Energy, Session, State, energy


def session(**facts: Any) -> Session:
    return Session("s", "CP", 1, "TAG", State.COMPLETED, **facts)


@pytest.mark.parametrize(
    ("facts", "drawn"),
    [
        ({}, Energy(0, "estimate")),
        ({"meter_start": 100}, Energy(0, "estimate")),
        ({"meter_stop": 100}, Energy(0, "estimate")),
        ({"meter_start": 100, "meter_stop": 350}, Energy(250, "meter")),
        ({"meter_start": 100, "meter_stop": 100}, Energy(0, "meter")),
    ],
)
def test_the_meter_at_both_ends_is_the_best_witness(facts: dict[str, Any], drawn: Energy) -> None:
    assert energy(session(**facts)) == drawn


def test_while_it_runs_the_last_sample_counts_from_the_start() -> None:
    assert energy(session(meter_start=1000, first_register_wh=1100, last_register_wh=1900)) == Energy(900, "samples")


def test_a_stop_below_the_start_is_not_believed() -> None:
    drawn = energy(session(meter_start=97, meter_stop=8, first_register_wh=97, last_register_wh=150))
    assert drawn == Energy(53, "samples")


def test_a_stop_below_the_start_without_samples_claims_nothing() -> None:
    assert energy(session(meter_start=97, meter_stop=8)) == Energy(0, "estimate")


def test_an_unknown_reading_at_the_start_is_not_zero() -> None:
    assert energy(session(meter_stop=1_234_567)) == Energy(0, "estimate")
    told = energy(session(meter_stop=1_234_567, first_register_wh=1_230_000, last_register_wh=1_234_000))
    assert told == Energy(4000, "samples")


def test_samples_of_a_register_that_begins_at_zero_are_compared_with_each_other() -> None:
    drawn = energy(session(meter_start=500_000, first_register_wh=0, last_register_wh=2500.4))
    assert drawn == Energy(2500, "samples")


def test_samples_of_a_lifetime_register_are_not_compared_with_a_start_at_zero() -> None:
    drawn = energy(session(meter_start=0, first_register_wh=5_000_000, last_register_wh=5_002_000))
    assert drawn == Energy(2000, "samples")


def test_more_than_any_vehicle_takes_is_not_believed() -> None:
    overflow = session(meter_start=0, meter_stop=2**32 - 1, first_register_wh=10, last_register_wh=900)
    assert energy(overflow) == Energy(900, "samples")


_READINGS = st.one_of(st.none(), st.integers(0, 2**53))
_SAMPLES = st.one_of(st.none(), st.floats(-1e12, 1e12))


@given(_READINGS, _READINGS, _SAMPLES, _SAMPLES)
def test_energy_is_never_negative_and_never_absurd(
    start: int | None, stop: int | None, first: float | None, last: float | None
) -> None:
    drawn = energy(session(meter_start=start, meter_stop=stop, first_register_wh=first, last_register_wh=last))
    assert 0 <= drawn.wh <= MOST_PER_SESSION_WH
    assert drawn.source in ("meter", "samples", "estimate")
