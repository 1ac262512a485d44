"""The charge point's side of OCPP: the verdict on each call of the Central System, and what follows from it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from ocpp.v16 import call_result
from ocpp.v16.enums import (
    Action,
    AvailabilityStatus,
    AvailabilityType,
    ClearCacheStatus,
    ConfigurationKey,
    ConfigurationStatus,
    DataTransferStatus,
    MessageTrigger,
    ReadingContext,
    Reason,
    RegistrationStatus,
    RemoteStartStopStatus,
    ResetStatus,
    ResetType,
    TriggerMessageStatus,
    UnlockStatus,
)

from ocpp_server.simulator.configuration import Configuration, key_bytes
from ocpp_server.simulator.connection import Connection, Routes
from ocpp_server.simulator.outbox import Outbox
from ocpp_server.simulator.registration import Registration
from ocpp_server.simulator.report import Report
from ocpp_server.simulator.reservation_calls import ReservationCalls
from ocpp_server.simulator.smart_charging_calls import SmartChargingCalls
from ocpp_server.simulator.station import Station
from ocpp_server.simulator.timers import Timers

# How long (seconds) a soft reset waits for the transactions it ended to be told.
SOFT_RESET_PATIENCE = 10.0

# How much (characters) of a call's value is reported: a local list has no end.
SHOWN = 100

Handler = Callable[..., Any]


class ChargePoint:
    """Answers the Central System. A handler only judges; what it sets in motion runs after the answer is sent."""

    def __init__(
        self,
        configuration: Configuration,
        station: Station,
        registration: Registration,
        connection: Connection,
        outbox: Outbox,
        timers: Timers,
        report: Report,
    ) -> None:
        self._configuration, self._station = configuration, station
        self._registration, self._connection = registration, connection
        self._outbox, self._timers, self._report = outbox, timers, report
        self._resetting = False

    def routes(self) -> Routes:
        """Return the table of calls served; the library answers all others."""
        handlers: dict[Action, Handler] = {
            Action.change_availability: self.change_availability,
            Action.change_configuration: self.change_configuration,
            Action.clear_cache: self.clear_cache,
            Action.data_transfer: self.data_transfer,
            Action.get_configuration: self.get_configuration,
            Action.remote_start_transaction: self.remote_start_transaction,
            Action.remote_stop_transaction: self.remote_stop_transaction,
            Action.reset: self.reset,
            Action.trigger_message: self.trigger_message,
            Action.unlock_connector: self.unlock_connector,
            **ReservationCalls(self._station, self._registration, self._connection).handlers(),
            **self._station.local_list.handlers(),
            **SmartChargingCalls(self._station, self._connection).handlers(),
        }
        return {action: {"_on_action": self._told(action, handler)} for action, handler in handlers.items()}

    def change_availability(self, connector_id: int, type: str) -> call_result.ChangeAvailability:
        if connector_id not in {bay.connector.connector_id for bay in self._station}:
            return call_result.ChangeAvailability(AvailabilityStatus.rejected)
        operative = type == AvailabilityType.operative
        bays = list(self._station) if connector_id == 0 else [self._station.bay(connector_id)]
        busy = not operative and any(bay.transaction for bay in bays)
        self._connection.afterwards(partial(self._station.make_operative, connector_id, operative))
        return call_result.ChangeAvailability(AvailabilityStatus.scheduled if busy else AvailabilityStatus.accepted)

    def change_configuration(self, key: str, value: str) -> call_result.ChangeConfiguration:
        name, status = self._configuration.change(key, value)
        if status == ConfigurationStatus.accepted:
            self._connection.afterwards(partial(self._configured, name, value))
        return call_result.ChangeConfiguration(status)

    def clear_cache(self) -> call_result.ClearCache:
        return call_result.ClearCache(ClearCacheStatus.accepted)

    def data_transfer(self, **_: Any) -> call_result.DataTransfer:
        return call_result.DataTransfer(DataTransferStatus.unknown_vendor_id)

    def get_configuration(self, key: list[str] | None = None) -> call_result.GetConfiguration:
        known, unknown = self._configuration.report(key)
        return call_result.GetConfiguration(known, unknown)

    def remote_start_transaction(
        self, id_tag: str, connector_id: int | None = None, charging_profile: dict[str, Any] | None = None
    ) -> call_result.RemoteStartTransaction:
        bay = self._station.free_bay(connector_id, id_tag) if self._accepted else None
        if bay is None:
            return call_result.RemoteStartTransaction(RemoteStartStopStatus.rejected)
        number = bay.connector.connector_id
        if not self._station.smart_charging.await_start(number, id_tag, charging_profile):
            return call_result.RemoteStartTransaction(RemoteStartStopStatus.rejected)
        ask = self._configuration.flag(ConfigurationKey.authorize_remote_tx_requests)
        self._connection.afterwards(partial(self._station.begin_for, bay, id_tag, ask=ask))
        return call_result.RemoteStartTransaction(RemoteStartStopStatus.accepted)

    def remote_stop_transaction(self, transaction_id: int) -> call_result.RemoteStopTransaction:
        for bay in self._station.bays:
            if self._accepted and bay.transaction and bay.transaction.transaction_id == transaction_id:
                self._connection.afterwards(partial(self._station.transactions.end, bay, Reason.remote))
                return call_result.RemoteStopTransaction(RemoteStartStopStatus.accepted)
        return call_result.RemoteStopTransaction(RemoteStartStopStatus.rejected)

    def reset(self, type: str) -> call_result.Reset:
        self._connection.afterwards(partial(self._reset, hard=type == ResetType.hard))
        return call_result.Reset(ResetStatus.accepted)

    def trigger_message(self, requested_message: str, connector_id: int | None = None) -> call_result.TriggerMessage:
        wanted = [b for b in self._station if connector_id in (None, b.connector.connector_id)]
        metered = [bay for bay in wanted if bay is not self._station.whole]
        match requested_message:
            case MessageTrigger.boot_notification:
                acts: list[Callable[[], None]] = [self._registration.boot]
            case MessageTrigger.heartbeat:
                acts = [self._registration.heartbeat]
            case MessageTrigger.status_notification:
                acts = [partial(self._station.statuses.tell, bay, always=True) for bay in wanted]
            case MessageTrigger.meter_values:
                sample = self._station.transactions.sample
                acts = [partial(sample, bay, ReadingContext.trigger, always=True) for bay in metered]
            case _:
                return call_result.TriggerMessage(TriggerMessageStatus.not_implemented)
        for act in acts:
            self._connection.afterwards(act)
        return call_result.TriggerMessage(TriggerMessageStatus.accepted if acts else TriggerMessageStatus.rejected)

    def unlock_connector(self, connector_id: int) -> call_result.UnlockConnector:
        bay = next((b for b in self._station.bays if b.connector.connector_id == connector_id), None)
        if bay is None:
            return call_result.UnlockConnector(UnlockStatus.not_supported)
        if bay.transaction:
            self._connection.afterwards(partial(self._station.transactions.end, bay, Reason.unlock_command))
        return call_result.UnlockConnector(UnlockStatus.unlocked)

    @property
    def _accepted(self) -> bool:
        return self._registration.status == RegistrationStatus.accepted

    def _told(self, action: Action, handler: Handler) -> Handler:
        def serve(**payload: Any) -> Any:
            answer = handler(**payload)
            secret = payload.get("key") == ConfigurationKey.authorization_key
            said = [value for value in payload.values() if not (secret and value != payload["key"])]
            shown = " ".join("{…}" if isinstance(value, dict) else str(value)[:SHOWN] for value in said)
            verdict = getattr(answer, "status", "answered")
            self._report(f"<- {action} {shown}".rstrip() + f": {verdict}")
            return answer

        return serve

    def _configured(self, name: str, value: str) -> None:
        match name:
            case ConfigurationKey.heartbeat_interval:
                self._registration.schedule_heartbeat()
            case ConfigurationKey.meter_value_sample_interval:
                for bay in self._station.bays:
                    self._station.transactions.schedule_samples(bay)
            case ConfigurationKey.authorization_key:
                self._connection.password = key_bytes(value)
                self._connection.drop()

    def _reset(self, *, hard: bool) -> None:
        if hard:
            self._outbox.closed()  # it has no time to tell: what it ends now is told after the boot
        self._station.end_all(Reason.hard_reset if hard else Reason.soft_reset)
        self._resetting = True
        if hard or self._outbox.idle:
            self.restart()
        else:
            self._timers.start("reset", SOFT_RESET_PATIENCE, self.restart)

    def restart(self) -> None:
        """Finish a reset that is under way: hang up and boot again; otherwise do nothing."""
        if self._resetting:
            self._resetting = False
            self._timers.cancel("reset")
            self._registration.reboot()
            self._connection.drop()
