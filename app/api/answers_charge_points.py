"""What answers about charge points, and what happened to them, look like."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from app.api.answer import Answer, Time
from app.api.answers_tariffs import PriceAnswer


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
