"""Transactions as chargers report them: recognised by content, booked once, never refused (OCPP 1.6 §4.8, §4.10)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.connectors import connector_number
from app.domain.id_tags import normalise_id_tag
from app.domain.numbers import integer, number
from app.domain.sessions import PENDING, Session
from app.domain.times import CLOCK_SLACK, event_time, parse_time, trusted

MAX_TRANSACTION_ID = 2**31 - 1


def _watt_hours(value: object) -> int | None:
    """Return a meter's reading; None for −1 and its like, which chargers send when they do not know it."""
    reading = number(value)
    return round(reading) if reading is not None and reading >= 0 else None


def transaction_number(value: object) -> int | None:
    """Return a transactionId that we can have given out, or None: 0, −1, 2⁶³−1 and their like stand for "none"."""
    return integer(value, 1, MAX_TRANSACTION_ID)


@dataclass(frozen=True, slots=True)
class Start:
    """A StartTransaction.req, read. `key` is equal for a retry of the same start, whatever its message id.

    `connector_id` is 0 where the message names none that can be; `meter_start` is None where it is no reading.
    """

    charge_point_id: str
    connector_id: int
    id_tag: str
    meter_start: int | None
    started_at: datetime
    clock_trusted: bool
    key: str


def read_start(charge_point_id: str, request: dict[str, Any], received_at: datetime) -> Start:
    """Read a StartTransaction.req: the charger's time where believable."""
    written, id_tag = request.get("timestamp"), normalise_id_tag(request.get("idTag"))
    return Start(
        charge_point_id=charge_point_id,
        connector_id=connector_number(request.get("connectorId")) or 0,
        id_tag=id_tag,
        meter_start=_watt_hours(request.get("meterStart")),
        started_at=event_time(written, received_at),
        clock_trusted=trusted(parse_time(written), received_at),
        key=_digest((charge_point_id, request.get("connectorId"), id_tag, written, request.get("meterStart"))),
    )


def start_oddities(start: Start) -> list[str]:
    """Name what is wrong with a start that is booked all the same."""
    found = []
    if start.connector_id == 0:
        found.append("connector_unknown")
    if start.meter_start is None:
        found.append("meter_start_unknown")
    return found


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
    """Read a StopTransaction.req: the charger's time where believable."""
    reason = request.get("reason")
    content = (request.get("transactionId"), request.get("timestamp"), request.get("meterStop"))
    return Stop(
        charge_point_id=charge_point_id,
        transaction_id=transaction_number(request.get("transactionId")),
        id_tag=normalise_id_tag(request.get("idTag")),
        meter_stop=_watt_hours(request.get("meterStop")),
        stopped_at=event_time(request.get("timestamp"), received_at),
        reason=str(reason)[:50] if reason else None,
        key=_digest((charge_point_id, *content)),
    )


def matching_transaction(stop: Stop, running: Sequence[Session], closed: Sequence[Session]) -> Session | None:
    """Return the session that a stop without a usable transactionId ends, or None when it could be several.

    The tag's only running one, else the only running one; with nothing running, the last of those `closed` for want
    of a stop, newest first, that had begun by then.
    """
    if stop.id_tag:
        of_tag = [s for s in running if s.id_tag == stop.id_tag]
        if len(of_tag) == 1:
            return of_tag[0]
    if running:
        return running[0] if len(running) == 1 else None
    begun = [s for s in closed if s.started_at is None or s.started_at <= stop.stopped_at]
    return next((s for s in begun if not stop.id_tag or s.id_tag == stop.id_tag), None)


def running_at(moment: datetime, sessions: Sequence[Session]) -> Session | None:
    """Return the one of a connector's running sessions that a meter value without a transactionId tells of."""
    begun = [s for s in sessions if s.started_at is not None and s.started_at <= moment]
    return max(begun, key=lambda s: (s.started_at or moment, s.transaction_id or 0), default=None)


def stop_oddities(stop: Stop, session: Session, *, tag_related: bool) -> list[str]:
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
