"""What sessions do by themselves: follow the connector's status, and end when their deadline has passed."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from ocpp.v16.enums import RemoteStartStopStatus

from app.domain.charge_points import ChargePoint, Connector
from app.domain.connectors import MAY_CHARGE, PLUGGED_IN
from app.domain.pauses import pauses_after
from app.domain.session_hints import (
    CONNECTOR_AVAILABLE,
    FAULTED,
    FORGOTTEN,
    NOTHING,
    OF_ITS_OWN,
    SILENT,
    STARTING,
    WAITING,
    Why,
    why_expired,
    why_faulted,
    why_paused,
)
from app.domain.sessions import PENDING, RUNNING, Session, State
from app.reservations.events import follow_connector
from app.storage.database import Storage
from app.transactions.refused_starts import why_refused

log = logging.getLogger(__name__)

SILENT_AFTER = timedelta(days=1)
# A fault told so soon after an end was its cause.
TOGETHER = timedelta(minutes=1)


def follow_status(storage: Storage, charge_point_id: str, connector: Connector) -> bool:
    """Keep a connector's status, and let its session and reservation follow; an old one changes nothing.

    Tell whether it was kept.
    """
    if not storage.charge_points.set_status(charge_point_id, connector):
        return False
    follow_connector(storage, charge_point_id, connector)
    if connector.connector_id == 0:
        return True
    for session in storage.sessions.open_on(charge_point_id, connector.connector_id):
        _follow(storage, session, connector)
    if connector.status == "Faulted":
        _blame(storage, charge_point_id, connector)
    return True


def _blame(storage: Storage, charge_point_id: str, connector: Connector) -> None:
    """Let a session that its charge point has just ended, for a reason of its own, say that it was this fault."""
    last = storage.sessions.last_on(charge_point_id, connector.connector_id)
    if last is None or last.reason_code != OF_ITS_OWN.code or last.stopped_at is None:
        return
    if abs(connector.status_at - last.stopped_at) <= TOGETHER:
        storage.sessions.update(last.session_id, why_faulted(connector.error_code).told())


def _follow(storage: Storage, session: Session, connector: Connector) -> None:
    if session.state in RUNNING and session.started_at is not None:
        pauses = pauses_after(session.pauses, connector.status, connector.status_at, session.started_at)
        if pauses != session.pauses:
            storage.sessions.move(session.session_id, RUNNING, {"pauses": pauses})
    if paused := why_paused(connector.status):
        if (session.state, session.reason_code) != (State.SUSPENDED, paused.code):
            running = (State.CHARGING, State.SUSPENDED)
            storage.sessions.move(session.session_id, running, {"state": State.SUSPENDED, **paused.told()})
    elif connector.status == "Charging":
        _goes_on(storage, session)
    elif connector.status == "Faulted":
        _tell(storage, session, why_faulted(connector.error_code), (*PENDING, State.CHARGING, State.SUSPENDED))
    elif connector.status == "Preparing":
        _tell(storage, session, STARTING, (State.ACCEPTED, State.WAITING_FOR_VEHICLE))
    elif connector.status == "Available" and _began_before(session, connector):
        # Nothing can be charging on a free connector; the StopTransaction may be late, and will then correct this.
        storage.sessions.close_provisionally(session, connector.status_at, CONNECTOR_AVAILABLE)
    elif connector.status == "Available":
        _tell(storage, session, WAITING, (State.ACCEPTED, State.WAITING_FOR_VEHICLE))


def _goes_on(storage: Storage, session: Session) -> None:
    if session.state is State.SUSPENDED:
        storage.sessions.move(session.session_id, (State.SUSPENDED,), {"state": State.CHARGING, **NOTHING.told()})
    elif session.reason_code == FAULTED:
        _tell(storage, session, NOTHING, (State.CHARGING,))


def _tell(storage: Storage, session: Session, why: Why, states: Sequence[State]) -> None:
    """Let a session say why it is where it is, unless it says so already."""
    if (session.reason_code, session.reason) != (why.code, why.reason):
        storage.sessions.move(session.session_id, states, why.told())


def _began_before(session: Session, connector: Connector) -> bool:
    return session.state in RUNNING and session.started_at is not None and connector.status_at > session.started_at


def follow_late_start(storage: Storage, charge_point_id: str, command_id: str, status: str | None) -> None:
    """Let the session know what its RemoteStartTransaction, given up already, was answered with."""
    for session in storage.sessions.open_on(charge_point_id):
        if session.command_id == command_id:
            changes = {"state": State.WAITING_FOR_VEHICLE, **WAITING.told()}
            if status != RemoteStartStopStatus.accepted:
                changes = {"state": State.REJECTED, **why_refused(storage, session, None).told()}
            storage.sessions.move(session.session_id, (State.REQUESTED,), changes)


def close_silent(storage: Storage, now: datetime) -> None:
    """Close the transactions of which nothing has been heard for a day.

    A dead charge point never sends its StopTransaction, nor does one that has forgotten the transaction, and its
    drivers' tags would be taken for ever; of one that was only off line the late stop has the last word.
    """
    since = now - SILENT_AFTER
    for session in storage.sessions.running_since(since):
        charge_point = storage.charge_points.get(session.charge_point_id)
        why = why_silent(session, charge_point, since)
        if why is not None:
            at = session.metered_at or session.started_at or now
            if storage.sessions.close_provisionally(session, at, why):
                fields = {"session_id": session.session_id, "reason": why.code}
                log.info("session_closed_for_silence", extra={"fields": fields})


def why_silent(session: Session, charge_point: ChargePoint | None, since: datetime) -> Why | None:
    """Tell why a transaction is not believed to run any more: its charge point has not been heard since then, or has
    told nothing of it while its connector says that it does not charge."""
    heard = charge_point.last_seen_at or charge_point.created_at if charge_point else None
    if charge_point is None or heard is None or heard < since:
        return SILENT
    connector = charge_point.connectors.get(str(session.connector_id))
    told_of = session.metered_at or session.started_at
    idle = connector is not None and connector.status not in MAY_CHARGE and connector.status_at < since
    return FORGOTTEN if idle and (told_of is None or told_of < since) else None


def expire_due(storage: Storage, now: datetime) -> None:
    """End the requests whose deadline has passed: not answered, or accepted and nobody plugged in."""
    for session in storage.sessions.due(now):
        charge_point = storage.charge_points.get(session.charge_point_id)
        status = charge_point.status_of(session.connector_id) if charge_point else None
        why = why_expired(answered=session.state is not State.REQUESTED, plugged_in=status in PLUGGED_IN)
        ended = {"state": State.EXPIRED, "stopped_at": now, "deadline_at": None, **why.told()}
        storage.sessions.move(session.session_id, PENDING, ended)
        log.info("session_expired", extra={"fields": {"session_id": session.session_id}})
