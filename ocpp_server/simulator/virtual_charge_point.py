"""A whole virtual charge point to drive from Python: `async with VirtualChargePoint(url) as charge_point: ...`."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import ocpp.messages
from ocpp.v16.enums import ChargePointErrorCode, ChargePointStatus, ReadingContext, RegistrationStatus

from ocpp_server.simulator.charge_point import ChargePoint
from ocpp_server.simulator.configuration import Configuration
from ocpp_server.simulator.connection import Connection
from ocpp_server.simulator.connector import Connector
from ocpp_server.simulator.errors import NotPossible, Refused
from ocpp_server.simulator.outbox import Message, Outbox
from ocpp_server.simulator.registration import Registration
from ocpp_server.simulator.report import Report, silent
from ocpp_server.simulator.settings import Settings, instant
from ocpp_server.simulator.station import Station
from ocpp_server.simulator.timers import Timers
from ocpp_server.simulator.transaction import Transaction

# Otherwise the library hands every message to a thread for its validation: slower, and the thread stays behind.
ocpp.messages.ASYNC_VALIDATION = False

# How long (seconds) to wait for something to happen unless told otherwise.
TIMEOUT = 10.0


class VirtualChargePoint:
    """One charge point and its connection, made of `Settings`, or for tests by `instant`.

    Acts return when the Central System has answered all they caused at once, immediately while there is no
    connection. Raises `Refused` on entering where the Central System turns the charge point away,
    `UnknownConnector` and `NotPossible` where an act makes no sense, `TimeoutError` where an answer or an event
    does not come.
    """

    def __init__(self, settings: Settings, report: Report = silent) -> None:
        self.settings = settings
        self.configuration = Configuration(settings)
        self._waiting: set[asyncio.Future[None]] = set()
        self._timers = Timers()
        self._outbox = Outbox(emptied=self._emptied)
        self._station = Station(settings, self.configuration, self._outbox, self._timers, report)
        self._registration = Registration(
            settings, self.configuration, self._outbox, self._timers, self._station, report
        )
        self._connection = Connection(
            settings, self.configuration, self._outbox, self._registration, report, self._changed
        )
        self._charge_point = ChargePoint(
            self.configuration,
            self._station,
            self._registration,
            self._connection,
            self._outbox,
            self._timers,
            report,
        )
        self._connection.serve(self._charge_point.routes())
        self._task: asyncio.Task[None] | None = None

    @classmethod
    def instant(cls, url: str, **options: Any) -> Self:
        """Make one without any delay; options are those of `Settings`."""
        return cls(instant(url, **options))

    # -- its life ------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        self.connect()
        try:
            await self.until(self._met)
            if isinstance(self._connection.refusal, Refused):
                raise self._connection.refusal
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
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._timers.close()
            if not self._task.cancelled():
                self._task.result()

    # -- what it is ----------------------------------------------------------------------------------------------

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
    def queued(self) -> int:
        """How many messages wait to be sent or answered."""
        return len(self._outbox)

    @property
    def history(self) -> list[tuple[int, ChargePointStatus]]:
        """The last statuses of all connectors in order: `(connector_id, status)`."""
        return list(self._station.statuses.history)

    def connector(self, connector_id: int = 1) -> Connector:
        """Return the facts about a connector."""
        return self._station.bay(connector_id, or_whole=True).connector

    def transaction(self, connector_id: int = 1) -> Transaction | None:
        """Return the transaction that runs at a connector."""
        return self._station.bay(connector_id).transaction

    def snapshot(self) -> dict[str, Any]:
        """Return the whole state as JSON."""
        bays = self._station.bays
        for bay in bays:
            self._station.transactions.measure(bay)
        return {
            "charge_point_id": self.id,
            "connected": self.connected,
            "registration": self.registration,
            "queued": self.queued,
            "withheld": len(self._station.transactions.withheld),
            "connectors": [bay.snapshot() for bay in bays],
        }

    # -- what can be done at it ----------------------------------------------------------------------------------

    async def plug(self, connector_id: int = 1) -> None:
        """Let a car arrive and plug in."""
        self._station.plug(connector_id)
        await self.settled()

    async def unplug(self, connector_id: int = 1) -> None:
        """Let the car leave, even while it charges."""
        self._station.unplug(connector_id)
        await self.settled()

    async def present(self, connector_id: int = 1, id_tag: str | None = None) -> None:
        """Show a tag at the reader, to begin or to end; None: the tag of the settings."""
        self._station.present(connector_id, id_tag or self.settings.id_tag)
        await self.settled()

    async def start(self, connector_id: int = 1, id_tag: str | None = None) -> None:
        """Begin with a tag at the reader; the car plugs in after `auto_plug` if none stands there."""
        if self.transaction(connector_id):
            raise NotPossible(f"a transaction runs at connector {connector_id} already")
        await self.present(connector_id, id_tag)

    async def stop(self, connector_id: int = 1) -> None:
        """End the transaction with the tag it was begun with."""
        await self.present(connector_id, self._running(connector_id).id_tag)

    async def stop_silently(self, connector_id: int = 1) -> None:
        """End the transaction but withhold its StopTransaction until `release`."""
        self._running(connector_id)
        self._station.end_silently(connector_id)
        await self.settled()

    async def release(self) -> int:
        """Send the StopTransactions withheld; return how many."""
        count = self._station.transactions.release()
        await self.settled()
        return count

    async def charge(self, connector_id: int, energy_wh: float) -> None:
        """Let the charging car take this much energy at once, and send a sample."""
        self._running(connector_id)
        self._station.bay(connector_id).deliver(energy_wh)
        await self.sample(connector_id)

    async def sample(self, connector_id: int = 1) -> None:
        """Send MeterValues now."""
        self._station.transactions.sample(self._station.bay(connector_id), ReadingContext.sample_periodic)
        await self.settled()

    async def fault(self, connector_id: int = 1, error_code: str = ChargePointErrorCode.ground_failure) -> None:
        """Let a connector fail, or with 0 the charge point."""
        self._station.fault(connector_id, ChargePointErrorCode(error_code))
        await self.settled()

    async def clear_fault(self, connector_id: int = 1) -> None:
        """Mend a connector, or with 0 the charge point."""
        self._station.clear_fault(connector_id)
        await self.settled()

    async def offline(self, seconds: float | None = None) -> None:
        """Lose the network for this long, abruptly; None: until `online`. Returns when the connection is lost."""
        if not self.connected:
            raise NotPossible("it is offline already")
        self._connection.drop(abrupt=True, away=seconds)
        await self.until(lambda: not self.connected)

    async def online(self) -> None:
        """Come back now; return when all that was queued is answered."""
        self._connection.come_back()
        await self.until(lambda: self._outbox.is_open and self._outbox.idle)

    async def call(self, payload: Any) -> Any:
        """Send any request of `ocpp.v16.call` and return its answer.

        Raises the library's `OCPPError` for a CALLERROR, and `NotPossible` without a connection.
        """
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def unanswered(error: Exception | None) -> None:
            if not answer.done():
                answer.set_exception(error or NotPossible("there is no connection"))

        def answered(result: Any) -> None:
            if not answer.done():
                answer.set_result(result)

        self._outbox.put(Message(lambda: payload, answered=answered, unanswered=unanswered, always=True))
        return await answer

    # -- what can be waited for ----------------------------------------------------------------------------------

    async def wait_for_status(self, connector_id: int, status: str, timeout: float = TIMEOUT) -> None:
        """Wait until the connector has this status, and the Central System knows unless there is no connection."""
        told = self._station.statuses.told

        def there() -> bool:
            return self.connector(connector_id).status == status and (
                not self._outbox.is_open or told.get(connector_id) == status
            )

        await self.until(there, timeout)

    async def wait_for_transaction(self, connector_id: int = 1, timeout: float = TIMEOUT) -> Transaction:
        """Wait until a transaction runs that the Central System has numbered, and return it."""

        def numbered() -> bool:
            transaction = self.transaction(connector_id)
            return transaction is not None and transaction.transaction_id is not None

        await self.until(numbered, timeout)
        return self._running(connector_id)

    async def settled(self, timeout: float = TIMEOUT) -> None:
        """Wait until the Central System has answered everything that can be sent now."""
        await self.until(lambda: self._outbox.idle, timeout)

    async def until(self, predicate: Callable[[], bool], timeout: float = TIMEOUT) -> None:
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

    def _running(self, connector_id: int) -> Transaction:
        transaction = self.transaction(connector_id)
        if transaction is None:
            raise NotPossible(f"no transaction runs at connector {connector_id}")
        return transaction

    def _met(self) -> bool:
        answered = self._registration.status is not None and self._outbox.idle
        return answered or isinstance(self._connection.refusal, Refused)

    def _emptied(self) -> None:
        self._charge_point.restart()
        self._changed()

    def _changed(self) -> None:
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
