"""The calls of smart charging, as the charge point answers them (OCPP 1.6 §5.5, §5.7, §5.16)."""

from collections.abc import Callable
from typing import Any

from ocpp.v16 import call_result
from ocpp.v16.enums import (
    Action,
    ChargingProfileStatus,
    ChargingRateUnitType,
    ClearChargingProfileStatus,
    GetCompositeScheduleStatus,
)

from ocpp_server.simulator.connection import Connection
from ocpp_server.simulator.smart_charging import Selection
from ocpp_server.simulator.station import Station


class SmartChargingCalls:
    """A handler judges and keeps; what the connectors may draw changes after the answer is sent."""

    def __init__(self, station: Station, connection: Connection) -> None:
        self._station, self._connection = station, connection
        self._smart_charging = station.smart_charging

    def handlers(self) -> dict[Action, Callable[..., Any]]:
        """Return the rows of the table of calls served."""
        return {
            Action.clear_charging_profile: self.clear_charging_profile,
            Action.get_composite_schedule: self.get_composite_schedule,
            Action.set_charging_profile: self.set_charging_profile,
        }

    def clear_charging_profile(
        self,
        id: int | None = None,
        connector_id: int | None = None,
        charging_profile_purpose: str | None = None,
        stack_level: int | None = None,
    ) -> call_result.ClearChargingProfile:
        selection = Selection(id, connector_id, charging_profile_purpose, stack_level)
        known = self._smart_charging.clear(selection)
        self._connection.afterwards(self._smart_charging.review)
        status = ClearChargingProfileStatus.accepted if known else ClearChargingProfileStatus.unknown
        return call_result.ClearChargingProfile(status)

    def get_composite_schedule(
        self, connector_id: int, duration: int, charging_rate_unit: str = ChargingRateUnitType.watts
    ) -> call_result.GetCompositeSchedule:
        if duration < 1 or connector_id not in {bay.connector.connector_id for bay in self._station}:
            return call_result.GetCompositeSchedule(GetCompositeScheduleStatus.rejected)
        start, schedule = self._smart_charging.composite(connector_id, duration, charging_rate_unit)
        return call_result.GetCompositeSchedule(GetCompositeScheduleStatus.accepted, connector_id, start, schedule)

    def set_charging_profile(
        self, connector_id: int, cs_charging_profiles: dict[str, Any]
    ) -> call_result.SetChargingProfile:
        taken = self._smart_charging.set(connector_id, cs_charging_profiles)
        self._connection.afterwards(self._smart_charging.review)
        return call_result.SetChargingProfile(
            ChargingProfileStatus.accepted if taken else ChargingProfileStatus.rejected
        )
