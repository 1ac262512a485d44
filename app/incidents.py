"""What an operator should look into: events of a charge point, and transaction messages set aside for a person."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from app.domain.sessions import Session
from app.storage.database import Storage
from app.storage.records import Quarantined

log = logging.getLogger(__name__)


def note(storage: Storage, charge_point_id: str, kind: str, at: datetime, **detail: str) -> None:
    """Record an event, in the log too."""
    storage.events.record(charge_point_id, kind, at, **detail)
    report(charge_point_id, kind, detail)


def note_once_an_hour(storage: Storage, charge_point_id: str, kind: str, at: datetime, **detail: str) -> None:
    """Record an event that a charge point may cause as often as it likes: the first of its kind in an hour."""
    if storage.events.record_once_an_hour(charge_point_id, kind, at, **detail):
        report(charge_point_id, kind, detail)


def note_foreign_transaction(
    storage: Storage, charge_point_id: str, action: str, transaction_id: int | None, at: datetime
) -> None:
    """Record that a charge point named a transaction of another one; nothing was changed."""
    note_once_an_hour(
        storage, charge_point_id, "foreign_transaction", at, action=action, transaction_id=str(transaction_id)
    )


def report(charge_point_id: str, kind: str, detail: Mapping[str, str]) -> None:
    """Write an event into the log."""
    log.warning(kind, extra={"fields": {"charge_point_id": charge_point_id, **detail}})


def set_aside(
    storage: Storage,
    charge_point_id: str,
    action: str,
    request: Mapping[str, Any],
    *,
    key: str,
    reasons: list[str],
    session: Session | None,
    at: datetime,
) -> None:
    """Keep a message that was answered, and perhaps booked, but is odd; `key` is equal for its repetitions."""
    storage.quarantine.keep(
        Quarantined(
            quarantine_id=key[:32],
            charge_point_id=charge_point_id,
            action=action,
            reasons=reasons,
            payload=orjson.dumps(request, default=str).decode(),
            received_at=at,
            session_id=session.session_id if session else None,
        )
    )
