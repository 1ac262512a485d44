"""Tickets, shown once to watch: a browser can send no header with a WebSocket, and URLs get into logs."""

import secrets
import threading
import time
from collections import OrderedDict
from typing import NamedTuple

LASTS_SECONDS = 60
_MOST = 20_000


class Holder(NamedTuple):
    """Whose ticket it is: the account, and the login that it was got with."""

    user_id: str
    login_id: str


class Tickets:
    """Kept in memory only: after a restart everybody has to come anew anyhow."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._tickets: OrderedDict[str, tuple[float, Holder]] = OrderedDict()
        self._lock = threading.Lock()

    def issue(self, holder: Holder, now: float | None = None) -> str:
        """Return a new ticket, good once, until LASTS_SECONDS after `now` (of the monotonic clock)."""
        now = time.monotonic() if now is None else now
        ticket = secrets.token_urlsafe(24)
        with self._lock:
            while self._tickets and (len(self._tickets) >= self._most or self._oldest() <= now):
                self._tickets.popitem(last=False)
            self._tickets[ticket] = (now + LASTS_SECONDS, holder)
        return ticket

    def redeem(self, ticket: str, now: float | None = None) -> Holder | None:
        """Use a ticket up; None when there is no such one (any more)."""
        now = time.monotonic() if now is None else now
        with self._lock:
            until, holder = self._tickets.pop(ticket, (now, None))
        return holder if now < until else None

    def __len__(self) -> int:
        return len(self._tickets)

    def _oldest(self) -> float:
        until, _ = next(iter(self._tickets.values()))
        return until
