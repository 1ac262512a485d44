"""Charging sessions as an app follows and stops them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ocpp.v16 import call
from ocpp.v16.enums import RemoteStartStopStatus

from app.command_outcomes import OFFLINE
from app.commands import Commands
from app.domain.roles import Role
from app.domain.session_hints import STOP_PENDING, STOP_REFUSED, STOPPING
from app.domain.sessions import ENDED, PENDING, RUNNING, Session, State
from app.errors import CommandFailed, Conflict, NotFound
from app.storage.database import Storage
from app.storage.users import User


@dataclass(frozen=True, slots=True)
class Answer:
    """What the charge point said of a start or a stop: `Accepted` or `Rejected`, with a hint for people.

    `unsent` is why it said nothing yet: a stop is remembered, and sent when the charge point is back.
    """

    status: str
    session: Session
    unsent: CommandFailed | None = None


class SessionService:
    """The use cases of one process."""

    def __init__(self, storage: Storage, commands: Commands, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._commands = commands
        self._now = now

    def stop(self, user: User, *, session_id: str | None, evse_id: str | None, connector_id: int | None) -> Answer:
        """Ask the charge point to stop a session of the user's own (of anybody's, for staff); remember it if that is
        offline."""
        if session_id is not None:
            session = self.get(user, session_id)
        else:
            session = self._running_at(user, evse_id or "", connector_id or 0)
        if session.state in ENDED:
            raise Conflict("session_ended", f"this session is {session.state.value} already")
        if session.transaction_id is None:
            raise Conflict(
                "session_not_started",
                "charging has not begun; without a cable the request ends by itself",
                deadline_at=session.deadline_at,
            )
        request = call.RemoteStopTransaction(transaction_id=session.transaction_id)
        try:
            outcome = self._commands.send(session.charge_point_id, request, requested_by=user.username)
        except CommandFailed as failure:
            if failure.code != OFFLINE or (remembered := self._remember(session)) is None:
                raise
            told = f"{failure.message}; it is asked to stop as soon as it is back"
            unsent = CommandFailed(failure.code, told, outcome=failure.outcome, **failure.facts, stop_remembered=True)
            return Answer("Rejected", remembered, unsent)
        if outcome.status == RemoteStartStopStatus.accepted:
            moved = self._storage.sessions.move(
                session.session_id, RUNNING, {"state": State.STOPPING, **STOPPING.told()}
            )
        else:
            moved = self._storage.sessions.move(session.session_id, RUNNING, STOP_REFUSED.told())
        return Answer(outcome.status or "Rejected", moved or self._storage.sessions.get(session.session_id) or session)

    def _remember(self, session: Session) -> Session | None:
        """Have the session stopped as one that has reached a rule is; None when it has ended meanwhile."""
        wish = {"stop_wanted": True, "stop_due_at": self._now(), "stop_attempts": None, **STOP_PENDING.told()}
        return self._storage.sessions.move(session.session_id, RUNNING, wish)

    def _running_at(self, user: User, evse_id: str, connector_id: int) -> Session:
        charge_point = self._storage.charge_points.get(evse_id)
        if charge_point is not None:
            here = self._storage.sessions.open_on(charge_point.charge_point_id, connector_id)
            # The one that charges, if there is one beside a request that came to nothing.
            for session in sorted(here, key=lambda s: s.state in PENDING):
                if may_see(user, session):
                    return session
        raise NotFound("you are not charging there")

    def get(self, user: User, session_id: str) -> Session:
        """Return a session of the user's own (of anybody's, for staff); raises NotFound for all else."""
        session = self._storage.sessions.get(session_id)
        if session is None or not may_see(user, session):
            raise NotFound("there is no such session among yours")
        return session


def may_see(user: User, session: Session) -> bool:
    """Tell whether a session is the user's to see: his own, or any for staff."""
    return user.role.at_least(Role.STAFF) or (session.username or "").casefold() == user.user_id
