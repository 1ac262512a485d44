"""Diagnostics asked for, and the files that came."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel

from app.storage.collection import Document
from app.storage.file_requests import FileRequest, FileRequests
from app.storage.files import Stored


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosticsRequest(FileRequest):
    """`kind` is what was asked for: Diagnostics, DiagnosticsLog or SecurityLog.

    `file_name` is what the charge point calls its file; `file_id`, `size`, `sha256` are there once it has come.
    All of it is deleted at `delete_at`.
    """

    delete_at: datetime
    kind: str = "Diagnostics"
    start_time: datetime | None = None
    stop_time: datetime | None = None
    file_name: str | None = None
    file_id: str | None = None
    size: int | None = None
    sha256: str | None = None
    uploaded_at: datetime | None = None


class DiagnosticsRequests(FileRequests[DiagnosticsRequest]):
    name = "diagnostics"
    kind = DiagnosticsRequest
    told_as = "diagnostics_id"
    indexes = (*FileRequests.indexes, IndexModel([("delete_at", ASCENDING)]))

    def received(self, request_id: str, file: Stored, facts: dict[str, Any]) -> bool:
        """Book a file to its request, the first one alone; tell whether it was the first."""
        changes = {"file_id": file.file_id, "size": file.size, "sha256": file.sha256, **facts}
        first: Document = {"file_id": {"$exists": False}}
        return self.update(request_id, changes, when=first) is not None

    def overdue(self, now: datetime) -> list[DiagnosticsRequest]:
        return self.find({"delete_at": {"$lte": now}})
