"""StatusNotification: who has been told what (OCPP 1.6 §4.9)."""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime

from ocpp.v16 import call
from ocpp.v16.enums import ChargePointStatus

from ocpp_server.simulator.bay import Bay
from ocpp_server.simulator.meter import timestamp
from ocpp_server.simulator.outbox import Message, Outbox
from ocpp_server.simulator.report import Report


class Statuses:
    """Announces every change of a connector's status, and after an interruption those that were missed.

    `told` holds what the Central System has acknowledged, `history` the last statuses whether told or not. `changed` is
    called after each review: what happens at one connector may matter to others.
    """

    def __init__(self, outbox: Outbox, report: Report, clock: Callable[[], datetime]) -> None:
        self.told: dict[int, ChargePointStatus] = {}
        self.history: deque[tuple[int, ChargePointStatus]] = deque(maxlen=200)
        self._announced: dict[int, ChargePointStatus] = {}
        self.changed: Callable[[], None] = lambda: None
        self._outbox, self._report, self._clock = outbox, report, clock

    def review(self, bay: Bay) -> None:
        """Announce the connector's status if it is not the one announced last."""
        self._announce(bay)
        self.changed()

    def _announce(self, bay: Bay) -> None:
        connector = bay.connector
        if self._announced.get(connector.connector_id, ChargePointStatus.available) == connector.status:
            return
        self._announced[connector.connector_id] = connector.status
        self.history.append((connector.connector_id, connector.status))
        self._report(connector.status, connector.connector_id)
        self.tell(bay)

    def retell(self, bays: Iterable[Bay]) -> None:
        """Tell the present status of every connector whose last one was not acknowledged."""
        for bay in bays:
            if self.told.get(bay.connector.connector_id) != bay.connector.status:
                self.tell(bay)

    def forget(self) -> None:
        """Tell everything anew at the next `retell`: the charge point has booted."""
        self.told.clear()

    def tell(self, bay: Bay, *, always: bool = False) -> None:
        """Tell the status as it is now."""
        connector = bay.connector
        number, status = connector.connector_id, connector.status
        notification = call.StatusNotification(
            connector_id=number,
            error_code=connector.error_code,
            status=status,
            timestamp=timestamp(self._clock()),
        )

        def acknowledged(_: object) -> None:
            self.told[number] = status

        self._outbox.put(Message(lambda: notification, answered=acknowledged, always=always))
