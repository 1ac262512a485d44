"""Times as chargers write them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.times import CLOCK_SLACK, event_time, iso, parse_time, trusted

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-06-15T12:00:00Z", NOW),
        ("2026-06-15T12:00:00z", NOW),
        ("2026-06-15T12:00Z", NOW),
        ("2026-06-15 12:00:00Z", NOW),
        (" 2026-06-15T12:00:00Z ", NOW),
        ("2026-06-15T14:00:00+02:00", NOW),
        ("2026-06-15T14:00:00+0200", NOW),
        ("2026-06-15T14:00:00+02", NOW),
        ("2026-06-16T02:00:00+14:00", NOW),
        ("2026-06-15T00:00:00-12:00", NOW),
        ("2026-06-15T12:00:00", NOW),
        ("2026-06-15T12:00:00.25Z", NOW + timedelta(milliseconds=250)),
        ("2026-06-15T12:00:00,25Z", NOW + timedelta(milliseconds=250)),
        ("2026-06-15T12:00:00.123456789Z", NOW + timedelta(milliseconds=123)),
        ("2026-06-15T11:59:60Z", NOW),
    ],
)
def test_a_time_is_read_however_it_is_written(written: str, meant: datetime) -> None:
    assert parse_time(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        *("banana", "", "2026-06-15", "222222017-10-27T19:10:11.000Z", "2022-02-29T00:00:00Z", "2026-13-01T00:00:00Z"),
        *("2026-06-15T25:00:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:60Z"),
        *("2026-06-15T12:00:00+99:99", "2026-06-15T12:00:00Z" + " " * 100, None, 1781524800, ["2026-06-15T12:00:00Z"]),
    ],
)
def test_what_is_no_time_is_none(written: object) -> None:
    assert parse_time(written) is None


@given(
    st.one_of(st.text(), st.from_regex(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d(:?\d\d)?)?"))
)
def test_reading_a_time_never_raises_and_gives_an_instant_that_can_be_written_again(text: str) -> None:
    moment = parse_time(text)
    assert moment is None or parse_time(iso(moment)) == moment


@pytest.mark.parametrize("written", ["1970-01-01T00:00:35Z", "2099-01-01T00:00:00Z", "banana", None])
def test_an_unbelievable_clock_is_replaced_by_ours(written: object) -> None:
    assert not trusted(parse_time(written), NOW)
    assert event_time(written, NOW) == NOW


def test_a_transaction_queued_for_a_week_keeps_its_own_times() -> None:
    assert event_time(iso(NOW - timedelta(days=7)), NOW) == NOW - timedelta(days=7)


def test_a_clock_that_runs_a_little_ahead_is_believed() -> None:
    assert event_time(iso(NOW + timedelta(seconds=2)), NOW) == NOW + timedelta(seconds=2)


def test_nothing_has_happened_that_is_to_happen_in_two_hours() -> None:
    assert event_time(iso(NOW + timedelta(hours=2)), NOW) == NOW


@given(st.text(max_size=80), st.datetimes(datetime(2021, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_no_event_is_later_than_now_but_for_the_clocks_slack(text: str, now: datetime) -> None:
    assert event_time(text, now) <= now + CLOCK_SLACK
