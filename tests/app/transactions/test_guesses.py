"""Who asks for unknown tags, counted."""

from datetime import UTC, datetime, timedelta

import pytest

from app.transactions import guesses
from app.transactions.guesses import LIMIT, WINDOW, Guesses

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def test_so_many_a_minute_are_too_many() -> None:
    counted = Guesses()
    assert [counted.count("CP", NOW) for _ in range(LIMIT)] == [False] * (LIMIT - 1) + [True]
    assert counted.too_many("CP", NOW)
    assert not counted.too_many("CP2", NOW)


def test_a_minute_later_they_are_forgotten() -> None:
    counted = Guesses()
    for _ in range(LIMIT):
        counted.count("CP", NOW)
    assert counted.too_many("CP", NOW + WINDOW - timedelta(seconds=1))
    assert not counted.too_many("CP", NOW + WINDOW)


def test_no_more_charge_points_are_remembered_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guesses, "REMEMBERED", 2)
    counted = Guesses()
    for _ in range(LIMIT):
        counted.count("CP", NOW)
    counted.count("CP2", NOW)
    counted.count("CP3", NOW)
    assert not counted.too_many("CP", NOW)
