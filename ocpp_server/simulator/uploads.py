"""Diagnostics and logs: the charge point's own lines, brought to where it is told (OCPP 1.6 §5.9, whitepaper §4.7)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from ocpp.v16 import call
from ocpp.v16.enums import DiagnosticsStatus, UploadLogStatus

from ocpp_server.simulator.attempts import Attempts
from ocpp_server.simulator.errors import TransferFailed
from ocpp_server.simulator.jobs import Jobs
from ocpp_server.simulator.outbox import Message, Outbox
from ocpp_server.simulator.report import Report
from ocpp_server.simulator.settings import Settings
from ocpp_server.simulator.web import bring


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way; `request_id` is GetLog's, None for GetDiagnostics."""

    location: str
    file_name: str
    content: bytes
    attempts: Attempts
    request_id: int | None = None

    @property
    def address(self) -> str:
        """Where the file goes: a folder's address gets the file's name behind it."""
        return self.location + self.file_name if self.location.endswith("/") else self.location


class Uploads:
    """One upload of each of the two kinds at a time; a new one takes the place of that under way."""

    def __init__(self, settings: Settings, outbox: Outbox, jobs: Jobs, report: Report) -> None:
        self._settings, self._outbox, self._jobs, self._report = settings, outbox, jobs, report
        self._under_way: dict[bool, Upload] = {}

    def busy(self, *, log: bool) -> bool:
        """Whether an upload of this kind is under way: of a log, or of diagnostics."""
        return log in self._under_way

    def begin(self, upload: Upload) -> None:
        """Begin an upload."""
        log = upload.request_id is not None
        self._under_way[log] = upload
        self._jobs.start("log" if log else "diagnostics", self._bring(log, upload))

    def tell(self, *, log: bool) -> None:
        """Tell how far the upload of this kind is."""
        upload = self._under_way.get(log)
        self._put(log, "Uploading" if upload else "Idle", upload.request_id if upload else None)

    async def _bring(self, log: bool, upload: Upload) -> None:
        try:
            self._report(f"uploading {upload.file_name}, {len(upload.content)} bytes")
            self._put(log, "Uploading", upload.request_id)
            transfer: Callable[[], Any] = partial(bring, upload.address, upload.content, self._settings.tls)
            try:
                await upload.attempts.make(transfer, self._report)
            except TransferFailed as error:
                self._report(f"{upload.file_name} could not be uploaded: {error}", important=True)
                self._put(
                    log, UploadLogStatus.upload_failure if log else DiagnosticsStatus.upload_failed, upload.request_id
                )
            else:
                self._report(f"{upload.file_name} is uploaded")
                self._put(log, "Uploaded", upload.request_id)
        finally:
            if self._under_way.get(log) is upload:
                del self._under_way[log]

    def _put(self, log: bool, status: str, request_id: int | None) -> None:
        request: Any = (
            call.LogStatusNotification(UploadLogStatus(status), request_id)  # type: ignore[arg-type]
            if log
            else call.DiagnosticsStatusNotification(DiagnosticsStatus(status))
        )
        self._outbox.put(Message(lambda: request, keep=status != "Idle"))
