"""What answers about charging profiles and composite schedules look like."""

from typing import Any, Literal

from pydantic import Field

from app.api.answer import Answer, Time

Purpose = Literal["TxDefaultProfile", "TxProfile", "ChargePointMaxProfile"]
Kind = Literal["Relative", "Absolute", "Recurring"]
Recurrency = Literal["Daily", "Weekly"]
Unit = Literal["A", "W"]


class PeriodAnswer(Answer):
    start_period: int
    limit: float
    number_phases: int | None = None


class ChargingProfileAnswer(Answer):
    charging_profile_id: str
    name: str
    purpose: Purpose
    stack_level: int
    kind: Kind
    recurrency: Recurrency | None = None
    valid_from: Time | None = None
    valid_to: Time | None = None
    unit: Unit
    min_rate: float | None = None
    start_schedule: Time | None = None
    duration: int | None = None
    periods: list[PeriodAnswer]
    created_by: str | None = None
    created_at: Time | None = None


class InstallationAnswer(Answer):
    """`status` is the charge point's answer, Requested while it is missing, or Failed; `profile` is OCPP verbatim."""

    installation_id: str
    charge_point_id: str
    connector_id: int
    ocpp_profile_id: int = Field(description="OCPP's chargingProfileId, unique to this installation.")
    charging_profile_id: str | None = None
    name: str | None = None
    purpose: str
    stack_level: int
    session_id: str | None = None
    profile: dict[str, Any]
    status: str
    installed: bool = Field(description="What we believe: accepted, and not replaced, cleared or over since.")
    reason: str | None = None
    hint: str | None = None
    command_id: str | None = None
    requested_by: str | None = None
    requested_at: Time
    answered_at: Time | None = None
    removed_at: Time | None = None
    removed_because: Literal["replaced", "cleared", "unknown_to_charge_point", "transaction_ended"] | None = None


class ClearedAnswer(Answer):
    """`status` Unknown: the charge point has no such profile."""

    command_id: str
    status: str | None


class SpanAnswer(Answer):
    """No `limit` where the charge point tells none; `power_w` is over all phases, at 230 V where the unit is A."""

    start_at: Time
    end_at: Time
    limit: float | None = None
    unit: Unit
    number_phases: int | None = None
    power_w: int | None = None


class PointAnswer(Answer):
    at: Time
    limit: float | None
    power_w: int | None


class CompositeAnswer(Answer):
    """`series`: two points for each period, to be joined by straight lines. `energy_wh` is the most that may flow."""

    command_id: str
    status: str | None
    hint: str | None = None
    connector_id: int
    unit: Unit | None = None
    start_at: Time | None = None
    end_at: Time | None = None
    min_rate: float | None = None
    energy_wh: int | None = None
    periods: list[SpanAnswer]
    series: list[PointAnswer]
