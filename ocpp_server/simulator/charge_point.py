"""The charge point's side of OCPP: the verdict on each call of the Central System, and what follows from it."""

from collections.abc import Callable, Mapping
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
    Reason,
    RegistrationStatus,
    RemoteStartStopStatus,
    ResetStatus,
    ResetType,
    UnlockStatus,
)

from ocpp_server.simulator.configuration import Configuration, key_bytes
from ocpp_server.simulator.connection import Connection, Routes
from ocpp_server.simulator.registration import Registration
from ocpp_server.simulator.report import Report
from ocpp_server.simulator.reservation_calls import ReservationCalls
from ocpp_server.simulator.restart import Restart
from ocpp_server.simulator.smart_charging_calls import SmartChargingCalls
from ocpp_server.simulator.station import Station

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
        restart: Restart,
        report: Report,
    ) -> None:
        self._configuration, self._station = configuration, station
        self._registration, self._connection = registration, connection
        self._restart, self._report = restart, report

    def routes(self, more: Mapping[Action, Handler]) -> Routes:
        """Return the table of calls served, `more` among them; the library answers all others."""
        handlers: dict[Action, Handler] = {
            Action.change_availability: self.change_availability,
            Action.change_configuration: self.change_configuration,
            Action.clear_cache: self.clear_cache,
            Action.data_transfer: self.data_transfer,
            Action.get_configuration: self.get_configuration,
            Action.remote_start_transaction: self.remote_start_transaction,
            Action.remote_stop_transaction: self.remote_stop_transaction,
            Action.reset: self.reset,
            Action.unlock_connector: self.unlock_connector,
            **ReservationCalls(self._station, self._registration, self._connection).handlers(),
            **self._station.local_list.handlers(),
            **SmartChargingCalls(self._station, self._connection).handlers(),
            **more,
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
        reason = Reason.hard_reset if type == ResetType.hard else Reason.soft_reset
        self._connection.afterwards(partial(self._restart.begin, reason))
        return call_result.Reset(ResetStatus.accepted)

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
            shown = " ".join(map(_shown, said))
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


def _shown(value: Any) -> str:
    """Return a value as it may be told: a link to a file is a secret but for its host, and some have no end."""
    if isinstance(value, dict):
        return "{…}"
    if isinstance(value, list):
        return "[…]"
    scheme, mark, rest = str(value).partition("://")
    return f"{scheme}://{rest.partition('/')[0].rpartition('@')[2]}/…" if mark else " ".join(str(value)[:SHOWN].split())
