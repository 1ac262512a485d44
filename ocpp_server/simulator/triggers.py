"""Messages the Central System asks for (OCPP 1.6 §5.17, security whitepaper §4.5)."""

from collections.abc import Callable
from functools import partial
from typing import Any

from ocpp.v16 import call_result
from ocpp.v16.enums import Action, MessageTrigger, ReadingContext, TriggerMessageStatus

from ocpp_server.simulator.certificate_signing import CertificateSigning
from ocpp_server.simulator.connection import Connection
from ocpp_server.simulator.firmware import Firmware
from ocpp_server.simulator.registration import Registration
from ocpp_server.simulator.station import Station
from ocpp_server.simulator.uploads import Uploads

Acts = list[Callable[[], None]]


class Triggers:
    """A handler judges; the message asked for follows its answer."""

    def __init__(
        self,
        station: Station,
        registration: Registration,
        connection: Connection,
        firmware: Firmware,
        uploads: Uploads,
        signing: CertificateSigning,
    ) -> None:
        self._station, self._registration, self._connection = station, registration, connection
        self._firmware, self._uploads, self._signing = firmware, uploads, signing

    def handlers(self) -> dict[Action, Callable[..., Any]]:
        """Return the rows of the table of calls served."""
        return {
            Action.extended_trigger_message: self.extended_trigger_message,
            Action.trigger_message: self.trigger_message,
        }

    def trigger_message(self, requested_message: str, connector_id: int | None = None) -> call_result.TriggerMessage:
        more: dict[str, Callable[[], None]] = {
            MessageTrigger.diagnostics_status_notification: partial(self._uploads.tell, log=False),
            MessageTrigger.firmware_status_notification: partial(self._firmware.tell, signed=False),
        }
        return call_result.TriggerMessage(self._follow(self._acts(requested_message, connector_id, more)))

    def extended_trigger_message(
        self, requested_message: str, connector_id: int | None = None
    ) -> call_result.ExtendedTriggerMessage:
        more: dict[str, Callable[[], None]] = {
            MessageTrigger.firmware_status_notification: partial(self._firmware.tell, signed=True),
            MessageTrigger.log_status_notification: partial(self._uploads.tell, log=True),
            MessageTrigger.sign_charge_point_certificate: self._signing.begin,
        }
        return call_result.ExtendedTriggerMessage(self._follow(self._acts(requested_message, connector_id, more)))

    def _acts(self, requested: str, connector_id: int | None, more: dict[str, Callable[[], None]]) -> Acts | None:
        """Return what sends the message, once for each connector it is about; None for a message not known here."""
        wanted = [b for b in self._station if connector_id in (None, b.connector.connector_id)]
        match requested:
            case MessageTrigger.boot_notification:
                return [self._registration.boot]
            case MessageTrigger.heartbeat:
                return [self._registration.heartbeat]
            case MessageTrigger.status_notification:
                return [partial(self._station.statuses.tell, bay, always=True) for bay in wanted]
            case MessageTrigger.meter_values:
                sample = self._station.transactions.sample
                metered = [bay for bay in wanted if bay is not self._station.whole]
                return [partial(sample, bay, ReadingContext.trigger, always=True) for bay in metered]
        return [more[requested]] if requested in more else None

    def _follow(self, acts: Acts | None) -> TriggerMessageStatus:
        if acts is None:
            return TriggerMessageStatus.not_implemented
        for act in acts:
            self._connection.afterwards(act)
        return TriggerMessageStatus.accepted if acts else TriggerMessageStatus.rejected
