"""Drivers' rules for the end of charging, and stops pressed while a charge point was away: kept with the session,
looked at by the clock, carried out when reached."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from ocpp.v16 import call
from ocpp.v16.enums import RemoteStartStopStatus

from app.command_outcomes import OUTCOME_UNKNOWN
from app.commands import Commands
from app.domain.costs import cost
from app.domain.session_hints import NOTHING, OF_STOP_RULES, STOP_ASKED_AGAIN, STOP_GIVEN_UP, STOP_PENDING, STOPPING
from app.domain.sessions import ENDED, OPEN, Session, State, energy
from app.domain.stop_rules import MOST_ATTEMPTS, TIME_TO_STOP, SoFar, StopAt, due_at, fault, pause_after, reached
from app.domain.tariffs import Tariff
from app.errors import BadInput, CommandFailed, Conflict
from app.follow_ups import FollowUps, Occasion
from app.incidents import note
from app.sessions import SessionService
from app.storage.database import Storage
from app.storage.users import User

log = logging.getLogger(__name__)

BY_RULE, BY_WISH = "stop rule", "remembered stop"
# In a rule's place: somebody has pressed stop.
_PRESSED = "pressed"


def require_possible(stop_at: StopAt | None, now: datetime) -> None:
    """Raise BadInput for rules that make no sense now."""
    if stop_at is not None and (wrong := fault(stop_at, now)):
        raise BadInput(*wrong)


def require_tariff(stop_at: StopAt | None, tariff: Tariff | None) -> None:
    """Raise BadInput for a limit on what nobody can say the cost of."""
    if stop_at is not None and stop_at.cost is not None and tariff is None:
        raise BadInput("stop_at.cost", "there is no tariff at this charge point")


class StopRules:
    """Rules are stored, and so is how often their charge point has been asked: a new process goes on where the old
    one ended. `look` is done by the clock, `enforce` by follow-ups."""

    def __init__(
        self,
        storage: Storage,
        commands: Commands,
        sessions: SessionService,
        follow_ups: FollowUps,
        now: Callable[[], datetime],
    ) -> None:
        self._storage = storage
        self._commands = commands
        self._sessions = sessions
        self._follow_ups = follow_ups
        self._now = now

    def change(self, user: User, session_id: str, stop_at: StopAt | None) -> Session:
        """Give a session of the user's own (of anybody's, for staff) other rules, or none; a stop that is remembered is
        forgotten. Raises NotFound, Conflict, BadInput."""
        session = self._sessions.get(user, session_id)
        now = self._now()
        require_possible(stop_at, now)
        require_tariff(stop_at, session.tariff)
        changes = {
            "stop_at": stop_at,
            "stop_wanted": None,
            "stop_due_at": now if stop_at else None,
            "stop_attempts": None,
            "stopped_by": None,
        }
        if session.reason_code in OF_STOP_RULES:
            changes |= NOTHING.told()
        open_yet = [state for state in OPEN if state is not State.STOPPING]
        if changed := self._storage.sessions.move(session_id, open_yet, changes):
            return changed
        session = self._sessions.get(user, session_id)
        if session.state in ENDED:
            raise Conflict("session_ended", f"this session is {session.state.value} already")
        raise Conflict("session_stopping", "this session is being stopped already")

    def look(self, now: datetime) -> None:
        """Find the sessions that have reached a rule; nothing here waits for a charge point."""
        for session in self._storage.sessions.with_stop_due(now):
            if self._reached(session, now) is None:
                self._put_off(session, now)
            elif self._commands.connected(session.charge_point_id):
                self._follow_ups.tell(Occasion.STOP_DUE, session.charge_point_id)
            elif session.reason_code != STOP_PENDING.code:
                self._storage.sessions.see_to_stop(session, STOP_PENDING.told())

    def enforce(self, charge_point_id: str) -> None:
        """Ask a charge point to stop its sessions that have reached a rule."""
        now = self._now()
        for session in self._storage.sessions.with_stop_due(now, charge_point_id):
            if (rule := self._reached(session, now)) is not None:
                self._stop(session, rule, now)

    def _reached(self, session: Session, now: datetime) -> str | None:
        if session.stop_wanted:
            return _PRESSED
        if session.stop_at is None:
            return None
        so_far = cost(session, now)
        total = so_far.total if so_far else None
        return reached(session.stop_at, SoFar(now, session.started_at, energy(session).wh, session.soc, total))

    def _put_off(self, session: Session, now: datetime) -> None:
        """Look no more at what only the clock can reach, until it does."""
        if session.stop_at is not None and session.started_at is not None:
            due = due_at(session.stop_at, session.started_at)
            if due is not None and due > now:
                self._storage.sessions.see_to_stop(session, {"stop_due_at": due})

    def _stop(self, session: Session, rule: str, now: datetime) -> None:
        attempt = (session.stop_attempts or 0) + 1
        if attempt > MOST_ATTEMPTS:
            self._give_up(session, rule)
            return
        # Before it is sent: a quick charge point ends the transaction before its answer is read here.
        by_rule = None if rule == _PRESSED else rule
        claim = {"stop_attempts": attempt, "stop_due_at": now + pause_after(attempt), "stopped_by": by_rule}
        claimed = self._storage.sessions.see_to_stop(session, claim)
        if claimed is None or claimed.transaction_id is None:
            return
        request = call.RemoteStopTransaction(transaction_id=claimed.transaction_id)
        asked_by = BY_RULE if by_rule else BY_WISH
        try:
            answer = self._commands.send(claimed.charge_point_id, request, requested_by=asked_by).status or ""
        except CommandFailed as failure:
            answer = failure.code
        fields = {"session_id": claimed.session_id, "rule": rule, "attempt": attempt, "answer": answer}
        log.info("stop_rule_reached", extra={"fields": fields})
        changes: dict[str, Any] = STOP_ASKED_AGAIN.told()
        if answer == RemoteStartStopStatus.accepted:
            changes = {"state": State.STOPPING, "stop_due_at": self._now() + TIME_TO_STOP, **STOPPING.told()}
        elif answer not in OUTCOME_UNKNOWN and claimed.state is not State.STOPPING:
            changes["stopped_by"] = None
        self._storage.sessions.see_to_stop(claimed, changes)

    def _give_up(self, session: Session, rule: str) -> None:
        if self._storage.sessions.see_to_stop(session, {"stop_due_at": None, **STOP_GIVEN_UP.told()}):
            detail = {"session_id": session.session_id, "rule": rule, "attempts": str(MOST_ATTEMPTS)}
            note(self._storage, session.charge_point_id, "stop_rule_given_up", self._now(), **detail)
