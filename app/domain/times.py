"""Times as chargers write them, read tolerantly, and as we write them."""

import contextlib
import re
from datetime import UTC, datetime, timedelta, timezone

_ISO = re.compile(
    r"\s*(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*"
    r"(?:([Zz])|([+-])(\d{2})(?::?(\d{2}))?)?\s*"
)
TRUSTED_FROM = datetime(2020, 1, 1, tzinfo=UTC)
TRUSTED_AHEAD = timedelta(days=1)
CLOCK_SLACK = timedelta(minutes=5)


def parse_time(text: object) -> datetime | None:
    """Return the instant a charge point meant, to the millisecond, or None when it cannot be known.

    Accepts fractional seconds, offsets (`Z`, `+02`, `+02:00`, `+0200`), a leap second, and no zone at all, which
    means UTC (OCPP 1.6 errata §3.10 and what chargers send).
    """
    if not isinstance(text, str) or len(text) > 64:
        return None
    # As nearly everybody writes it, 2026-01-31T12:00:00.000Z, the standard library reads it ten times as fast.
    if len(text) == 24 and text[7] == "-" and text[10] == "T" and text[19] == "." and text[23] == "Z":
        with contextlib.suppress(ValueError):
            return datetime.fromisoformat(text)
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, _zulu, sign, off_hours, off_minutes = match.groups()
    offset = timedelta(hours=int(off_hours or 0), minutes=int(off_minutes or 0))
    leap = second == "60"
    try:
        moment = datetime(
            int(year),
            int(month),
            int(day),
            int(hour),
            int(minute),
            59 if leap else int(second or 0),
            int((fraction or "0").ljust(3, "0")[:3]) * 1000,
            tzinfo=timezone(-offset if sign == "-" else offset),
        )
        return moment.astimezone(UTC) + timedelta(seconds=1 if leap else 0)
    except (ValueError, OverflowError):
        return None


def trusted(moment: datetime | None, now: datetime) -> bool:
    """Tell whether a charger's time is believable: clocks before their first sync say 1970, broken ones 2099."""
    return moment is not None and TRUSTED_FROM <= moment <= now + TRUSTED_AHEAD


def event_time(text: object, received_at: datetime) -> datetime:
    """Return the charger's time where it is believable, else the time we received the message.

    Nothing has happened yet that is to happen later: a clock that is hours ahead, such as one that shows local time
    as UTC, would otherwise have its say until the real time has caught up with it.
    """
    moment = parse_time(text)
    if moment is None or not trusted(moment, received_at) or moment > received_at + CLOCK_SLACK:
        return received_at
    return moment


def iso(moment: datetime) -> str:
    """Write an instant as ISO 8601 UTC with milliseconds, as REST answers and OCPP payloads carry it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
