"""What reservations do by themselves: follow the charge point's answers, statuses and transactions, and run out."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ocpp.v16.enums import CancelReservationStatus, ReservationStatus

from app.answered import Answered
from app.domain.charge_points import Connector, clip
from app.domain.id_tags import IdTag
from app.domain.reservation_hints import RELEASED_EARLY, RESERVATION_GONE, why_not_reserved
from app.domain.reservations import (
    NOBODY_CAME,
    NOT_KNOWN,
    OPEN,
    RELEASED,
    USABLE,
    Reservation,
    ReservationState,
    overridden_by,
    reservation_number,
    tells_of,
    used_by,
    why_ended,
)
from app.domain.sessions import Session
from app.incidents import note_once_an_hour
from app.storage.database import Storage
from ocpp_server.central_system import Payload
from ocpp_server.payloads import to_payload

log = logging.getLogger(__name__)

# A refusal is the last word: what seemed to be reserved or over in the meantime was never this reservation.
_NOT_USED = (*OPEN, ReservationState.ENDED)
_STATUSES = ("Reserved", "Available", "Faulted", "Unavailable")


def learn_reserved(storage: Storage, answered: Answered) -> None:
    """Take the charge point's answer to ReserveNow, whenever it comes."""
    reservation = _of(storage, answered.charge_point_id, answered.request)
    if reservation is None or to_payload(reservation.request) != answered.request:
        return  # an operator's own ReserveNow, not one of ours
    status = clip(answered.response.get("status"), 50) or ""
    facts = {"reserve_status": status, "reason": None, "hint": None}
    if status == ReservationStatus.accepted:
        accepted = {**facts, "state": ReservationState.RESERVED}
        if not storage.reservations.move(reservation.reservation_id, (ReservationState.REQUESTED,), accepted):
            # A quick charge point's status, or even its transaction, has told already.
            storage.reservations.update(reservation.reservation_id, {"reserve_status": status})
        return
    refused = {
        **facts,
        "state": ReservationState.REFUSED,
        "reason": "the charge point refused",
        "hint": why_not_reserved(status),
        "ended_at": answered.at,
    }
    storage.reservations.move(reservation.reservation_id, _NOT_USED, refused)


def learn_cancelled(storage: Storage, answered: Answered) -> None:
    """Take the charge point's answer to CancelReservation: when it is not Accepted, there is no such reservation."""
    reservation = _of(storage, answered.charge_point_id, answered.request)
    if reservation is None:
        return
    status = clip(answered.response.get("status"), 50) or ""
    told: dict[str, Any] = {"cancel_status": status}
    over = {**told, "state": ReservationState.ENDED, "reason": NOT_KNOWN, "hint": RESERVATION_GONE}
    states: Sequence[ReservationState] = OPEN
    if status == CancelReservationStatus.accepted:
        # A quick charge point says that the connector is Available before its answer is read here.
        states = _NOT_USED
        over = {**told, "state": ReservationState.CANCELLED, "reason": None, "hint": None}
    if not storage.reservations.move(reservation.reservation_id, states, {**over, "ended_at": answered.at}):
        storage.reservations.update(reservation.reservation_id, told)


def _of(storage: Storage, charge_point_id: str, request: Payload) -> Reservation | None:
    number = reservation_number(request.get("reservationId"))
    return storage.reservations.of(charge_point_id, number) if number else None


def follow_connector(storage: Storage, charge_point_id: str, connector: Connector) -> None:
    """Let the reservations of a connector follow its new status."""
    if connector.status not in _STATUSES:
        return
    told_of = [r for r in storage.reservations.open_on(charge_point_id) if tells_of(connector, r)]
    if connector.status == "Reserved":
        _hold(storage, charge_point_id, connector, told_of)
        return
    for reservation in told_of:
        reason = why_ended(connector, reservation)
        if reason == NOBODY_CAME:
            storage.reservations.move(reservation.reservation_id, OPEN, _expired(reservation, connector.status_at))
        elif reason is not None:
            storage.reservations.move(reservation.reservation_id, OPEN, _ended(reason, connector.status_at))


def _hold(storage: Storage, charge_point_id: str, connector: Connector, told_of: list[Reservation]) -> None:
    """Note that a connector is Reserved: the answer that got lost was Accepted, or what was released is held again."""
    held = {"state": ReservationState.RESERVED, "seen_at": connector.status_at, "reason": None, "hint": None}
    own = [r for r in told_of if r.connector_id == connector.connector_id]
    for reservation in own:
        storage.reservations.move(reservation.reservation_id, OPEN, held)
    if not own:
        # Some charge points say Available first when they have restarted, and then what they remember.
        where = (charge_point_id, connector.connector_id)
        released = storage.reservations.last_ended_on(*where, RELEASED, connector.status_at)
        if released is not None and tells_of(connector, released):
            storage.reservations.revive(released.reservation_id, {**held, "ended_at": None})


def follow_start(storage: Storage, session: Session, request: Payload, received_at: datetime) -> None:
    """Let a transaction use up the reservation it was made under, if any; a retry changes nothing (OCPP 1.6 §4.8)."""
    number = reservation_number(request.get("reservationId"))
    began_at = min(session.started_at or received_at, received_at)
    usable = storage.reservations.usable_on(session.charge_point_id, began_at)
    if number and all(r.reservation_id != number for r in usable):
        named = storage.reservations.of(session.charge_point_id, number)
        usable += [named] if named else []
    if not usable:
        return
    tag = storage.id_tags.get(session.id_tag) or IdTag(session.id_tag)
    used = used_by(session, tag, number, usable)
    if used is not None:
        changes = {
            "state": ReservationState.USED,
            "session_id": session.session_id,
            "ended_at": began_at,
            "reason": None,
            "hint": None,
        }
        if storage.reservations.move(used.reservation_id, USABLE, changes):
            _tell("reservation_used", used, session_id=session.session_id)
    if (disregarded := overridden_by(session, tag, [r for r in usable if r != used])) is not None:
        note_once_an_hour(
            storage,
            session.charge_point_id,
            "reservation_disregarded",
            received_at,
            reservation_id=str(disregarded.reservation_id),
            session_id=session.session_id,
        )


def expire_reservations(storage: Storage, now: datetime) -> None:
    """End the reservations whose time has passed; the charge point does so by itself."""
    for reservation in storage.reservations.due(now):
        changes = _expired(reservation, reservation.expires_at)
        if storage.reservations.move(reservation.reservation_id, (reservation.state,), changes):
            _tell("reservation_expired", reservation)


def end_reservations(storage: Storage, charge_point_id: str, reason: str, now: datetime) -> None:
    """End what is open on a charge point."""
    for reservation in storage.reservations.open_on(charge_point_id):
        storage.reservations.move(reservation.reservation_id, OPEN, _ended(reason, now))


def _expired(reservation: Reservation, at: datetime) -> dict[str, Any]:
    answered = reservation.state is ReservationState.RESERVED
    reason = NOBODY_CAME if answered else "the charge point never answered"
    return {"state": ReservationState.EXPIRED, "reason": reason, "hint": None, "ended_at": at}


def _ended(reason: str, at: datetime) -> dict[str, Any]:
    return {"state": ReservationState.ENDED, "reason": reason, "hint": RELEASED_EARLY, "ended_at": at}


def _tell(event: str, reservation: Reservation, **fields: str) -> None:
    known = {"charge_point_id": reservation.charge_point_id, "reservation_id": reservation.reservation_id}
    log.info(event, extra={"fields": {**known, **fields}})
