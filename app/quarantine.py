"""Transaction messages that were set aside, settled by a person: nothing is to be done, or they end a session."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from app.domain.phrases import Phrase
from app.domain.session_hints import BY_STAFF
from app.domain.sessions import ENDED, MOST_PER_SESSION_WH, RUNNING, Session
from app.domain.times import CLOCK_SLACK
from app.domain.transactions import Stop, read_stop
from app.errors import BadInput, Conflict, NotFound
from app.storage.database import Storage
from app.storage.records import Quarantined, Settlement

STOP = "StopTransaction"
_CLOSED_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class End:
    """How a session is to end: which one, with which reading of the meter, when."""

    session_id: str
    meter_stop: int
    stopped_at: datetime


class Quarantines:
    """The use cases of staff. What is settled stays in the list, with who has settled it and how."""

    def __init__(self, storage: Storage, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._now = now

    def get(self, quarantine_id: str) -> Quarantined:
        one = self._storage.quarantine.get(quarantine_id)
        if one is None:
            raise NotFound("there is no such message, or it was forgotten")
        return one

    def dismiss(self, quarantine_id: str, note: str, by: str) -> Quarantined:
        """Settle a message of which nothing is to be done. Raises NotFound, Conflict."""
        self._unsettled(quarantine_id)
        return self._settle(quarantine_id, Settlement("dismissed", by, self._now(), note))

    def end_session(self, quarantine_id: str, end: End, note: str | None, by: str) -> tuple[Quarantined, Session]:
        """End a session of the same charge point, as if the message had named it. Raises NotFound, BadInput, Conflict.

        A stop that the charge point tells of it later is set aside in its turn, and a repetition of this message
        changes nothing.
        """
        one = self._unsettled(quarantine_id)
        session = self._storage.sessions.get(end.session_id)
        if session is None or session.charge_point_id != one.charge_point_id:
            raise BadInput("session_id", "there is no such session at this charge point")
        self._require_plausible(session, end)
        stop = read_message(one)
        changes: dict[str, Any] = {
            "meter_stop": end.meter_stop,
            "stopped_at": end.stopped_at,
            "stop_reason": stop.reason if stop else None,
            "stop_key": stop.key if stop else None,
            "power_w": None,
            **BY_STAFF.told(),
        }
        ended = self._storage.sessions.end(session.session_id, changes)
        if ended is None:
            raise _ended(session)
        how = Settlement("session_ended", by, self._now(), note, end.session_id, end.meter_stop, end.stopped_at)
        return self._settle(quarantine_id, how), ended

    def candidates(self, one: Quarantined) -> list[Session]:
        """Return the sessions that a message can have been about: those that run there, and those that were closed
        within a month for want of a stop."""
        running = [s for s in self._storage.sessions.open_on(one.charge_point_id) if s.state in RUNNING]
        return running + self._storage.sessions.closed_without_stop(one.charge_point_id, self._now() - _CLOSED_FOR)

    def _unsettled(self, quarantine_id: str) -> Quarantined:
        one = self.get(quarantine_id)
        if one.settlement is not None:
            raise _settled()
        return one

    def _settle(self, quarantine_id: str, how: Settlement) -> Quarantined:
        settled = self._storage.quarantine.settle(quarantine_id, how)
        if settled is None:
            raise _settled()
        return settled

    def _require_plausible(self, session: Session, end: End) -> None:
        if session.state in ENDED and not session.provisional_end:
            raise _ended(session)
        if session.transaction_id is None:
            raise Conflict("session_not_started", "charging has not begun; the request ends by itself")
        start = session.meter_start or 0
        if not start <= end.meter_stop <= start + MOST_PER_SESSION_WH:
            words = "must be from %(start)d Wh, the reading at the start, on, and not far beyond"
            raise BadInput("meter_stop", Phrase(words, start=start))
        if session.started_at is not None and end.stopped_at < session.started_at:
            raise BadInput("stopped_at", "must not be before the session began")
        if end.stopped_at > self._now() + CLOCK_SLACK:
            raise BadInput("stopped_at", "must not be in the future")


def read_message(one: Quarantined) -> Stop | None:
    """Return what a message says of an end; None when it is about something else."""
    if one.action != STOP:
        return None
    return read_stop(one.charge_point_id, orjson.loads(one.payload), one.received_at)


def _settled() -> Conflict:
    return Conflict("already_settled", "somebody has settled this message already")


def _ended(session: Session) -> Conflict:
    return Conflict("session_ended", f"this session is {session.state.value} already")
