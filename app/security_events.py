"""What charge points tell of their security: kept once, bounded, and in the log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.domain.security_events import is_critical, told
from app.incidents import note_once_an_hour, report
from app.storage.database import Storage

KIND = "security_event"


def keep_security_event(storage: Storage, charge_point_id: str, request: Mapping[str, Any], at: datetime) -> None:
    """Keep what a SecurityEventNotification tells.

    A charge point sends it again until it is answered (A04.FR.02). One that floods us is told of once an hour; what is
    critical and what is not are counted apart, so that noise hides nothing.
    """
    detail = told(request)
    critical = is_critical(detail.get("type", ""))
    match storage.events.record_security_event(charge_point_id, KIND, at, detail, critical=critical):
        case "kept":
            report(charge_point_id, KIND, {**detail, "critical": str(critical).lower()})
        case "too many":
            kind = "critical_security_events_dropped" if critical else "security_events_dropped"
            note_once_an_hour(storage, charge_point_id, kind, at)
