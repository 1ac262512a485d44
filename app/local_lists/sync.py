"""Local authorization lists brought to charge points, one go at a time for each."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock

from ocpp.v16.enums import RegistrationStatus

from app.command_outcomes import OFFLINE
from app.commands import Commands
from app.domain.charge_points import ChargePoint
from app.domain.local_lists import ListState
from app.errors import CommandFailed, Conflict
from app.incidents import note_once_an_hour
from app.local_lists.turn import Ending, Turn
from app.storage.database import Storage
from app.storage.local_lists import LocalList

# Not a user name: what is sent by itself is nobody's own command.
BY_ITSELF = "(local lists)"
# A charge point that did not answer is not asked again at once.
RETRY = timedelta(minutes=5)
NOTED = (ListState.FAILED, ListState.TOO_LONG, ListState.NOT_SUPPORTED)


class LocalListSync:
    """The use cases: an admin's sync, and the jobs after a boot and when a list is due."""

    def __init__(self, storage: Storage, commands: Commands, patience: float, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._commands = commands
        self._patience = patience
        self._now = now
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)

    def sync(self, charge_point: ChargePoint, *, full: bool, requested_by: str) -> LocalList:
        """Bring a list up to date now; raises Conflict, and CommandFailed when the charge point cannot be asked."""
        charge_point_id = charge_point.charge_point_id
        if charge_point.registration != RegistrationStatus.accepted:
            raise Conflict("charge_point_not_accepted", "the charge point has not been accepted yet")
        if not self._managed(charge_point_id):
            raise Conflict("local_list_unmanaged", "say first what belongs in this charge point's list")
        with self._alone(charge_point_id, self._patience) as alone:
            if not alone:
                raise Conflict("local_list_busy", "the list is being sent already")
            return self._go(charge_point_id, full=full, hasty=False, requested_by=requested_by)

    def after_boot(self, charge_point_id: str) -> None:
        """Look whether a charge point that has booted still holds its list: it may come back without, or another's."""
        charge_point = self._storage.charge_points.get(charge_point_id)
        if charge_point is not None:
            self._look(charge_point, hasty=True)

    def when_due(self, charge_point_id: str) -> None:
        """Bring a list up to date that something has changed about; of an offline charge point it stays due."""
        if not self._commands.connected(charge_point_id):
            return
        charge_point = self._storage.charge_points.get(charge_point_id)
        if charge_point is not None and charge_point.registration == RegistrationStatus.accepted:
            self._look(charge_point, hasty=False)

    def _look(self, charge_point: ChargePoint, *, hasty: bool) -> None:
        charge_point_id = charge_point.charge_point_id
        if not self._managed(charge_point_id):
            return
        with self._alone(charge_point_id, 0) as alone:
            if alone:
                self._go(charge_point_id, full=False, hasty=hasty, requested_by=BY_ITSELF)
            elif hasty:
                # It has booted in the middle: whoever is at it learns at the end to look again.
                self._storage.local_lists.touch([charge_point_id], self._now())

    def _managed(self, charge_point_id: str) -> bool:
        """Tell whether a list is ours: something is wanted in it, or we have put something in it."""
        known = self._storage.local_lists.get(charge_point_id)
        return (known is not None and known.state is not ListState.UNMANAGED) or bool(
            self._storage.local_list_rules.of(charge_point_id)
        )

    @contextmanager
    def _alone(self, charge_point_id: str, seconds: float) -> Iterator[bool]:
        lock = self._locks[charge_point_id]
        alone = lock.acquire(timeout=seconds) if seconds else lock.acquire(blocking=False)
        try:
            yield alone
        finally:
            if alone:
                lock.release()

    def _go(self, charge_point_id: str, *, full: bool, hasty: bool, requested_by: str) -> LocalList:
        now = self._now()
        before = self._storage.local_lists.begin(charge_point_id, now)
        turn = Turn(self._storage, self._commands, before, now, requested_by)
        try:
            ending = turn.run(full=full, hasty=hasty)
        except CommandFailed as failure:
            soon = timedelta() if failure.code == OFFLINE else RETRY
            self._finish(turn, Ending(ListState.PENDING, failure.message, soon))
            raise
        if ending.state in NOTED:
            detail = {"reason": ending.reason or "", "answer": str(turn.facts.get("answer", ""))}
            note_once_an_hour(self._storage, charge_point_id, f"local_list_{ending.state.value}", now, **detail)
        return self._finish(turn, ending)

    def _finish(self, turn: Turn, ending: Ending) -> LocalList:
        state, look_again = ending.state, ending.look_again
        emptied = state is ListState.IN_SYNC and turn.facts.get("confirmed_length") == 0
        if emptied and not self._storage.local_list_rules.of(turn.charge_point_id):
            state, look_again = ListState.UNMANAGED, None
        now = self._now()
        facts = {
            **turn.facts,
            "state": state,
            "reason": ending.reason,
            "due_at": None if look_again is None else now + look_again,
        }
        kept = self._storage.local_lists.finish(turn.charge_point_id, turn.before.revision, facts, now)
        return kept or turn.before
