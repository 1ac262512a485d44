"""Transactions as chargers report them: recognised by content, booked once, never refused (OCPP 1.6 §4.8, §4.10)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.domain.charge_points import MAX_CONNECTORS
from app.domain.id_tags import normalise_id_tag
from app.domain.meter_values import number
from app.domain.sessions import PENDING, Session
from app.domain.times import event_time, parse_time, trusted

MAX_TRANSACTION_ID = 2**31 - 1
CLOCK_SLACK = timedelta(minutes=5)


def _watt_hours(value: object) -> int | None:
    reading = number(value)
    return None if reading is None else round(reading)


def connector_number(value: object) -> int | None:
    """Return a connectorId within 0…100, or None for nonsense, which must not make a million connectors."""
    reading = number(value)
    return int(reading) if reading is not None and 0 <= reading <= MAX_CONNECTORS else None


def transaction_number(value: object) -> int | None:
    """Return a transactionId that we can have given out, or None: 0, −1, 2⁶³−1 and their like stand for "none"."""
    reading = number(value)
    if reading is None or reading != int(reading) or not 1 <= reading <= MAX_TRANSACTION_ID:
        return None
    return int(reading)


@dataclass(frozen=True, slots=True)
class Start:
    """A StartTransaction.req, read. `key` is equal for a retry of the same start, whatever its message id."""

    charge_point_id: str
    connector_id: int
    id_tag: str
    meter_start: int
    started_at: datetime
    clock_trusted: bool
    key: str
    reservation_id: int | None


def read_start(charge_point_id: str, request: dict[str, Any], received_at: datetime) -> Start:
    """Read a StartTransaction.req: the charger's time where believable, a negative or absurd meter as zero."""
    written = request.get("timestamp")
    content = (
        charge_point_id,
        request.get("connectorId"),
        normalise_id_tag(request.get("idTag")),
        written,
        request.get("meterStart"),
    )
    meter = _watt_hours(request.get("meterStart"))
    reservation = number(request.get("reservationId"))
    return Start(
        charge_point_id=charge_point_id,
        connector_id=connector_number(request.get("connectorId")) or 0,
        id_tag=normalise_id_tag(request.get("idTag")),
        meter_start=max(meter or 0, 0),
        started_at=event_time(written, received_at),
        clock_trusted=trusted(parse_time(written), received_at),
        key=_digest(content),
        reservation_id=int(reservation) if reservation is not None and reservation > 0 else None,
    )


def matching_request(start: Start, requests: Sequence[Session]) -> Session | None:
    """Return the pending session that this start fulfils, or None.

    Same connector, same tag (or none in the message: some chargers leave it out after a remote start), and not a
    start queued from long before the request was made.
    """
    for session in requests:
        if session.state not in PENDING or session.connector_id != start.connector_id:
            continue
        if start.id_tag and start.id_tag != session.id_tag:
            continue
        if start.clock_trusted and session.requested_at and start.started_at < session.requested_at - CLOCK_SLACK:
            continue
        return session
    return None


@dataclass(frozen=True, slots=True)
class Stop:
    """A StopTransaction.req, read; `meter_stop` is None where the charger says it does not know."""

    charge_point_id: str
    transaction_id: int | None
    id_tag: str
    meter_stop: int | None
    stopped_at: datetime
    reason: str | None
    key: str


def read_stop(charge_point_id: str, request: dict[str, Any], received_at: datetime) -> Stop:
    """Read a StopTransaction.req; a stop from the future beyond the clocks' slack happened now."""
    meter = _watt_hours(request.get("meterStop"))
    stopped_at = event_time(request.get("timestamp"), received_at)
    reason = request.get("reason")
    content = (request.get("transactionId"), request.get("timestamp"), request.get("meterStop"))
    return Stop(
        charge_point_id=charge_point_id,
        transaction_id=transaction_number(request.get("transactionId")),
        id_tag=normalise_id_tag(request.get("idTag")),
        meter_stop=meter if meter is not None and meter >= 0 else None,
        stopped_at=received_at if stopped_at > received_at + CLOCK_SLACK else stopped_at,
        reason=str(reason)[:50] if reason else None,
        key=_digest((charge_point_id, *content)),
    )


def matching_transaction(stop: Stop, open_sessions: Sequence[Session]) -> Session | None:
    """Return the session that a stop without a usable transactionId ends: the only open one, or the tag's only one."""
    if stop.id_tag:
        of_tag = [s for s in open_sessions if s.id_tag == stop.id_tag]
        if len(of_tag) == 1:
            return of_tag[0]
    return open_sessions[0] if len(open_sessions) == 1 else None


def oddities(stop: Stop, session: Session, *, tag_related: bool) -> list[str]:
    """Name what is wrong with a stop that is booked all the same: the charger has stopped, whatever we think of it.

    `tag_related` tells whether the tag that stopped is the one that started, its parent, or of the same parent.
    """
    found = []
    if stop.meter_stop is None:
        found.append("meter_stop_unknown")
    elif session.meter_start is not None and stop.meter_stop < session.meter_start:
        found.append("meter_stop_below_start")
    if session.started_at is not None and stop.stopped_at < session.started_at:
        found.append("stop_before_start")
    if not tag_related:
        found.append("stop_tag_unrelated")
    return found


def _digest(content: tuple[object, ...]) -> str:
    return hashlib.sha256(repr(content).encode("utf-8", "replace")).hexdigest()
