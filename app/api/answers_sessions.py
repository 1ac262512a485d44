"""What answers about sessions, and what comes before and after one, look like."""

from typing import Literal

from pydantic import Field

from app.api.answer import Answer, Time
from app.api.answers_tariffs import CostAnswer, PriceAnswer
from app.domain.energy_confidence import Confidence
from app.domain.reservations import ReservationState
from app.domain.sessions import State

WattHours = int


class ChargingAnswer(Answer):
    """`status` is the charge point's own answer; follow `session_id` for what comes of it."""

    status: Literal["Accepted", "Rejected"]
    session_id: str
    hint: str | None = None


class StopAtAnswer(Answer):
    energy_wh: WattHours | None = None
    minutes: int | None = None
    time: Time | None = None
    soc: int | None = None
    cost: int | None = Field(None, description="Minor units of the tariff's currency.")


class SessionAnswer(Answer):
    """A charging session. Energy is in Wh, power in W; `version` grows with every change."""

    session_id: str
    charge_point_id: str
    connector_id: int
    idTag: str  # noqa: N815
    username: str | None = None
    vehicle_id: str | None = None
    transaction_id: int | None = None
    state: State
    reason: str | None = None
    reason_code: str | None = Field(None, description="Stable, for programs; `reason` and `hint` are for people.")
    hint: str | None = None
    stop_reason: str | None = Field(None, description="The charge point's own word, OCPP verbatim.")
    stop_at: StopAtAnswer | None = None
    stopped_by: str | None = Field(None, description="The rule of `stop_at` that was reached.")
    requested_at: Time | None = None
    deadline_at: Time | None = None
    started_at: Time | None = None
    stopped_at: Time | None = None
    meter_start: WattHours | None = None
    meter_stop: WattHours | None = None
    energy_wh: WattHours
    energy_source: Literal["meter", "samples", "estimate"]
    energy_confidence: Confidence
    power_w: int | None = None
    soc: int | None = None
    metered_at: Time | None = None
    price: PriceAnswer | None = Field(None, description="What it is paid by: as it was when the session began.")
    cost: CostAnswer | None = Field(None, description="So far, while it runs; missing where there was no price.")
    version: int


class ReservationAnswer(Answer):
    """`reserve_status` and `cancel_status` are the charge point's own answers; connector 0 is any of its connectors."""

    reservation_id: int
    charge_point_id: str
    connector_id: int
    idTag: str  # noqa: N815
    parent_id_tag: str | None = None
    username: str | None = None
    state: ReservationState
    reason: str | None = None
    hint: str | None = None
    reserve_status: str | None = None
    cancel_status: str | None = None
    session_id: str | None = None
    command_id: str | None = None
    requested_by: str
    requested_at: Time
    expires_at: Time
    ended_at: Time | None = None
    version: int


class MeterValueAnswer(Answer):
    """`sampled` is what the charge point sent, OCPP's sampledValue list."""

    at: Time
    energy_wh: float | None = None
    power_w: float | None = None
    current_a: float | None = None
    voltage_v: float | None = None
    soc: float | None = None
    sampled: list[dict[str, str]] | None = None


class Receipt(Answer):
    session_id: str
    charge_point_id: str
    connector_id: int
    name: str | None = None
    place: str | None = None
    idTag: str  # noqa: N815
    username: str | None = None
    vehicle_id: str | None = None
    started_at: Time | None = None
    stopped_at: Time | None = None
    minutes: float | None = None
    meter_start: WattHours | None = None
    meter_stop: WattHours | None = None
    energy_wh: WattHours
    energy_source: Literal["meter", "samples", "estimate"]
    energy_confidence: Confidence
    stop_reason: str | None = None
    provisional: bool = Field(description="The charge point has not told the end yet; its last word may differ.")
    price: PriceAnswer | None = None
    cost: CostAnswer | None = Field(None, description="Missing where there was no price.")
