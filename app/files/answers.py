"""What charge points answer to the orders that carry a requestId, be it at once or after the command was given up."""

from collections.abc import Mapping
from typing import Any, TypeVar

from ocpp.v16.enums import LogStatus, UpdateFirmwareStatus

from app.answered import Answered
from app.domain.file_progress import ACCEPTED, NOTHING_TO_UPLOAD
from app.domain.files import readable_name
from app.domain.numbers import integer
from app.storage.collection import Document
from app.storage.database import Storage
from app.storage.file_requests import NUMBERED, FileRequest, FileRequests, numbered

R = TypeVar("R", bound=FileRequest)

_TAKEN = (UpdateFirmwareStatus.accepted, UpdateFirmwareStatus.accepted_canceled)
_REFUSALS: Mapping[Any, str] = {
    UpdateFirmwareStatus.invalid_certificate: "invalid_certificate",
    UpdateFirmwareStatus.revoked_certificate: "revoked_certificate",
}


def learn_signed_update(storage: Storage, told: Answered) -> None:
    """Keep how SignedUpdateFirmware was taken; AcceptedCanceled ends what was under way for it (L01)."""
    update, status = _request(storage.firmware_updates, told), told.response.get("status")
    if update is None:
        return
    if status not in _TAKEN:
        storage.firmware_updates.refuse(update, _REFUSALS.get(status, "rejected"))
        return
    if status == UpdateFirmwareStatus.accepted_canceled:
        storage.firmware_updates.give_up(update.charge_point_id, update, told.at, {})
    _accept(storage.firmware_updates, update, ACCEPTED)


def learn_log(storage: Storage, told: Answered) -> None:
    """Keep how GetLog was taken; some charge points have brought the file before they answer."""
    request, status = _request(storage.diagnostics, told), told.response.get("status")
    if request is None:
        return
    if status == LogStatus.rejected:
        storage.diagnostics.refuse(request, "rejected")
        return
    if status == LogStatus.accepted_canceled:
        storage.diagnostics.give_up(request.charge_point_id, request, told.at, NUMBERED)
    name = readable_name(told.response.get("filename"))
    _accept(storage.diagnostics, request, ACCEPTED if name else NOTHING_TO_UPLOAD)
    if name:
        storage.diagnostics.update(request.request_id, {"file_name": name})


def _request(requests: FileRequests[R], told: Answered) -> R | None:
    """Return our request that was answered; an operator's own command is none."""
    number = integer(told.request.get("requestId"), 1, 2**31 - 1)
    mine: Document = {"charge_point_id": {"$eq": told.charge_point_id}, **numbered(number)}
    return requests.first(mine)


def _accept(requests: FileRequests[R], request: R, status: str) -> None:
    # That there was no answer at first is no reason any more.
    requests.settle(request.request_id, {"status": status, "reason": None})
