"""A driver's months: how often, how much energy, how much money."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from app.domain.costs import cost
from app.domain.sessions import Session, energy


@dataclass(slots=True)
class Sums:
    """`sessions` are those that have begun; `money` is minor units by currency, of what has a tariff."""

    sessions: int = 0
    wh: int = 0
    money: dict[str, int] = field(default_factory=dict)

    def add(self, session: Session, now: datetime) -> None:
        """Count a session in, so far if it runs; one that never began is nothing."""
        if session.started_at is None:
            return
        self.sessions += 1
        self.wh += energy(session).wh
        if to_pay := cost(session, now):
            currency = to_pay.tariff.currency
            self.money[currency] = self.money.get(currency, 0) + to_pay.total


def by_month(sessions: Iterable[Session], month_of: Callable[[Session], date], now: datetime) -> Mapping[date, Sums]:
    """Return the sums of months, each known by its first day; `month_of` tells where a session belongs."""
    months: dict[date, Sums] = {}
    for session in sessions:
        months.setdefault(month_of(session), Sums()).add(session, now)
    return months


def later(month: date, by: int) -> date:
    """Return the month so many months later, or earlier where `by` is negative."""
    whole = month.year * 12 + month.month - 1 + by
    return date(whole // 12, whole % 12 + 1, 1)
