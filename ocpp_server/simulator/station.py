"""What drivers and mishaps do at a charge point: cars come and go, tags are shown, connectors fail."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial

from ocpp.v16.enums import ChargePointErrorCode, ChargePointStatus, Reason

from ocpp_server.simulator.admission import Admission
from ocpp_server.simulator.bay import Bay, new_car
from ocpp_server.simulator.configuration import Configuration
from ocpp_server.simulator.errors import NotPossible, UnknownConnector
from ocpp_server.simulator.local_list import LocalList
from ocpp_server.simulator.outbox import Outbox
from ocpp_server.simulator.report import Report
from ocpp_server.simulator.reservations import Reservations
from ocpp_server.simulator.settings import Settings
from ocpp_server.simulator.smart_charging import SmartCharging
from ocpp_server.simulator.statuses import Statuses
from ocpp_server.simulator.timers import Timers
from ocpp_server.simulator.transactions import Transactions


class Station:
    """The connectors of one charge point and all that can be done at them; connector 0 is the whole.

    Every method acts at once and returns; what the Central System must hear goes into the outbox.
    Raises `UnknownConnector` and, where the state forbids it, `NotPossible`.
    """

    def __init__(
        self,
        settings: Settings,
        configuration: Configuration,
        outbox: Outbox,
        timers: Timers,
        report: Report,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings
        self.configuration = configuration
        self._bays = {n: Bay.new(settings, n, monotonic()) for n in range(settings.connectors + 1)}
        self.local_list = LocalList(configuration, clock)
        self.statuses = Statuses(outbox, report, clock)
        self.reservations = Reservations(self._bays, self.statuses, timers, report, clock)
        self.smart_charging = SmartCharging(
            settings, configuration, timers, report, lambda: self.bays, self._offer, clock
        )
        self.transactions = Transactions(
            configuration,
            outbox,
            timers,
            self.statuses,
            report,
            self.smart_charging.follow,
            self._leave_later,
            clock,
            monotonic,
        )
        self._admission = Admission(
            settings,
            configuration,
            self.local_list,
            outbox,
            timers,
            self.statuses,
            self.transactions,
            self.reservations,
            report,
            self.plug,
            self._leave_later,
        )
        self._timers = timers

    @property
    def whole(self) -> Bay:
        """The charge point as a whole, connector 0."""
        return self._bays[0]

    @property
    def bays(self) -> list[Bay]:
        """The real connectors in order."""
        return [bay for number, bay in self._bays.items() if number > 0]

    def __iter__(self) -> Iterator[Bay]:
        return iter(self._bays.values())

    def bay(self, connector_id: int, *, or_whole: bool = False) -> Bay:
        """Return a connector's bay; that of connector 0 only where it makes sense."""
        if connector_id not in self._bays or (connector_id == 0 and not or_whole):
            raise UnknownConnector(f"there is no connector {connector_id}")
        return self._bays[connector_id]

    def plug(self, connector_id: int) -> None:
        """Let a car arrive and plug in."""
        bay = self.bay(connector_id)
        if bay.connector.plugged:
            raise NotPossible(f"a car is plugged in at connector {connector_id} already")
        self._timers.cancel(("plug", connector_id))
        bay.car = new_car(self.settings)
        bay.connector = bay.connector.plug()
        if not self._admission.begin(bay):
            self.statuses.review(bay)

    def unplug(self, connector_id: int) -> None:
        """Let the car leave; if it was charging, that ends the transaction (StopTransactionOnEVSideDisconnect)."""
        bay = self.bay(connector_id)
        if not bay.connector.plugged:
            raise NotPossible(f"no car is plugged in at connector {connector_id}")
        if bay.transaction:
            bay.connector = bay.connector.pause()
            self.statuses.review(bay)
            self.transactions.end(bay, Reason.ev_disconnected)
        self._timers.cancel(("unplug", connector_id))
        if bay.connector.plugged:
            bay.connector = bay.connector.unplug()
            self.statuses.review(bay)

    def present(self, connector_id: int, id_tag: str) -> None:
        """Show a tag at the reader: begins here, or ends what the same tag began here."""
        bay = self.bay(connector_id)
        if bay.transaction:
            if bay.transaction.id_tag.lower() != id_tag.lower():
                raise NotPossible(f"connector {connector_id} is charging for another tag")
            self.transactions.end(bay, Reason.local, id_tag)
            return
        if bay.connector.takes_a_tag:
            self.smart_charging.forget_start(connector_id)
        self.begin_for(bay, id_tag, ask=True)

    def begin_for(self, bay: Bay, id_tag: str, *, ask: bool) -> None:
        """Begin for a tag as soon as a car is there; `ask` the Central System first whether the tag may charge."""
        connector = bay.connector
        if not (connector.takes_a_tag and self.whole.connector.takes_a_tag):
            raise NotPossible(f"connector {connector.connector_id} is {connector.status}, or taken")
        if not self.reservations.may_admit(bay, id_tag):
            raise NotPossible(f"connector {connector.connector_id} is reserved for another tag")
        self._timers.cancel(("unplug", connector.connector_id))
        self._admission.consider(bay, id_tag, ask=ask)

    def fault(self, connector_id: int, error_code: ChargePointErrorCode) -> None:
        """Let a connector fail, or with 0 the charge point; what runs there ends."""
        bay = self.bay(connector_id, or_whole=True)
        self._admission.forget(bay)
        bay.connector = bay.connector.fault(error_code)
        self.reservations.end_at(connector_id, ChargePointStatus.faulted)
        self.statuses.review(bay)
        self.transactions.end(bay, Reason.other)

    def clear_fault(self, connector_id: int) -> None:
        """Mend a connector, or with 0 the charge point."""
        bay = self.bay(connector_id, or_whole=True)
        bay.connector = bay.connector.clear()
        self.statuses.review(bay)

    def make_operative(self, connector_id: int, operative: bool) -> None:
        """Put a connector, or with 0 all, in or out of service; out only after its transaction (OCPP 1.6 §5.2)."""
        bay = self.bay(connector_id, or_whole=True)
        affected = list(self) if bay is self.whole else [bay]
        for each in affected:
            if not operative:
                self._admission.forget(each)
            each.connector = each.connector.make_operative(operative)
        if not operative:
            self.reservations.end_at(connector_id, ChargePointStatus.unavailable)
        for each in affected:
            self.statuses.review(each)

    def end_silently(self, connector_id: int) -> None:
        """End the connector's transaction and withhold its StopTransaction."""
        self.transactions.end(self.bay(connector_id), Reason.local, withhold=True)

    def end_all(self, reason: Reason) -> None:
        """End every transaction."""
        for bay in self.bays:
            self.transactions.end(bay, reason)

    def free_bay(self, connector_id: int | None, id_tag: str) -> Bay | None:
        """Return where a remote start may begin: the connector named, the one reserved, or the first free one."""
        if not self.whole.connector.takes_a_tag:
            return None
        candidates = self.bays if connector_id is None else [self._bays.get(connector_id, self.whole)]
        free = [bay for bay in candidates if bay is not self.whole and bay.connector.takes_a_tag]
        admitting = [bay for bay in free if self.reservations.may_admit(bay, id_tag)]
        return min(admitting, key=lambda bay: not self._is_kept_for(bay, id_tag), default=None)

    def _is_kept_for(self, bay: Bay, id_tag: str) -> bool:
        return bay.connector.reservation_id is not None and self.reservations.admits(bay, id_tag)

    def _offer(self, bay: Bay, watts: float) -> None:
        self.transactions.offer(bay, watts)

    def _leave_later(self, bay: Bay) -> None:
        if self.settings.auto_unplug is not None and bay.connector.plugged:
            number = bay.connector.connector_id
            self._timers.start(("unplug", number), self.settings.auto_unplug, partial(self.unplug, number))
