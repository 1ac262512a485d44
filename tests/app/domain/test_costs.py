"""What a session costs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.costs import Cost, cost, rounded
from app.domain.pauses import Pause
from app.domain.sessions import Session, State
from app.domain.tariffs import Tariff

BEGIN = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def minute(number: float) -> datetime:
    return BEGIN + timedelta(minutes=number)


def tariff(**facts: Any) -> Tariff:
    return Tariff("t", "Day", **{"currency": "EUR", **facts})


def session(of: Tariff | None, wh: int = 0, minutes: float = 60, **facts: Any) -> Session:
    """Return a finished session that drew so much and took so long."""
    usual = {"authorization": "Accepted", "started_at": BEGIN, "stopped_at": minute(minutes)}
    return Session("s", "CP", 1, "TAG", **{"state": State.COMPLETED, **usual, **_meter(wh), "tariff": of, **facts})


def _meter(wh: int) -> dict[str, int]:
    return {"meter_start": 1000, "meter_stop": 1000 + wh}


def costs(one: Session, now: datetime = BEGIN) -> Cost:
    found = cost(one, now)
    assert found is not None
    return found


def amounts(found: Cost) -> dict[str, int]:
    return {line.kind: line.amount for line in found.lines}


# The lines


@pytest.mark.parametrize(
    ("prices", "wh", "minutes", "paid"),
    [
        ({"price_per_kwh": 59}, 10_000, 60, {"energy": 590}),
        ({"price_per_kwh": 59}, 12_345, 60, {"energy": 728}),
        ({"price_per_kwh": 50}, 10, 60, {"energy": 1}),
        ({"price_per_kwh": 50}, 9, 60, {"energy": 0}),
        ({"price_per_minute": 5}, 0, 60, {"time": 300}),
        ({"price_per_minute": 5}, 0, 0.1, {"time": 1}),
        ({"session_fee": 100}, 0, 0, {"session": 100}),
        (
            {"price_per_kwh": 59, "price_per_minute": 5, "session_fee": 100},
            1000,
            2,
            {"energy": 59, "time": 10, "session": 100},
        ),
        ({}, 10_000, 60, {}),
    ],
)
def test_each_price_makes_a_line(prices: dict[str, int], wh: int, minutes: float, paid: dict[str, int]) -> None:
    found = costs(session(tariff(**prices), wh, minutes))
    assert amounts(found) == paid
    assert (found.net, found.vat, found.total) == (sum(paid.values()), 0, sum(paid.values()))
    assert (found.provisional, found.estimated) == (False, False)


@pytest.mark.parametrize(
    ("prices", "pauses", "paid"),
    [
        ({}, [], {"time": 300, "idle": 0}),
        ({}, [(40, None)], {"time": 200, "idle": 400}),
        ({"idle_grace_minutes": 15}, [(40, None)], {"time": 275, "idle": 100}),
        ({"idle_grace_minutes": 15}, [(40, 50)], {"time": 300, "idle": 0}),
        ({"idle_grace_minutes": 15}, [(10, 20), (40, 50)], {"time": 275, "idle": 100}),
        ({"idle_grace_minutes": 15}, [(60, None)], {"time": 300, "idle": 0}),
        ({"idle_grace_minutes": 15}, [(70, 90)], {"time": 300, "idle": 0}),
        ({"idle_fee_per_minute": 0}, [(40, None)], {"time": 300}),
    ],
)
def test_each_minute_is_paid_once(
    prices: dict[str, int], pauses: list[tuple[int, int | None]], paid: dict[str, int]
) -> None:
    of = tariff(**{"price_per_minute": 5, "idle_fee_per_minute": 20, **prices})
    idle = tuple(Pause(minute(since), None if until is None else minute(until)) for since, until in pauses)
    assert amounts(costs(session(of, pauses=idle))) == paid


def test_a_line_says_what_it_counted() -> None:
    of = tariff(price_per_kwh=59, price_per_minute=5, idle_fee_per_minute=10, session_fee=100)
    found = costs(session(of, 12_345, 60.5, pauses=(Pause(minute(45)),)))
    assert [(line.kind, line.quantity, line.unit, line.price) for line in found.lines] == [
        ("energy", 12_345, "Wh", 59),
        ("time", 2700, "s", 5),
        ("idle", 930, "s", 10),
        ("session", 1, "session", 100),
    ]


# VAT


@pytest.mark.parametrize(
    ("included", "rate", "net", "vat", "total"),
    [
        (True, 1900, 100, 19, 119),
        (False, 1900, 119, 23, 142),
        (True, 810, 110, 9, 119),
        (False, 2550, 119, 30, 149),
        (True, 0, 119, 0, 119),
        (True, 10_000, 59, 60, 119),
    ],
)
def test_vat_is_in_the_sum_or_comes_to_it(included: bool, rate: int, net: int, vat: int, total: int) -> None:
    found = costs(session(tariff(session_fee=119, vat_basis_points=rate, vat_included=included)))
    assert (found.net, found.vat, found.total) == (net, vat, total)


@pytest.mark.parametrize(("numerator", "expected"), [(0, 0), (49, 0), (50, 1), (149, 1), (150, 2), (151, 2)])
def test_a_half_is_rounded_up(numerator: int, expected: int) -> None:
    assert rounded(numerator, 100) == expected


# What costs nothing


def test_without_a_tariff_there_is_no_cost() -> None:
    assert cost(session(None, 10_000), BEGIN) is None


@pytest.mark.parametrize("status", ["Invalid", "Blocked", "Expired", "ConcurrentTx"])
def test_a_transaction_that_was_refused_costs_nothing(status: str) -> None:
    found = costs(session(tariff(price_per_kwh=59, session_fee=100), 10_000, authorization=status))
    assert (found.lines, found.total, found.estimated) == ((), 0, False)


@pytest.mark.parametrize("state", [State.REQUESTED, State.WAITING_FOR_VEHICLE, State.EXPIRED, State.FAILED])
def test_what_has_not_begun_costs_nothing(state: State) -> None:
    asked = session(tariff(session_fee=100), state=state, started_at=None, authorization=None)
    assert (costs(asked).lines, costs(asked).total) == ((), 0)


def test_a_stop_before_the_start_costs_no_time() -> None:
    found = costs(session(tariff(price_per_minute=5, idle_fee_per_minute=5), minutes=-10))
    assert amounts(found) == {"time": 0, "idle": 0}


def test_a_charge_points_clock_that_is_ahead_makes_no_time_negative() -> None:
    running = session(tariff(price_per_minute=5), state=State.CHARGING, stopped_at=None)
    assert costs(running, minute(-3)).total == 0


# What is not certain


@pytest.mark.parametrize(
    ("facts", "provisional", "estimated"),
    [
        ({}, False, False),
        ({"provisional_end": True}, True, False),
        ({"meter_stop": None}, False, True),
        ({"meter_stop": None, "last_register_wh": 2000.0}, False, True),
        ({"state": State.CHARGING, "stopped_at": None, "meter_stop": None}, True, True),
        ({"state": State.CHARGING, "stopped_at": None, "meter_stop": None, "last_register_wh": 2000.0}, True, False),
    ],
)
def test_a_cost_says_how_certain_it_is(facts: dict[str, Any], provisional: bool, estimated: bool) -> None:
    found = costs(session(tariff(price_per_kwh=59), 5000, **facts))
    assert (found.provisional, found.estimated) == (provisional, estimated)


def test_where_energy_costs_nothing_an_unknown_meter_is_no_matter() -> None:
    assert costs(session(tariff(price_per_minute=5), meter_stop=None)).estimated is False


# Whatever the numbers

_PRICES = st.builds(
    tariff,
    price_per_kwh=st.integers(0, 10**9),
    price_per_minute=st.integers(0, 10**9),
    session_fee=st.integers(0, 10**9),
    idle_fee_per_minute=st.integers(0, 10**9),
    idle_grace_minutes=st.integers(0, 120),
    vat_basis_points=st.integers(0, 10_000),
    vat_included=st.booleans(),
)
_MS = st.integers(-3_600_000, 48 * 3_600_000)


def _moment(ms: int) -> datetime:
    return BEGIN + timedelta(milliseconds=ms)


@st.composite
def _pauses(draw: st.DrawFn) -> tuple[Pause, ...]:
    times = [_moment(ms) for ms in sorted(draw(st.lists(_MS, max_size=7)))]
    return tuple(Pause(since, until) for since, until in zip_longest(times[::2], times[1::2]))


@given(_PRICES, _pauses(), _MS, _MS, st.integers(0, 10**7), st.integers(0, 10**7))
def test_a_cost_never_falls_and_its_parts_are_the_whole(
    of: Tariff, pauses: tuple[Pause, ...], one: int, other: int, wh: int, more: int
) -> None:
    running = session(of, state=State.CHARGING, stopped_at=None, meter_stop=None, pauses=pauses)
    sooner, later = sorted((one, other))
    before = costs(replace(running, last_register_wh=1000.0 + min(wh, more)), _moment(sooner))
    after = costs(replace(running, last_register_wh=1000.0 + max(wh, more)), _moment(later))
    assert 0 <= before.total <= after.total
    for found in (before, after):
        assert all(line.amount >= 0 and line.quantity >= 0 for line in found.lines)
        assert sum(line.amount for line in found.lines) == (found.total if of.vat_included else found.net)
        assert found.net + found.vat == found.total
        assert found.net >= 0
        assert found.vat >= 0
