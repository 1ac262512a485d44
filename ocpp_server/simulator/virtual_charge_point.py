"""A virtual charge point to drive from Python: `async with VirtualChargePoint.instant(url) as charge_point: ...`."""

import asyncio
from typing import Any

from ocpp.v16.enums import ChargePointErrorCode, ChargePointStatus, ReadingContext, RegistrationStatus

from ocpp_server.simulator.connector import Connector
from ocpp_server.simulator.errors import NotPossible
from ocpp_server.simulator.life import TIMEOUT, Life
from ocpp_server.simulator.outbox import Message
from ocpp_server.simulator.transaction import Transaction

# Until it has accepted the charge point, a Central System is told no status.
NOT_LISTENING = (RegistrationStatus.pending, RegistrationStatus.rejected)


class VirtualChargePoint(Life):
    """What can be seen at a charge point, done at it and waited for.

    Acts return when the Central System has answered all they caused at once, immediately while there is no
    connection. Raises `UnknownConnector` and `NotPossible` where an act makes no sense, `TimeoutError` where an
    answer or an event does not come.
    """

    # -- what it is ----------------------------------------------------------------------------------------------

    @property
    def firmware(self) -> str:
        """The version of the firmware it runs."""
        return self._registration.firmware

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
            "firmware": self.firmware,
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

    async def fail_install(self) -> None:
        """Let the next installation of firmware fail, the one under way included."""
        self._maintenance.firmware.fails_next = True

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
        """Wait until the connector has this status, and the Central System knows unless it cannot be told."""
        told = self._station.statuses.told

        def there() -> bool:
            if self.connector(connector_id).status != status:
                return False
            unheard = self._connection.is_away or self.registration in NOT_LISTENING
            return unheard or told.get(connector_id) == status

        await self.until(there, timeout)

    async def wait_for_transaction(self, connector_id: int = 1, timeout: float = TIMEOUT) -> Transaction:
        """Wait until a transaction runs that the Central System has numbered, and return it."""

        def numbered() -> bool:
            transaction = self.transaction(connector_id)
            return transaction is not None and transaction.transaction_id is not None

        await self.until(numbered, timeout)
        return self._running(connector_id)

    def _running(self, connector_id: int) -> Transaction:
        transaction = self.transaction(connector_id)
        if transaction is None:
            raise NotPossible(f"no transaction runs at connector {connector_id}")
        return transaction
