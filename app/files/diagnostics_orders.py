"""How a charge point is asked for diagnostics or a log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ocpp.v16.enums import Action, Log

from app.domain.times import iso
from app.files.orders import Order

DIAGNOSTICS = "Diagnostics"
LOGS = (Log.diagnostics_log.value, Log.security_log.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`kind` is Diagnostics, which GetDiagnostics asks for, or one of LOGS; `retries` are OCPP's own fields."""

    kind: str = DIAGNOSTICS
    start_time: datetime | None = None
    stop_time: datetime | None = None
    retries: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_log(self) -> bool:
        return self.kind in LOGS

    def order(self, url: str, ocpp_request_id: int | None) -> Order:
        """Return GetDiagnostics (OCPP 1.6 §5.9) or GetLog (security whitepaper §5.7); only the latter has an id."""
        if not self.is_log:
            return Action.get_diagnostics, {"location": url, **self._times("startTime", "stopTime"), **self.retries}
        log = {"remoteLocation": url, **self._times("oldestTimestamp", "latestTimestamp")}
        return Action.get_log, {"logType": self.kind, "requestId": ocpp_request_id, "log": log, **self.retries}

    def _times(self, start: str, stop: str) -> dict[str, Any]:
        times = {start: self.start_time, stop: self.stop_time}
        return {name: iso(moment) for name, moment in times.items() if moment is not None}
