"""A driver's months in sums."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.domain.costs import cost
from app.domain.months import Sums, by_month, later
from app.domain.sessions import Session, State
from app.domain.tariffs import Tariff

NOW = datetime(2030, 3, 1, 12, tzinfo=UTC)
BAHT = Tariff("t", "Day", "THB", price_per_kwh=790, vat_basis_points=700, vat_included=False)
EURO = Tariff("e", "Day", "EUR", price_per_kwh=39)


def session(wh: int = 1000, tariff: Tariff | None = BAHT, days_ago: int = 0, **facts: Any) -> Session:
    at = NOW - timedelta(days=days_ago)
    facts = {"created_at": at, "started_at": at, "stopped_at": at, "meter_start": 0, "meter_stop": wh, **facts}
    return Session("s", "CP", 1, "TAG", State.COMPLETED, tariff=tariff, **facts)


def month_of(one: Session) -> date:
    assert one.created_at is not None
    return one.created_at.date().replace(day=1)


def test_each_month_has_its_own_sums_and_each_currency_its_own() -> None:
    march = [session(1500), session(500, EURO), session(2000, None)]
    february = [session(700, days_ago=1), session(700, days_ago=2)]
    sums = by_month([*march, *february], month_of, NOW)
    assert sums == {
        date(2030, 3, 1): Sums(3, 4000, {"THB": 1268, "EUR": 20}),
        date(2030, 2, 1): Sums(2, 1400, {"THB": 1184}),
    }


def test_money_is_the_sum_of_what_each_session_was_rounded_to() -> None:
    sessions = [session(wh) for wh in (1, 333, 999)]
    (sums,) = by_month(sessions, month_of, NOW).values()
    each = [cost(one, NOW) for one in sessions]
    assert sums.money["THB"] == sum(one.total for one in each if one)


def test_what_never_began_counts_for_nothing_but_its_month_is_known() -> None:
    never = session(started_at=None, meter_start=None, meter_stop=None)
    assert by_month([never], month_of, NOW) == {date(2030, 3, 1): Sums()}


@pytest.mark.parametrize(
    ("month", "by", "found"),
    [
        (date(2030, 12, 1), 1, date(2031, 1, 1)),
        (date(2030, 1, 1), -1, date(2029, 12, 1)),
        (date(2030, 3, 1), -11, date(2029, 4, 1)),
        (date(2030, 3, 1), 0, date(2030, 3, 1)),
    ],
)
def test_months_go_on_over_the_turn_of_the_year(month: date, by: int, found: date) -> None:
    assert later(month, by) == found
