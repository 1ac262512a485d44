"""What keeps a start from being asked for: one set of rules, for a start and for who asks before it."""

from collections.abc import Callable
from concurrent.futures import Executor
from datetime import datetime

from app.commands import Commands
from app.domain.charge_points import ChargePoint
from app.domain.id_tags import IdTag
from app.domain.reservations import Reservation
from app.domain.sessions import Session
from app.domain.starting import connector_check, reservation_check
from app.domain.times import iso
from app.errors import Conflict
from app.id_tags import judge_start
from app.labels import Labels
from app.selection import is_own, require_accepted, require_in_service
from app.storage.database import Storage
from app.storage.users import User


class StartRules:
    """`now` is the clock they go by, `beside` runs one question to the database beside another."""

    def __init__(
        self, storage: Storage, commands: Commands, labels: Labels, beside: Executor, now: Callable[[], datetime]
    ) -> None:
        self._storage = storage
        self._commands = commands
        self._labels = labels
        self._beside = beside
        self._now = now

    def require_possible(
        self, user: User, charge_point: ChargePoint, connector_id: int, tag: IdTag, qr: str | None
    ) -> None:
        """Raise Conflict for what is known to be in the way of a start; `qr` is what was scanned, if anything was.

        Raises BadInput for a `qr` that is no label.
        """
        self._labels.require_right(user, charge_point, connector_id, qr)
        require_in_service(self._commands, charge_point)
        at = (charge_point.charge_point_id, connector_id)
        holding = self._beside.submit(self._storage.reservations.holding, *at, self._now())
        around = self._storage.sessions.open_around(*at, tag.id_tag)
        if not connector_check(around, at).passed:
            raise self.busy(user, at)
        _require_unreserved(tag, holding.result())
        self._require_authorized(user, tag, at, around)
        if qr is not None:
            self._labels.require_plugged(charge_point, connector_id)

    def busy(self, user: User, at: tuple[str, int]) -> Conflict:
        """Return what to raise where a session is open on the connector: the user's own, or somebody else's."""
        for one in self._storage.sessions.open_on(*at):
            if (one.username or "").casefold() == user.user_id:
                already = "you are charging, or about to, on this connector already"
                return Conflict("connector_busy", already, session_id=one.session_id)
        return Conflict("connector_busy", "somebody is charging, or about to, on this connector")

    def _require_authorized(self, user: User, tag: IdTag, at: tuple[str, int], open_sessions: list[Session]) -> None:
        owner = user if is_own(user, tag) else self._storage.users.by_name(tag.username or "")
        verdict = judge_start(self._storage, tag, owner, self._now(), at=at, open_sessions=open_sessions)
        require_accepted(verdict)


def _require_unreserved(tag: IdTag, held: Reservation | None) -> None:
    if held is not None and not reservation_check(tag, held).passed:
        raise Conflict("connector_reserved", "this connector is reserved", until=iso(held.expires_at))
