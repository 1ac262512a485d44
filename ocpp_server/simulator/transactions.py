"""Transactions: they begin, are metered and end, and the Central System hears of it sooner or later."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from ocpp.v16 import call_result
from ocpp.v16.enums import AuthorizationStatus, ChargePointStatus, ConfigurationKey, ReadingContext, Reason

from ocpp_server.simulator.bay import Bay
from ocpp_server.simulator.configuration import Configuration
from ocpp_server.simulator.meter import meter_value
from ocpp_server.simulator.outbox import Message, Outbox
from ocpp_server.simulator.report import Report
from ocpp_server.simulator.statuses import Statuses
from ocpp_server.simulator.timers import Timers
from ocpp_server.simulator.transaction import (
    Ending,
    Transaction,
    id_tag_status,
    meter_values_request,
    start_request,
    stop_request,
)

# How often (seconds) a charging car is looked at, to notice a full battery between two samples.
GLANCE = 1.0


class Transactions:
    """Begins and ends transactions.

    `changed` is called with the connector's bay whenever one has begun or ended, `ended` after each end.

    `withheld` holds StopTransactions that wait for a command to be sent, as if the charge point had forgotten them.
    """

    def __init__(
        self,
        configuration: Configuration,
        outbox: Outbox,
        timers: Timers,
        statuses: Statuses,
        report: Report,
        changed: Callable[[Bay], None],
        ended: Callable[[Bay], None],
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self.withheld: list[Message] = []
        self._configuration, self._outbox, self._timers = configuration, outbox, timers
        self._statuses, self._report, self._changed, self._ended = statuses, report, changed, ended
        self._clock, self._monotonic = clock, monotonic
        self._shown: dict[int, str] = {}

    def begin(self, bay: Bay, id_tag: str, reservation_id: int | None = None) -> None:
        """Begin a transaction, perhaps by a reservation.

        The outlet is switched on when the Central System agrees or cannot be asked.
        """
        self.measure(bay)
        transaction = Transaction(
            connector_id=bay.connector.connector_id,
            id_tag=id_tag,
            started_at=self._clock(),
            meter_start=int(bay.register_wh),
            reservation_id=reservation_id,
        )
        bay.transaction = transaction
        bay.connector = bay.connector.begin()
        self._shown.pop(transaction.connector_id, None)
        self._changed(bay)
        self._outbox.put(
            Message(
                partial(start_request, transaction),
                answered=partial(self._started, bay, transaction),
                unanswered=lambda _: self._energize(bay, transaction),
                keep=True,
            )
        )
        if not self._outbox.is_open:
            self._energize(bay, transaction)

    def end(self, bay: Bay, reason: Reason, id_tag: str | None = None, *, withhold: bool = False) -> None:
        """End the connector's transaction; without one do nothing."""
        if (transaction := bay.transaction) is None:
            return
        self.measure(bay)
        reading = bay.reading(self._clock())
        measurands = self._configuration.names(ConfigurationKey.stop_txn_sampled_data)
        data = (meter_value(reading, measurands, ReadingContext.transaction_end),) if measurands else ()
        ending = Ending(reading.at, int(reading.register_wh), reason, id_tag, data)
        bay.transaction = None
        bay.connector = bay.connector.end()
        self._timers.cancel(*self._names(bay))
        stop = Message(partial(stop_request, transaction, ending), keep=True)
        if withhold:
            self.withheld.append(stop)
        else:
            self._outbox.put(stop)
        energy = (ending.meter_stop - transaction.meter_start) / 1000
        told = ", not told to the Central System" if withhold else ""
        self._report(f"stopped ({reason}) after {energy:.2f} kWh{told}", transaction.connector_id)
        self._statuses.review(bay)
        self._changed(bay)
        self._ended(bay)

    def release(self) -> int:
        """Send the StopTransactions withheld so far; return how many."""
        late, self.withheld = self.withheld, []
        for message in late:
            self._outbox.put(message)
        return len(late)

    def measure(self, bay: Bay) -> None:
        """Bring the meter up to now, and notice a battery that has become full."""
        bay.measure(self._monotonic())
        if bay.car.full and bay.connector.status == ChargePointStatus.charging:
            bay.connector = bay.connector.pause()
            self._statuses.review(bay)

    def offer(self, bay: Bay, watts: float) -> None:
        """Let the car at a connector draw so much from now on; with nothing to draw it is suspended."""
        self.measure(bay)
        bay.offered_w = watts
        bay.connector = bay.connector.offer(watts > 0)
        self._statuses.review(bay)
        self._glance_again(bay)

    def sample(self, bay: Bay, context: ReadingContext, *, always: bool = False) -> None:
        """Send what the meter shows now."""
        self.measure(bay)
        number = bay.connector.connector_id
        value = meter_value(
            bay.reading(self._clock()),
            self._configuration.names(ConfigurationKey.meter_values_sampled_data),
            context,
        )
        if not value.sampled_value:
            return
        self._outbox.put(
            Message(
                partial(meter_values_request, number, value, bay.transaction),
                keep=bay.transaction is not None,
                always=always,
                dispensable=context == ReadingContext.sample_periodic,
            )
        )
        if bay.transaction:
            self._show(bay)

    def schedule_samples(self, bay: Bay) -> None:
        """Sample the running transaction at the configured interval from now on; 0 means never."""
        glance, sample = self._names(bay)
        self._timers.cancel(sample)
        interval = self._configuration.number(ConfigurationKey.meter_value_sample_interval)
        if bay.transaction is not None and interval > 0:
            self._timers.start(sample, interval, partial(self._sample_again, bay))

    def _show(self, bay: Bay) -> None:
        """Report what flows, unless the last sample said the same."""
        number = bay.connector.connector_id
        text = (
            f"{bay.connector.status} {bay.power_w / 1000:.1f} kW {bay.energy_wh / 1000:.2f} kWh "
            f"SoC {bay.car.soc * 100:.0f} %"
        )
        if self._shown.get(number) != text:
            self._shown[number] = text
            self._report(text, number)

    def _sample_again(self, bay: Bay) -> None:
        self.sample(bay, ReadingContext.sample_periodic)
        self.schedule_samples(bay)

    def _glance_again(self, bay: Bay) -> None:
        self.measure(bay)
        if bay.connector.status == ChargePointStatus.charging and bay.settings.speed > 0:
            self._timers.start(self._names(bay)[0], GLANCE, partial(self._glance_again, bay))

    def _started(self, bay: Bay, transaction: Transaction, answer: call_result.StartTransaction) -> None:
        transaction.transaction_id = answer.transaction_id
        transaction.id_tag_status = id_tag_status(answer)
        number = transaction.connector_id
        if transaction.id_tag_status == AuthorizationStatus.accepted:
            self._report(f"transaction {transaction.transaction_id} for {transaction.id_tag}", number)
            self._energize(bay, transaction)
        else:
            self._report(f"{transaction.id_tag} is not accepted: {transaction.id_tag_status}", number)
            if bay.transaction is transaction:
                self.end(bay, Reason.de_authorized)

    def _energize(self, bay: Bay, transaction: Transaction) -> None:
        if bay.transaction is not transaction or bay.connector.energized:
            return
        self.measure(bay)
        bay.connector = bay.connector.energize()
        self._statuses.review(bay)
        self.sample(bay, ReadingContext.transaction_begin)
        self.schedule_samples(bay)
        self._glance_again(bay)

    @staticmethod
    def _names(bay: Bay) -> tuple[tuple[str, int], tuple[str, int]]:
        return ("glance", bay.connector.connector_id), ("sample", bay.connector.connector_id)
