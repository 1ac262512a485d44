"""Energy from samples of the power."""

from datetime import UTC, datetime, timedelta
from functools import reduce

import pytest

from app.domain.power import Span, joined, sample

START = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def at(minutes: float, power_w: float) -> Span:
    return sample(START + timedelta(minutes=minutes), power_w)


def drawn(*samples: tuple[float, float]) -> float:
    return reduce(joined, (at(*each) for each in samples)).wh


@pytest.mark.parametrize(
    ("samples", "wh"),
    [
        ([(0, 7000)], 0),
        ([(0, 6000), (30, 6000)], 3000),
        ([(0, 0), (60, 6000)], 3000),
        ([(0, 6000), (30, 6000), (60, 0)], 4500),
        ([(0, 6000), (61, 6000)], 0),
        ([(0, 6000), (61, 6000), (91, 6000)], 3000),
        ([(0, -6000), (30, -6000)], 0),
    ],
)
def test_power_adds_up_between_samples_that_are_not_far_apart(samples: list[tuple[float, float]], wh: float) -> None:
    assert drawn(*samples) == pytest.approx(wh)


def test_in_whatever_groups_they_come_it_is_the_same() -> None:
    a, b, c, d = at(0, 1000), at(10, 5000), at(20, 3000), at(30, 0)
    one_by_one = joined(joined(joined(a, b), c), d)
    in_pairs = joined(joined(a, b), joined(c, d))
    assert one_by_one.wh == pytest.approx(in_pairs.wh)
    assert (in_pairs.begin_w, in_pairs.end_at) == (1000, START + timedelta(minutes=30))
