"""Who watches: let in by a ticket, and looked at again twice a second, for accounts are changed in the shell too."""

import asyncio
from collections.abc import Callable, Collection
from concurrent.futures import Executor
from datetime import datetime

from app.accounts import Accounts
from app.live.events import channels_of
from app.live.feed import Feed
from app.live.tickets import Tickets
from app.storage.database import Storage
from ocpp_server.live import Watcher

RECHECK_SECONDS = 0.5


class Audience:
    """Implements the port of ocpp_server; accounts are looked up on threads of `executor`."""

    def __init__(self, accounts: Accounts, tickets: Tickets, feed: Feed, executor: Executor) -> None:
        self._accounts = accounts
        self._tickets = tickets
        self._feed = feed
        self._executor = executor

    async def admit(self, ticket: str) -> Watcher | None:
        """Take a ticket; changes are noted from now on, even before the watcher is there to be told."""
        holder = self._tickets.redeem(ticket)
        if holder is None:
            return None
        loop = asyncio.get_running_loop()
        user = await loop.run_in_executor(self._executor, self._accounts.logged_in, holder.user_id, holder.login_id)
        if user is None:
            return None
        self._feed.listen()
        return Watcher(user.user_id, holder.login_id, channels_of(user))


class Inspection:
    """Ends the connections of those who may not watch any more, or not what they watch."""

    def __init__(
        self,
        storage: Storage,
        feed: Feed,
        watchers: Callable[[], Collection[Watcher]],
        end: Callable[[Collection[Watcher], str], None],
    ) -> None:
        self._storage = storage
        self._feed = feed
        self._watchers = watchers
        self._end = end

    def look(self, _now: datetime) -> None:
        """Hold every watcher against his account and login as they now are."""
        watchers = frozenset(self._watchers())
        if not watchers:
            self._feed.rest()
            return
        self._feed.listen()
        open_logins = self._storage.logins.open_among({watcher.login for watcher in watchers})
        users = {user.user_id: user for user in self._storage.users.of_ids({watcher.account for watcher in watchers})}
        ended, changed = set(), set()
        for watcher in watchers:
            user = users.get(watcher.account)
            if user is None or user.disabled or watcher.login not in open_logins:
                ended.add(watcher)
            elif channels_of(user) != watcher.channels:
                changed.add(watcher)
        if ended:
            self._end(ended, "this login has ended")
        if changed:
            self._end(changed, "the role has changed: connect again")
