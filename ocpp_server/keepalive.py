"""One task that pings the quiet and ends the dead, for all connections."""

import asyncio
import logging
import random
import time
from collections.abc import Collection

from websockets.frames import CloseCode

from ocpp_server.charge_point import ChargePoint
from ocpp_server.settings import ServerSettings

log = logging.getLogger(__name__)

# What a charge point that answers no pings may be late with its Heartbeat.
GRACE = 60.0
# So many connections are looked at before others get their turn on the loop.
_AT_ONCE = 500


class Keepalive:
    """Judge every connection every `sweep_interval` seconds.

    A missing pong alone ends no connection: some firmwares never answer pings. Who has answered one is expected to
    go on doing so; who never has, to send a Heartbeat now and then.
    """

    def __init__(self, live: Collection[ChargePoint], settings: ServerSettings) -> None:
        self._live = live
        self._settings = settings

    async def run(self) -> None:
        """Sweep until cancelled."""
        interval = self._settings.sweep_interval
        while True:
            asleep_since = time.monotonic()
            await asyncio.sleep(interval)
            deaf_for = time.monotonic() - asleep_since - interval
            for number, charge_point in enumerate(list(self._live)):
                if number % _AT_ONCE == _AT_ONCE - 1:
                    await asyncio.sleep(0)
                if deaf_for > interval:
                    # The loop was blocked or the process stopped: while nobody listened, nobody was silent.
                    charge_point.forgive(deaf_for)
                self.judge(charge_point, time.monotonic())

    def judge(self, charge_point: ChargePoint, now: float) -> None:
        """Ping a connection, end it, or leave it alone."""
        settings, socket = self._settings, charge_point.socket
        patience = 2 * settings.heartbeat_interval
        silence = now - socket.last_heard
        handling_since = charge_point.inbox.handling_since
        if handling_since is not None and now - handling_since > settings.handler_timeout:
            self._end(charge_point, CloseCode.INTERNAL_ERROR, "a handler is stuck")
            charge_point.inbox.abandon()
        elif not charge_point.is_open:
            return
        elif self._stalled_for(charge_point, now) > settings.dead_after:
            self._end(charge_point, CloseCode.POLICY_VIOLATION, "reads nothing")
        elif charge_point.held_back:
            return
        elif silence > (settings.dead_after if socket.has_ponged else patience + GRACE):
            self._end(charge_point, CloseCode.ABNORMAL_CLOSURE, "silent")
        elif not charge_point.spoke and now - charge_point.opened_at > patience:
            charge_point.end(CloseCode.POLICY_VIOLATION, "no OCPP message")
        elif now - max(socket.last_heard, charge_point.pinged_at) >= charge_point.quiet_limit:
            charge_point.pinged_at = now
            charge_point.quiet_limit = settings.ping_interval * random.uniform(0.75, 1.25)
            socket.write_ping()

    def _stalled_for(self, charge_point: ChargePoint, now: float) -> float:
        """Return how long the peer has left so much unread that writers wait for it."""
        if not charge_point.socket.paused:
            charge_point.stalled_since = None
            return 0.0
        if charge_point.stalled_since is None:
            charge_point.stalled_since = now
        return now - charge_point.stalled_since

    def _end(self, charge_point: ChargePoint, code: int, reason: str) -> None:
        log.warning("connection_ended", extra={"fields": {"charge_point_id": charge_point.id, "reason": reason}})
        charge_point.end(code, reason, abruptly=True)
