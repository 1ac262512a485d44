"""When a vehicle drew nothing although it could have."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.pauses import MOST, Pause, idle_time, pauses_after

BEGIN = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def minute(number: int) -> datetime:
    return BEGIN + timedelta(minutes=number)


def told(*statuses: tuple[int, str]) -> tuple[Pause, ...]:
    """Return the pauses after statuses that were told at some minutes of a transaction."""
    pauses: tuple[Pause, ...] = ()
    for at, status in statuses:
        pauses = pauses_after(pauses, status, minute(at), BEGIN)
    return pauses


@pytest.mark.parametrize("status", ["SuspendedEV", "Finishing"])
def test_a_vehicle_that_stops_drawing_is_idle_until_it_draws_again(status: str) -> None:
    assert told((10, status)) == (Pause(minute(10)),)
    assert told((10, status), (12, status)) == (Pause(minute(10)),)
    assert told((10, status), (15, "Charging")) == (Pause(minute(10), minute(15)),)


def test_full_and_then_finishing_is_one_pause() -> None:
    assert told((10, "SuspendedEV"), (20, "Finishing")) == (Pause(minute(10)),)


@pytest.mark.parametrize("status", ["Charging", "SuspendedEVSE", "Faulted", "Unavailable", "Available", "", "Nonsense"])
def test_nothing_else_is_the_vehicles_doing(status: str) -> None:
    assert told((10, status)) == ()
    assert told((10, "SuspendedEV"), (20, status), (30, status)) == (Pause(minute(10), minute(20)),)


def test_a_pause_from_before_the_start_counts_from_the_start() -> None:
    assert told((-5, "SuspendedEV")) == (Pause(BEGIN),)
    assert told((-5, "SuspendedEV"), (-2, "Charging")) == (Pause(BEGIN, BEGIN),)


def test_a_broken_contact_does_not_fill_the_database() -> None:
    flapping = [(n, "Charging" if n % 2 else "SuspendedEV") for n in range(3 * MOST)]
    assert len(told(*flapping)) == MOST


@pytest.mark.parametrize(
    ("end", "minutes"),
    [(5, 0), (10, 0), (12, 2), (20, 10), (30, 10), (45, 15), (-5, 0)],
    ids=lambda value: str(value),
)
def test_idle_time_is_that_of_all_pauses_before_the_end(end: int, minutes: int) -> None:
    pauses = told((10, "SuspendedEV"), (20, "Charging"), (40, "SuspendedEV"))
    assert idle_time(pauses, BEGIN, minute(end)) == timedelta(minutes=minutes)
