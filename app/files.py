"""What sending firmware and asking for diagnostics have in common: one-time links, and room for the transfers."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from app.commands import Commands, Outcome
from app.config import Settings
from app.domain.files import new_token, token_digest
from app.errors import CommandFailed, TooManyAttempts
from app.storage.database import Storage
from app.storage.file_requests import FAILED, FileRequest, FileRequests
from ocpp_server.central_system import Payload

R = TypeVar("R", bound=FileRequest)

# After these the charge point has not taken the order; after any other failure it may have.
NOT_TAKEN = ("offline", "refused", "call_error")
TRANSFERS_PER_LINK = 3
RETRY_AFTER = 30


@dataclass(frozen=True, slots=True)
class Link:
    """A one-time link: `url` is told to the charge point and nobody else, `digest` is kept."""

    url: str
    digest: str
    expires_at: datetime


class Links:
    """Makes links to this server's files."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def new(self, kind: str, name: str, begins: datetime) -> Link:
        """Return a new link, good from when it is to be used until FILE_LINK_LIFETIME later."""
        token = new_token()
        url = f"{self._settings.http_url}/files/{kind}/{token}/{name}"
        return Link(url, token_digest(token), begins + timedelta(seconds=self._settings.file_link_lifetime))


def give_order(commands: Commands, requests: FileRequests[R], request: R, order: tuple[str, Payload]) -> Outcome:
    """Keep a request, send its command, return the answer; raises CommandFailed, which names the request."""
    requests.insert(request)
    try:
        outcome = commands.send(request.charge_point_id, order, requested_by=request.requested_by)
    except CommandFailed as failure:
        changes: dict[str, Any] = {"reason": failure.code, "command_id": failure.facts.get("command_id")}
        if failure.outcome in NOT_TAKEN:
            changes |= {"status": FAILED, "expires_at": request.requested_at}
        requests.settle(request.request_id, changes)
        failure.facts[requests.told_as] = request.request_id
        raise
    requests.update(request.request_id, {"command_id": outcome.command_id})
    return outcome


def follow_firmware(storage: Storage, charge_point_id: str, told: str, at: datetime) -> None:
    """Keep what FirmwareStatusNotification tells (OCPP 1.6 §4.5)."""
    storage.charge_points.update(charge_point_id, {"firmware_status": told})
    storage.firmware_updates.follow(charge_point_id, told, at)


def follow_diagnostics(storage: Storage, charge_point_id: str, told: str, at: datetime) -> None:
    """Keep what DiagnosticsStatusNotification tells (OCPP 1.6 §4.4)."""
    storage.charge_points.update(charge_point_id, {"diagnostics_status": told})
    storage.diagnostics.follow(charge_point_id, told, at)


def follow_log(storage: Storage, charge_point_id: str, told: str, at: datetime) -> None:
    """Keep what LogStatusNotification tells (security whitepaper §5.10)."""
    storage.charge_points.update(charge_point_id, {"log_status": told})
    storage.diagnostics.follow(charge_point_id, told, at)


def expire_files(storage: Storage, now: datetime) -> None:
    """Delete diagnostics whose time is over, and what transfers have left behind that nobody ended."""
    for request in storage.diagnostics.overdue(now):
        if request.file_id is not None:
            storage.files.delete(request.file_id)
        storage.diagnostics.delete(request.request_id)
    storage.files.delete_abandoned(now)


class Transfers:
    """How many files may be on their way at a time, so that slow lines leave threads for everything else."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._under_way: Counter[str] = Counter()
        self._lock = threading.Lock()

    def begin(self, link: str) -> Callable[[], None]:
        """Take a place; the function returned gives it back. Raises TooManyAttempts."""
        with self._lock:
            if self._under_way.total() >= self._most or self._under_way[link] >= TRANSFERS_PER_LINK:
                raise TooManyAttempts("too many files are being transferred; try again", RETRY_AFTER)
            self._under_way[link] += 1
        return lambda: self._end(link)

    def _end(self, link: str) -> None:
        with self._lock:
            self._under_way[link] -= 1
            if not self._under_way[link]:
                del self._under_way[link]
