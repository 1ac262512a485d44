"""Who may charge: a tag is shown, the Central System is asked, and the driver is given time to plug in."""

from collections.abc import Callable
from functools import partial

from ocpp.v16 import call, call_result
from ocpp.v16.enums import AuthorizationStatus, ConfigurationKey

from ocpp_server.simulator.bay import Bay
from ocpp_server.simulator.configuration import Configuration
from ocpp_server.simulator.local_list import LocalList
from ocpp_server.simulator.outbox import Message, Outbox
from ocpp_server.simulator.report import Report
from ocpp_server.simulator.reservations import Reservations
from ocpp_server.simulator.settings import Settings
from ocpp_server.simulator.statuses import Statuses
from ocpp_server.simulator.timers import Timers
from ocpp_server.simulator.transaction import id_tag_status, parent_id_tag
from ocpp_server.simulator.transactions import Transactions


class Admission:
    """Takes a tag from being shown to its transaction, or sends the driver away.

    `plug` lets a car plug in at a connector, `leave_later` lets one that stands there go after a while.
    """

    def __init__(
        self,
        settings: Settings,
        configuration: Configuration,
        local_list: LocalList,
        outbox: Outbox,
        timers: Timers,
        statuses: Statuses,
        transactions: Transactions,
        reservations: Reservations,
        report: Report,
        plug: Callable[[int], None],
        leave_later: Callable[[Bay], None],
    ) -> None:
        self._settings, self._configuration, self._local_list = settings, configuration, local_list
        self._outbox, self._timers = outbox, timers
        self._statuses, self._transactions, self._report = statuses, transactions, report
        self._reservations = reservations
        self._plug, self._leave_later = plug, leave_later

    def consider(self, bay: Bay, id_tag: str, *, ask: bool) -> None:
        """Take a tag at a free connector; `ask` the Central System before it is admitted."""
        bay.connector = bay.connector.present(id_tag, self._reservations.claim_of(bay, id_tag))
        # Kept for a family, the connector is for those of the same parent, which the Central System knows.
        if not ask and self._reservations.admits(bay, id_tag):
            self._admit(bay, id_tag)
            return
        self._outbox.put(
            Message(
                lambda: call.Authorize(id_tag=id_tag),
                answered=partial(self._answered, bay, id_tag),
                unanswered=partial(self._unanswered, bay, id_tag),
            )
        )

    def begin(self, bay: Bay) -> bool:
        """Begin the transaction if an admitted tag and a car are both there; return whether they are."""
        connector = bay.connector
        if not (connector.plugged and connector.authorized and connector.id_tag):
            return False
        self._stop_waiting(bay)
        self._statuses.review(bay)
        self._transactions.begin(bay, connector.id_tag, self._reservations.use(connector.claim))
        return True

    def forget(self, bay: Bay) -> None:
        """Forget the tag that waits at the connector, if one does; its status is for the caller to review."""
        self._stop_waiting(bay)
        bay.connector = bay.connector.forget_tag()

    def _answered(self, bay: Bay, id_tag: str, answer: call_result.Authorize) -> None:
        parent = parent_id_tag(answer)
        if (status := id_tag_status(answer)) != AuthorizationStatus.accepted:
            self._report(f"{id_tag} may not charge: {status}", bay.connector.connector_id)
            self._refuse(bay, id_tag)
        elif not self._reservations.admits(bay, id_tag, parent):
            self._report(f"{id_tag} may not charge here: reserved", bay.connector.connector_id)
            self._refuse(bay, id_tag)
        else:
            self._admit(bay, id_tag, parent)

    def _unanswered(self, bay: Bay, id_tag: str, error: Exception | None) -> None:
        # Without a connection the charge point decides by itself (OCPP 1.6 §3.5.4); an error leaves no ground to.
        parent = self._local_list.parent(id_tag)
        if error is None and self._may_charge_offline(bay, id_tag) and self._reservations.admits(bay, id_tag, parent):
            self._admit(bay, id_tag, parent)
        else:
            self._refuse(bay, id_tag)

    def _may_charge_offline(self, bay: Bay, id_tag: str) -> bool:
        number, listed = bay.connector.connector_id, None
        if self._configuration.flag(ConfigurationKey.local_authorize_offline):
            listed = self._local_list.verdict(id_tag)
        if listed is not None:
            self._report(f"{id_tag} is on the local list: {listed}", number)
            return listed == AuthorizationStatus.accepted
        if self._configuration.flag(ConfigurationKey.allow_offline_tx_for_unknown_id):
            self._report(f"{id_tag} is accepted without asking", number)
            return True
        return False

    def _admit(self, bay: Bay, id_tag: str, parent: str | None = None) -> None:
        if bay.connector.id_tag != id_tag:
            return  # a fault or a command has sent the driver away while the answer was on its way
        bay.connector = bay.connector.authorize(self._reservations.claim_of(bay, id_tag, parent))
        self._statuses.review(bay)
        if self.begin(bay):
            return
        number = bay.connector.connector_id
        patience = self._configuration.number(ConfigurationKey.connection_time_out)
        if patience > 0:
            self._timers.start(("patience", number), patience, partial(self._time_out, bay))
        if self._settings.auto_plug is not None:
            self._timers.start(("plug", number), self._settings.auto_plug, partial(self._plug, number))

    def _refuse(self, bay: Bay, id_tag: str) -> None:
        if bay.connector.id_tag == id_tag:
            self._turn_away(bay)

    def _turn_away(self, bay: Bay) -> None:
        self.forget(bay)
        self._statuses.review(bay)
        if bay.connector.ended:
            self._leave_later(bay)

    def _time_out(self, bay: Bay) -> None:
        self._report("nobody plugged in: ConnectionTimeOut", bay.connector.connector_id)
        self._turn_away(bay)

    def _stop_waiting(self, bay: Bay) -> None:
        number = bay.connector.connector_id
        self._timers.cancel(("patience", number), ("plug", number))
