"""The calls of diagnostics and logs, as the charge point answers them (OCPP 1.6 §5.9, security whitepaper §4.7)."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from ocpp.v16 import call_result
from ocpp.v16.enums import Action, Log, LogStatus

from ocpp_server.simulator.attempts import Attempts
from ocpp_server.simulator.connection import Connection
from ocpp_server.simulator.journal import Journal
from ocpp_server.simulator.reservation import read_expiry
from ocpp_server.simulator.uploads import Upload, Uploads

# What OCPP gives a file's name room for, less what is put around the id.
ID_ROOM = 200


class UploadCalls:
    """A handler writes the file and names it; it is brought after the answer is sent."""

    def __init__(self, charge_point_id: str, journal: Journal, uploads: Uploads, connection: Connection) -> None:
        self._id, self._journal, self._uploads, self._connection = charge_point_id, journal, uploads, connection

    def handlers(self) -> dict[Action, Callable[..., Any]]:
        """Return the rows of the table of calls served."""
        return {Action.get_diagnostics: self.get_diagnostics, Action.get_log: self.get_log}

    def get_diagnostics(
        self,
        location: str,
        retries: int | None = None,
        retry_interval: int | None = None,
        start_time: str | None = None,
        stop_time: str | None = None,
    ) -> call_result.GetDiagnostics:
        content = self._file("diagnostics", start_time, stop_time)
        upload = Upload(location, self._name("diagnostics"), content, Attempts.read(retries, retry_interval))
        self._connection.afterwards(partial(self._uploads.begin, upload))
        return call_result.GetDiagnostics(upload.file_name)

    def get_log(
        self,
        log: dict[str, Any],
        log_type: str,
        request_id: int,
        retries: int | None = None,
        retry_interval: int | None = None,
    ) -> call_result.GetLog:
        kind = "security" if log_type == Log.security_log else "diagnostics"
        content = self._file(kind, log.get("oldest_timestamp"), log.get("latest_timestamp"))
        attempts = Attempts.read(retries, retry_interval)
        upload = Upload(log["remote_location"], self._name(kind), content, attempts, request_id)
        busy = self._uploads.busy(log=True)
        self._connection.afterwards(partial(self._uploads.begin, upload))
        return call_result.GetLog(LogStatus.accepted_canceled if busy else LogStatus.accepted, upload.file_name)

    def _file(self, kind: str, oldest: str | None, latest: str | None) -> bytes:
        begin, end = (read_expiry(text) if text else None for text in (oldest, latest))
        return self._journal.file(f"{kind} of {self._id}", begin, end, security=kind == "security")

    def _name(self, kind: str) -> str:
        safe = "".join(c if c.isascii() and c.isalnum() or c in "-_" else "_" for c in self._id)
        return f"{safe[:ID_ROOM]}-{kind}-{datetime.now(UTC):%Y%m%dT%H%M%S}.log"
