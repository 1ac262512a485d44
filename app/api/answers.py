"""What answers look like, for the OpenAPI document; tests hold every answer they get against it."""

from typing import Any, Literal

from pydantic import BaseModel, Field, create_model

from app.api.answer import Answer as Answer
from app.api.answer import Time as Time
from app.api.answers_tariffs import CostAnswer, PriceAnswer
from app.domain.energy_confidence import Confidence
from app.domain.id_tags import IdTagKind, IdTagStatus
from app.domain.reservations import ReservationState
from app.domain.roles import Role
from app.domain.sessions import State

WattHours = int
CommandOutcome = Literal["answered", "call_error", "timeout", "offline", "disconnected", "refused", "cancelled"]


class Tokens(Answer):
    """A login: `expires_in` seconds for the access token; `idTag` is what chargers know the driver by."""

    access_token: str
    refresh_token: str
    expires_in: int
    idTag: str  # noqa: N815 - the article's name
    role: Role
    username: str


class UserAnswer(Answer):
    username: str
    role: Role
    idTag: str  # noqa: N815
    email: str | None = None
    name: str | None = None
    language: str
    disabled: bool
    created_at: Time | None = None


class IdTagAnswer(Answer):
    idTag: str  # noqa: N815
    kind: IdTagKind
    status: IdTagStatus
    expiry_date: Time | None = None
    parent_id_tag: str | None = None
    concurrent_limit: int
    label: str | None = None
    username: str | None = None
    vehicle_id: str | None = None
    created_at: Time | None = None
    last_used_at: Time | None = None


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


class LiveTicket(Answer):
    """`url` is where to open the WebSocket, ticket included; `expires_in` is in seconds."""

    url: str
    ticket: str
    expires_in: int


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


class ConnectorAnswer(Answer):
    """`error_code`, `info` and `vendor_error_code` are for staff."""

    connector_id: int
    status: str
    status_at: Time
    online: bool | None = None
    price: PriceAnswer | None = Field(None, description="Of a session that begins now; missing where there is none.")
    error_code: str | None = None
    info: str | None = None
    vendor_error_code: str | None = None


class ChargePointAnswer(Answer):
    """Drivers see id, name, place, online and connectors; staff see everything."""

    id: str
    name: str | None = None
    place: str | None = None
    online: bool
    connectors: list[ConnectorAnswer]
    tariff_id: str | None = Field(None, description="Its own; without one the default tariff is in force.")
    security_profile: int | None = None
    pending_security_profile: int | None = None
    pending_password: bool | None = None
    registration: str | None = None
    vendor: str | None = None
    model: str | None = None
    serial_number: str | None = None
    firmware_version: str | None = None
    firmware_status: str | None = None
    diagnostics_status: str | None = None
    booted_at: Time | None = None
    last_seen_at: Time | None = None
    created_at: Time | None = None


class NewChargePointAnswer(ChargePointAnswer):
    """The password is shown this once; `url` is what to enter in the charge point."""

    url: str
    password: str | None = None


class PasswordAnswer(Answer):
    password: str


class CommandAnswer(Answer):
    """`response` is the charge point's answer, OCPP verbatim; `status` its status, null where it has none."""

    command_id: str
    action: str
    status: str | None
    response: dict[str, Any]


class CommandRecordAnswer(Answer):
    """`outcome` is missing while the command is under way, or waits for its turn in a batch."""

    command_id: str
    charge_point_id: str
    action: str
    payload: dict[str, Any]
    requested_by: str
    requested_at: Time
    outcome: CommandOutcome | None = None
    status: str | None = None
    response: dict[str, Any] | None = None
    error: str | None = None
    finished_at: Time | None = None
    batch_id: str | None = None


class EventAnswer(BaseModel):
    """Further fields depend on `kind`."""

    kind: str
    at: Time
    charge_point_id: str


class SecurityEventAnswer(Answer):
    """`timestamp` is the charge point's own time, `at` when it told."""

    kind: Literal["security_event"]
    at: Time
    charge_point_id: str
    critical: bool
    type: str | None = None
    timestamp: str | None = None
    tech_info: str | None = None


class RefusalAnswer(Answer):
    """A connection `refused` at the door has the HTTP `status` it got, a `dropped` one its WebSocket `close_code`."""

    charge_point_id: str
    remote_address: str
    kind: Literal["refused", "dropped"]
    status: int | None = None
    close_code: int | None = None
    reason: str
    did_you_mean: list[str] | None = None
    subprotocols: list[str] | None = None
    username: str | None = None
    secure: bool | None = Field(None, description="It came over TLS.")
    count: int
    first_at: Time
    last_at: Time


class SettlementAnswer(Answer):
    """What a person has made of it."""

    kind: Literal["dismissed", "session_ended"]
    by: str
    at: Time
    note: str | None = None
    session_id: str | None = None
    meter_stop: int | None = None
    stopped_at: Time | None = None


class QuarantinedAnswer(Answer):
    id: str
    charge_point_id: str
    action: str
    reasons: list[str]
    session_id: str | None = None
    received_at: Time
    payload: dict[str, Any]
    settlement: SettlementAnswer | None = None


class Health(Answer):
    status: str


class Readiness(Answer):
    status: Literal["ready", "not ready"]
    checks: dict[str, str]


def page_of(item: type[BaseModel]) -> type[BaseModel]:
    """Return the model of a page of such items; `next` goes into `cursor` for the next one, null at the end."""
    name = f"{item.__name__.removesuffix('Answer')}Page"
    return create_model(name, __base__=Answer, items=(list[item], ...), next=(str | None, ...))  # type: ignore[valid-type]
