"""What sending firmware and asking for diagnostics have in common: one-time links, and how an order is given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from ocpp.v16.enums import Action, RegistrationStatus

from app.command_outcomes import Outcome
from app.commands import Commands
from app.config import Settings
from app.domain.charge_points import ChargePoint
from app.domain.file_hints import file_hint
from app.domain.file_progress import FAILED
from app.domain.files import new_token, token_digest
from app.errors import CommandFailed, Conflict
from app.storage.database import Storage
from app.storage.file_requests import FileRequest, FileRequests
from ocpp_server.central_system import Payload

R = TypeVar("R", bound=FileRequest)
Order = tuple[str, Payload]

# After these the charge point has not taken the order; after any other failure it may have.
NOT_TAKEN = ("offline", "refused", "call_error")
# Charge points use the one code for the other.
_ACTION_NOT_KNOWN = ("NotSupported", "NotImplemented")
_NOT_KNOWN_REASONS: dict[str, str] = {
    Action.update_firmware: "unsigned_not_supported",
    Action.signed_update_firmware: "signed_not_supported",
}


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


def require_not_rejected(charge_point: ChargePoint) -> None:
    """Raise Conflict for a charge point that nothing may be sent to (OCPP 1.6 §4.2)."""
    if charge_point.registration == RegistrationStatus.rejected:
        raise Conflict("charge_point_not_accepted", "the charge point is rejected: nothing is sent to it")


def give_order(
    commands: Commands, requests: FileRequests[R], request: R, order: Order, otherwise: Order | None = None
) -> Outcome:
    """Keep a request, send its command, return the answer; raises CommandFailed, which names the request.

    `otherwise` is sent instead where the charge point does not know the order's action.
    """
    requests.insert(request)

    def send(one: Order) -> Outcome:
        return commands.send(request.charge_point_id, one, requested_by=request.requested_by)

    try:
        outcome = send(order) if otherwise is None else _the_known_one(send, order, otherwise)
    except CommandFailed as failure:
        reason = _reason(failure, order if otherwise is None else None)
        changes: dict[str, Any] = {"reason": reason, "command_id": failure.facts.get("command_id")}
        if failure.outcome in NOT_TAKEN:
            changes |= {"status": FAILED, "expires_at": request.requested_at}
        requests.settle(request.request_id, changes)
        failure.facts[requests.told_as] = request.request_id
        if hint := file_hint(reason):
            failure.facts["hint"] = hint
        raise
    requests.update(request.request_id, {"command_id": outcome.command_id})
    return outcome


def _the_known_one(send: Callable[[Order], Outcome], order: Order, otherwise: Order) -> Outcome:
    try:
        return send(order)
    except CommandFailed as failure:
        if failure.facts.get("ocpp_error") not in _ACTION_NOT_KNOWN:
            raise
        return send(otherwise)


def _reason(failure: CommandFailed, order: Order | None) -> str:
    """Return why an order was not taken; None stands for two orders that the charge point both does not know."""
    if failure.facts.get("ocpp_error") not in _ACTION_NOT_KNOWN:
        return failure.code
    return _NOT_KNOWN_REASONS.get(order[0] if order else "", "not_supported")


def expire_files(storage: Storage, now: datetime) -> None:
    """Delete diagnostics whose time is over, and what transfers have left behind that nobody ended."""
    for request in storage.diagnostics.overdue(now):
        if request.file_id is not None:
            storage.files.delete(request.file_id)
        storage.diagnostics.delete(request.request_id)
    storage.files.delete_abandoned(now)
