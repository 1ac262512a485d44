"""Restarting: transactions are ended and told if there is time, then it hangs up and boots (OCPP 1.6 §5.14)."""

from ocpp.v16.enums import Reason

from ocpp_server.simulator.connection import Connection
from ocpp_server.simulator.outbox import Outbox
from ocpp_server.simulator.registration import Registration
from ocpp_server.simulator.station import Station
from ocpp_server.simulator.timers import Timers

# How long (seconds) a restart that is not hard waits for what is still to be told.
PATIENCE = 10.0


class Restart:
    """At most one is under way."""

    def __init__(
        self, station: Station, registration: Registration, connection: Connection, outbox: Outbox, timers: Timers
    ) -> None:
        self._station, self._registration, self._connection = station, registration, connection
        self._outbox, self._timers = outbox, timers
        self._under_way = False

    def begin(self, reason: Reason) -> None:
        """End every transaction for this reason, and restart when the Central System knows; a hard reset at once."""
        hard = reason == Reason.hard_reset
        if hard:
            self._outbox.closed()  # it has no time to tell: what it ends now is told after the boot
        self._station.end_all(reason)
        self._under_way = True
        if hard or self._outbox.idle:
            self.finish()
        else:
            self._timers.start("reset", PATIENCE, self.finish)

    def finish(self) -> None:
        """Hang up and boot again if a restart is under way; otherwise do nothing."""
        if self._under_way:
            self._under_way = False
            self._timers.cancel("reset")
            self._registration.reboot()
            self._connection.drop()
