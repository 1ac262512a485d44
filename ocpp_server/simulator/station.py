"""What drivers and mishaps do at a charge point: cars come and go, tags are shown, connectors fail."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial

from ocpp.v16 import call, call_result
from ocpp.v16.enums import AuthorizationStatus, ChargePointErrorCode, ConfigurationKey, Reason

from ocpp_server.simulator.bay import Bay, new_car
from ocpp_server.simulator.configuration import Configuration
from ocpp_server.simulator.errors import NotPossible, UnknownConnector
from ocpp_server.simulator.outbox import Message, Outbox
from ocpp_server.simulator.report import Report
from ocpp_server.simulator.settings import Settings
from ocpp_server.simulator.statuses import Statuses
from ocpp_server.simulator.timers import Timers
from ocpp_server.simulator.transaction import id_tag_status
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
        self.statuses = Statuses(outbox, report, clock)
        self.transactions = Transactions(
            configuration, outbox, timers, self.statuses, report, self._leave_later, clock, monotonic
        )
        self._outbox, self._timers, self._report = outbox, timers, report
        self._bays = {n: Bay.new(settings, n, monotonic()) for n in range(settings.connectors + 1)}

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
        if not self._begin(bay):
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
        self.begin_for(bay, id_tag, ask=True)

    def begin_for(self, bay: Bay, id_tag: str, *, ask: bool) -> None:
        """Begin for a tag as soon as a car is there; `ask` the Central System first whether the tag may charge."""
        connector = bay.connector
        if not (connector.takes_a_tag and self.whole.connector.takes_a_tag):
            raise NotPossible(f"connector {connector.connector_id} is {connector.status}, or taken")
        self._timers.cancel(("unplug", connector.connector_id))
        bay.connector = connector.present(id_tag)
        if not ask:
            self._admit(bay, id_tag)
            return
        self._outbox.put(
            Message(
                lambda: call.Authorize(id_tag=id_tag),
                answered=partial(self._authorized, bay, id_tag),
                unanswered=partial(self._not_asked, bay, id_tag),
            )
        )

    def fault(self, connector_id: int, error_code: ChargePointErrorCode) -> None:
        """Let a connector fail, or with 0 the charge point; what runs there ends."""
        bay = self.bay(connector_id, or_whole=True)
        bay.connector = bay.connector.fault(error_code)
        self._forget_waiting(bay)
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
            each.connector = each.connector.make_operative(operative)
            if not operative and each.connector.id_tag is not None:
                self._forget_waiting(each)
                each.connector = each.connector.forget_tag()
            self.statuses.review(each)

    def end_silently(self, connector_id: int) -> None:
        """End the connector's transaction and withhold its StopTransaction."""
        self.transactions.end(self.bay(connector_id), Reason.local, withhold=True)

    def end_all(self, reason: Reason) -> None:
        """End every transaction."""
        for bay in self.bays:
            self.transactions.end(bay, reason)

    def free_bay(self, connector_id: int | None) -> Bay | None:
        """Return where a remote start may begin: the connector named, or the first free one."""
        if not self.whole.connector.takes_a_tag:
            return None
        candidates = self.bays if connector_id is None else [self._bays.get(connector_id, self.whole)]
        free = (bay for bay in candidates if bay is not self.whole and bay.connector.takes_a_tag)
        return next(free, None)

    def _authorized(self, bay: Bay, id_tag: str, answer: call_result.Authorize) -> None:
        if (status := id_tag_status(answer)) == AuthorizationStatus.accepted:
            self._admit(bay, id_tag)
        else:
            self._report(f"{id_tag} may not charge: {status}", bay.connector.connector_id)
            self._turn_away(bay, id_tag)

    def _not_asked(self, bay: Bay, id_tag: str, error: Exception | None) -> None:
        # Without a connection the charge point decides by itself (OCPP 1.6 §3.5.4); an error leaves no ground to.
        if error is None and self.configuration.flag(ConfigurationKey.allow_offline_tx_for_unknown_id):
            self._report(f"{id_tag} is accepted without asking", bay.connector.connector_id)
            self._admit(bay, id_tag)
        else:
            self._turn_away(bay, id_tag)

    def _admit(self, bay: Bay, id_tag: str) -> None:
        if bay.connector.id_tag != id_tag:
            return  # a fault or a command has sent the driver away while the answer was on its way
        bay.connector = bay.connector.authorize()
        self.statuses.review(bay)
        if self._begin(bay):
            return
        number = bay.connector.connector_id
        patience = self.configuration.number(ConfigurationKey.connection_time_out)
        if patience > 0:
            self._timers.start(("patience", number), patience, partial(self._time_out, bay, id_tag))
        if self.settings.auto_plug is not None:
            self._timers.start(("plug", number), self.settings.auto_plug, partial(self.plug, number))

    def _begin(self, bay: Bay) -> bool:
        connector = bay.connector
        if not (connector.plugged and connector.authorized and connector.id_tag):
            return False
        self._forget_waiting(bay)
        self.statuses.review(bay)
        self.transactions.begin(bay, connector.id_tag)
        return True

    def _turn_away(self, bay: Bay, id_tag: str) -> None:
        if bay.connector.id_tag != id_tag:
            return
        bay.connector = bay.connector.forget_tag()
        self._forget_waiting(bay)
        self.statuses.review(bay)
        if bay.connector.ended:
            self._leave_later(bay)

    def _time_out(self, bay: Bay, id_tag: str) -> None:
        self._report("nobody plugged in: ConnectionTimeOut", bay.connector.connector_id)
        self._turn_away(bay, id_tag)

    def _forget_waiting(self, bay: Bay) -> None:
        number = bay.connector.connector_id
        self._timers.cancel(("patience", number), ("plug", number))

    def _leave_later(self, bay: Bay) -> None:
        if self.settings.auto_unplug is not None and bay.connector.plugged:
            number = bay.connector.connector_id
            self._timers.start(("unplug", number), self.settings.auto_unplug, partial(self.unplug, number))
