"""Waiting for a session to change, for apps that have no WebSocket: a request that is answered when there is news."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from app.domain.sessions import Session
from app.storage.database import Storage
from app.storage.sessions import METERED
from app.storage.watched import Change

# Nobody takes all the places.
_PLACES_EACH = 2


class _Waiter:
    """One who waits: `changed` is set when his session did."""

    def __init__(self, account: str, session: Session) -> None:
        self.account = account
        self.session_id = session.session_id
        self.transaction_id = session.transaction_id
        self.changed = threading.Event()

    def note(self, change: Change) -> None:
        """Wake up if it is about this session, be it named or known by its transaction. Any thread may call."""
        key = self.transaction_id if change.called == METERED else self.session_id
        if change.called in (METERED, "session") and change.key == str(key):
            self.changed.set()


class Waiting:
    """Each who waits occupies a thread of the HTTP side, so there are so many `places` and no more."""

    def __init__(self, storage: Storage, places: int) -> None:
        self._storage = storage
        self._places = places
        self._waiters: set[_Waiter] = set()
        self._lock = threading.Lock()
        self._over = False

    @property
    def accounts(self) -> list[str]:
        """Return who waits."""
        return [waiter.account for waiter in tuple(self._waiters)]

    def for_news(self, account: str, session: Session, after: int, seconds: float) -> Session:
        """Return a session once its version is beyond `after`, or as it is when the time is up or no place is free."""
        waiter = _Waiter(account, session)
        deadline = time.monotonic() + seconds
        with self._place(waiter) as has_place:
            while has_place:
                waiter.changed.clear()
                # Read while listening: it may have changed before, and what changes after this is heard.
                session = self._storage.sessions.get(session.session_id) or session
                if session.version > after or self._over:
                    break
                if session.transaction_id != waiter.transaction_id:
                    waiter.transaction_id = session.transaction_id
                elif not waiter.changed.wait(deadline - time.monotonic()):
                    break
        return session

    def stop(self) -> None:
        """Have all answered as things are, and nobody wait from now on. A signal handler may call: it takes no lock."""
        self._over = True
        for waiter in tuple(self._waiters):
            waiter.changed.set()

    @contextmanager
    def _place(self, waiter: _Waiter) -> Iterator[bool]:
        """Take a place, if there is one, and listen while it is taken."""
        with self._lock:
            taken = self.accounts
            has_place = len(taken) < self._places and taken.count(waiter.account) < _PLACES_EACH
            if has_place:
                self._waiters.add(waiter)
        if not has_place:
            yield False
            return
        self._storage.changes.listen(waiter.note)
        try:
            yield True
        finally:
            self._storage.changes.ignore(waiter.note)
            with self._lock:
                self._waiters.discard(waiter)
