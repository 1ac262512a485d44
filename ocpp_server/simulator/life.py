"""A charge point put together from its parts, and its life on the event loop."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import Any, Self

import ocpp.messages
from ocpp.v16.enums import RegistrationStatus

from ocpp_server.simulator.charge_point import ChargePoint
from ocpp_server.simulator.configuration import Configuration
from ocpp_server.simulator.connection import Connection
from ocpp_server.simulator.errors import NotAdmitted, Refused
from ocpp_server.simulator.jobs import Jobs
from ocpp_server.simulator.journal import Journal
from ocpp_server.simulator.maintenance import Maintenance
from ocpp_server.simulator.outbox import Outbox
from ocpp_server.simulator.registration import Registration
from ocpp_server.simulator.report import Report, silent
from ocpp_server.simulator.restart import Restart
from ocpp_server.simulator.settings import Settings, instant
from ocpp_server.simulator.station import Station
from ocpp_server.simulator.timers import Timers

# Otherwise the library hands every message to a thread for its validation: slower, and the thread stays behind.
ocpp.messages.ASYNC_VALIDATION = False

# How long (seconds) to wait for something to happen unless told otherwise.
TIMEOUT = 10.0


class Life:
    """One charge point and its connection, from `connect` to `close`, or while an `async with` block lasts.

    Raises `Refused` on entering the block where the Central System turns the charge point away.
    """

    def __init__(self, settings: Settings, report: Report = silent) -> None:
        self.settings = settings
        self.configuration = Configuration(settings)
        self._waiting: set[asyncio.Future[None]] = set()
        self._timers = Timers()
        self._outbox = Outbox(emptied=self._emptied)
        journal = Journal(report, lambda: datetime.now(UTC))
        self._jobs = Jobs(journal, self._changed)
        self._station = Station(settings, self.configuration, self._outbox, self._timers, journal)
        self._registration = Registration(
            settings, self.configuration, self._outbox, self._timers, self._station, journal
        )
        self._connection = Connection(
            settings, self.configuration, self._outbox, self._registration, journal, self._changed
        )
        self._restart = Restart(self._station, self._registration, self._connection, self._outbox, self._timers)
        self._maintenance = Maintenance(
            settings,
            self.configuration,
            self._station,
            self._registration,
            self._connection,
            self._restart,
            self._outbox,
            self._jobs,
            journal,
            partial(self.until, timeout=None),
        )
        charge_point = ChargePoint(
            self.configuration, self._station, self._registration, self._connection, self._restart, journal
        )
        self._connection.serve(charge_point.routes(self._maintenance.handlers()))
        self._task: asyncio.Task[None] | None = None

    @classmethod
    def instant(cls, url: str, **options: Any) -> Self:
        """Make one without any delay; options are those of `Settings`."""
        return cls(instant(url, **options))

    async def __aenter__(self) -> Self:
        self.connect()
        try:
            await self.until(self._met)
            if isinstance(self.refusal, Refused):
                raise self.refusal
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def connect(self) -> None:
        """Begin to connect in the background and never give up, whatever the Central System says."""
        self._task = asyncio.create_task(self._connection.run(), name=f"charge point {self.id}")
        self._task.add_done_callback(lambda _: self._changed())

    async def finished(self) -> None:
        """Wait until the background work ends, which it does only by `close` or by failing."""
        if self._task is not None:
            await asyncio.wait([self._task])
            self._task.result()

    async def close(self) -> None:
        """Hang up and stop; a running transaction is left as it is, as a power cut would."""
        self._timers.close()
        await self._jobs.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._timers.close()
            if not self._task.cancelled():
                self._task.result()

    @property
    def id(self) -> str:
        """The charge point's id."""
        return self.settings.charge_point_id

    @property
    def connected(self) -> bool:
        """Whether there is a connection, accepted or not."""
        return self._outbox.is_connected

    @property
    def registration(self) -> RegistrationStatus | None:
        """What the Central System said to the last BootNotification."""
        return self._registration.status

    @property
    def refusal(self) -> NotAdmitted | None:
        """Why the last attempt to connect failed, None since one succeeded."""
        return self._connection.refusal

    async def settled(self, timeout: float = TIMEOUT) -> None:
        """Wait until the Central System has answered everything that can be sent now."""
        await self.until(lambda: self._outbox.idle, timeout)

    async def until(self, predicate: Callable[[], bool], timeout: float | None = TIMEOUT) -> None:
        """Wait until the predicate is true; it is asked again after every change."""
        async with asyncio.timeout(timeout):
            while not predicate():
                if self._task is not None and self._task.done():
                    self._task.result()
                waiter = asyncio.get_running_loop().create_future()
                self._waiting.add(waiter)
                try:
                    await waiter
                finally:
                    self._waiting.discard(waiter)

    def _met(self) -> bool:
        answered = self._registration.status is not None and self._outbox.idle
        return answered or isinstance(self.refusal, Refused)

    def _emptied(self) -> None:
        self._restart.finish()
        self._changed()

    def _changed(self) -> None:
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
