"""What sessions do by themselves: follow the connector's status, and end when their deadline has passed."""

import logging
from datetime import datetime, timedelta
from typing import Any

from ocpp.v16.enums import RemoteStartStopStatus

from app.domain.charge_points import Connector
from app.domain.hints import EXPIRED, WAITING, why_rejected
from app.domain.pauses import pauses_after
from app.domain.sessions import PENDING, RUNNING, Session, State
from app.reservations.events import follow_connector
from app.storage.database import Storage

log = logging.getLogger(__name__)

SILENT_AFTER = timedelta(days=1)


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
    return True


def _follow(storage: Storage, session: Session, connector: Connector) -> None:
    if session.state in RUNNING and session.started_at is not None:
        pauses = pauses_after(session.pauses, connector.status, connector.status_at, session.started_at)
        if pauses != session.pauses:
            storage.sessions.move(session.session_id, RUNNING, {"pauses": pauses})
    if connector.status in ("SuspendedEV", "SuspendedEVSE"):
        who = "vehicle" if connector.status == "SuspendedEV" else "charge point"
        storage.sessions.move(
            session.session_id,
            (State.CHARGING,),
            {"state": State.SUSPENDED, "reason": f"paused by the {who}"},
        )
    elif connector.status == "Charging":
        storage.sessions.move(session.session_id, (State.SUSPENDED,), {"state": State.CHARGING, "reason": None})
    elif connector.status == "Available" and _began_before(session, connector):
        # Nothing can be charging on a free connector; the StopTransaction may be late, and will then correct this.
        storage.sessions.close_provisionally(session, connector.status_at, "connector_available")


def _began_before(session: Session, connector: Connector) -> bool:
    return session.state in RUNNING and session.started_at is not None and connector.status_at > session.started_at


def follow_late_start(storage: Storage, charge_point_id: str, command_id: str, status: str | None) -> None:
    """Let the session know what its RemoteStartTransaction, given up already, was answered with."""
    changes: dict[str, Any] = {"state": State.WAITING_FOR_VEHICLE, "reason": None, "hint": WAITING}
    if status != RemoteStartStopStatus.accepted:
        changes = {"state": State.REJECTED, "reason": "the charge point refused", "hint": why_rejected(None)}
    for session in storage.sessions.open_on(charge_point_id):
        if session.command_id == command_id:
            storage.sessions.move(session.session_id, (State.REQUESTED,), changes)


def close_silent(storage: Storage, now: datetime) -> None:
    """Close the transactions of charge points that have not been heard for a day.

    A dead one never sends its StopTransaction, and its drivers' tags would be taken for ever; of one that was only
    off line the late stop has the last word.
    """
    since = now - SILENT_AFTER
    for session in storage.sessions.running_since(since):
        charge_point = storage.charge_points.get(session.charge_point_id)
        heard = charge_point.last_seen_at or charge_point.created_at if charge_point else None
        if heard is None or heard < since:
            at = session.metered_at or session.started_at or now
            if storage.sessions.close_provisionally(session, at, "charge_point_silent"):
                log.info("session_of_silent_charge_point", extra={"fields": {"session_id": session.session_id}})


def expire_due(storage: Storage, now: datetime) -> None:
    """End the requests whose deadline has passed: accepted by the charge point, but nobody plugged in."""
    for session in storage.sessions.due(now):
        storage.sessions.move(
            session.session_id,
            PENDING,
            {
                "state": State.EXPIRED,
                "reason": "deadline_passed",
                "hint": EXPIRED,
                "stopped_at": now,
                "deadline_at": None,
            },
        )
        log.info("session_expired", extra={"fields": {"session_id": session.session_id}})
