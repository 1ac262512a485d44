"""Instants as forms have them: written and read in the reader's time."""

from datetime import datetime
from typing import Any, cast

from flask_babel import get_timezone

from app.domain.times import parse_time


def read_moment(text: str) -> datetime | None:
    """Read what a field for date and time has sent; None when it is no such thing."""
    try:
        typed = datetime.fromisoformat(text)
        if typed.tzinfo is None:
            typed = cast(datetime, cast(Any, get_timezone()).localize(typed))
    except (ValueError, OverflowError):
        return None
    return parse_time(typed.isoformat())


def write_moment(moment: datetime | None) -> str:
    """Write an instant so that a field for date and time shows it."""
    if moment is None:
        return ""
    return moment.astimezone(cast(Any, get_timezone())).strftime("%Y-%m-%dT%H:%M:%S")
