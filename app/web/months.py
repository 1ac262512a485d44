"""Months as the reader's clock and calendar have them, and a driver's last twelve in sums."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from flask_babel import get_timezone

from app.api.context import services
from app.domain.months import Sums, by_month, later
from app.domain.sessions import Session

SHOWN = 12
# Of who charges more often than this in a year, the older months are left out: half a month is no sum.
MOST = 2_000
_MONTH = re.compile(r"(20\d{2})-(0[1-9]|1[0-2])")


def read_month(text: str) -> date | None:
    """Read a month as `2030-12`; None when it is none."""
    found = _MONTH.fullmatch(text)
    return date(int(found[1]), int(found[2]), 1) if found else None


def month_at(moment: datetime) -> date:
    """Return the month that an instant is in where the reader is."""
    there = moment.astimezone(get_timezone())
    return date(there.year, there.month, 1)


def month_of(session: Session) -> date:
    return month_at(session.created_at or services.now())


def begin_of(month: date) -> datetime:
    """Return when a month begins where the reader is."""
    zone = cast(Any, get_timezone())
    return cast(datetime, zone.localize(datetime.combine(month, time())))


def last_months(username: str) -> Mapping[date, Sums]:
    """Return a driver's last twelve months, the oldest first; none when nothing was charged in any of them."""
    now = services.now()
    this = month_at(now)
    first = later(this, 1 - SHOWN)
    end = now + timedelta(days=1)
    found = services.storage.sessions.of_user_between(username, begin_of(first), end, MOST)
    if len(found) == MOST:
        first = later(month_of(found[-1]), 1)
    sums = by_month(found, month_of, now)
    months = {month: sums.get(month, Sums()) for month in (later(this, -ago) for ago in reversed(range(SHOWN)))}
    return (
        {month: each for month, each in months.items() if month >= first}
        if any(each.sessions for each in sums.values())
        else {}
    )
