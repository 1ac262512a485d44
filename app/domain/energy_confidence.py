"""How far a session's energy can be trusted: a rule for people who are to pay by it."""

from datetime import timedelta
from typing import Literal

from app.domain.sessions import ENDED, Energy, Session

Confidence = Literal["high", "medium", "low"]

# More than any charge point gives (the Megawatt Charging System ends at 3.75 MW): the register has jumped.
MOST_POWER_W = 4_000_000
# What a register may jump by in no time: it is read a moment before or after the time that is told.
_SLACK_WH = 1000
# Samples that end so long before their session leave its last part unknown.
_LONGEST_GAP = timedelta(minutes=30)


def confidence(session: Session, drawn: Energy) -> Confidence:
    """Return `high` where the meter was read at both ends and nothing speaks against it, `medium` for samples without
    a gap, `low` for an estimate, an end that is not told yet, a gap, and a register that jumped."""
    if drawn.source == "estimate" or session.provisional_end or _jumped(session, drawn):
        return "low"
    if drawn.source == "meter":
        return "high"
    return "low" if _has_gap(session) else "medium"


def _jumped(session: Session, drawn: Energy) -> bool:
    """Tell whether more was drawn than can have been, or less than the samples say."""
    begin, end = session.started_at, session.stopped_at or session.metered_at
    if begin is not None and end is not None:
        hours = max(timedelta(), end - begin) / timedelta(hours=1)
        if drawn.wh > hours * MOST_POWER_W + _SLACK_WH:
            return True
    first, last = session.first_register_wh, session.last_register_wh
    if first is None or last is None:
        return False
    return last < first or (drawn.source == "meter" and last - first > drawn.wh + _SLACK_WH)


def _has_gap(session: Session) -> bool:
    if session.state not in ENDED or session.stopped_at is None:
        return False
    return session.metered_at is None or session.stopped_at - session.metered_at > _LONGEST_GAP
