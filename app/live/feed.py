"""From changes to events: gathered from all threads, read anew, shown once for all who see the same, and handed on."""

import contextlib
import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.domain.charge_points import charge_point_key
from app.live.events import ONLINE, Views, charge_point_events, session_event
from app.storage.database import Storage
from app.storage.sessions import METERED
from app.storage.watched import Change
from ocpp_server.bridge import Bridge
from ocpp_server.errors import BridgeStopped
from ocpp_server.live import Event

log = logging.getLogger(__name__)

# What meters say is told so often at most; all else at once.
METERED_SECONDS = 0.5
# Events are kept so long for the last who watched to come back to.
PATIENCE_SECONDS = 300.0


@dataclass
class _Noted:
    """What has changed and is not told yet: of sessions and charge points what was done and to which fields."""

    sessions: dict[str, set[str]] = field(default_factory=dict)
    charge_points: dict[str, set[str]] = field(default_factory=dict)
    metered: set[int] = field(default_factory=set)


class Feed:
    """One thread. A change is noted by the key of what changed, so a burst of them is read and told once."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._bridge: Bridge | None = None
        self._news = threading.Condition()
        self._noted = _Noted()
        self._metered_due: float | None = None
        self._watched_at: float | None = None
        self._stopped = False
        self._thread: threading.Thread | None = None

    def start(self, bridge: Bridge, views: Views) -> None:
        """Tell by this bridge, which runs already."""
        self._bridge = bridge
        self._thread = threading.Thread(target=self._run, args=(bridge, views), name="live-feed")
        self._thread.start()

    def stop(self) -> None:
        """Let go of what is not told yet."""
        self._storage.changes.ignore(self.note)
        with self._news:
            self._stopped = True
            self._news.notify()
        if self._thread is not None:
            self._thread.join()

    def listen(self) -> None:
        """Note changes from now on, for somebody watches or is about to."""
        self._watched_at = time.monotonic()
        self._storage.changes.listen(self.note)

    def rest(self, after: float = PATIENCE_SECONDS) -> None:
        """Note nothing more if nobody has watched for so long. Who comes back later has to read anew."""
        if self._watched_at is not None and time.monotonic() - self._watched_at >= after:
            self._watched_at = None
            self._storage.changes.ignore(self.note)
            if self._bridge is not None:
                self._bridge.lose_events()

    def note(self, change: Change) -> None:
        """Remember to tell of a change. Any thread may call."""
        with self._news:
            if change.called == METERED:
                self._noted.metered.add(int(change.key))
                if self._metered_due is not None:
                    return
                self._metered_due = time.monotonic() + METERED_SECONDS
            elif change.called == "session":
                self._noted.sessions.setdefault(change.key, set()).update({change.action}, change.fields)
            else:
                self._noted.charge_points.setdefault(change.key, set()).update({change.action}, change.fields)
            self._news.notify()

    def _run(self, bridge: Bridge, views: Views) -> None:
        while (noted := self._next()) is not None:
            with contextlib.suppress(BridgeStopped):
                self._tell(noted, bridge, views)

    def _tell(self, noted: _Noted, bridge: Bridge, views: Views) -> None:
        try:
            events = [*self._of_charge_points(noted, views), *self._of_sessions(noted, views)]
        except Exception:  # noqa: BLE001 — the edge of this thread: one event that cannot be told must not end them all
            log.error("events_lost", exc_info=True)
            bridge.lose_events()
        else:
            bridge.publish(events)

    def _next(self) -> _Noted | None:
        """Wait for changes and return them; None when there will be no more."""
        with self._news:
            while not self._stopped:
                wait = None if self._metered_due is None else self._metered_due - time.monotonic()
                if wait is not None and wait <= 0:
                    noted, self._noted, self._metered_due = self._noted, _Noted(), None
                    return noted
                if self._noted.sessions or self._noted.charge_points:
                    noted, self._noted = self._noted, _Noted(metered=self._noted.metered)
                    return _Noted(noted.sessions, noted.charge_points)
                self._news.wait(wait)
            return None

    def _of_charge_points(self, noted: _Noted, views: Views) -> Iterable[Event]:
        keys = [charge_point_key(charge_point_id) for charge_point_id in noted.charge_points]
        found = {one.charge_point_id: one for one in self._storage.charge_points.of_keys(keys)}
        for charge_point_id, done in noted.charge_points.items():
            yield from charge_point_events(views, charge_point_id, found.get(charge_point_id), done)

    def _of_sessions(self, noted: _Noted, views: Views) -> Iterable[Event]:
        sessions = self._storage.sessions
        found = sessions.of_ids(noted.sessions) if noted.sessions else []
        if noted.metered:
            found += sessions.running_transactions(noted.metered)
        if came_or_went := [one for one, done in noted.charge_points.items() if ONLINE in done]:
            found += sessions.running_on(came_or_went)
        for session in {session.session_id: session for session in found}.values():
            yield session_event(views, session, noted.sessions.get(session.session_id, ()))
