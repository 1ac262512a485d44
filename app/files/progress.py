"""What charge points tell of files under way, kept with the request it is about."""

from datetime import datetime
from typing import Any

from ocpp.v16.enums import FirmwareStatus

from app.configuration.keeping import firmware_installed
from app.domain.charge_points import clip
from app.domain.numbers import integer
from app.incidents import note
from app.storage.database import Storage
from app.storage.file_requests import NUMBERED, PLAIN, numbered
from app.storage.firmware import FirmwareUpdate
from ocpp_server.central_system import Payload

MAX_REQUEST_ID = 2**31 - 1
_STATUS = 50


def follow_firmware(storage: Storage, charge_point_id: str, told: str, at: datetime) -> None:
    """Keep what FirmwareStatusNotification tells (OCPP 1.6 §4.5); it names no update, so it is about the latest."""
    _keep_firmware_status(storage, charge_point_id, told)
    _note_failure(storage, storage.firmware_updates.follow(charge_point_id, told, at, {}), at)


def follow_signed_firmware(storage: Storage, charge_point_id: str, message: Payload, at: datetime) -> None:
    """Keep what SignedFirmwareStatusNotification tells of the update it names (security whitepaper §5.19)."""
    if told := clip(message.get("status"), _STATUS):
        _keep_firmware_status(storage, charge_point_id, told)
        _note_failure(storage, storage.firmware_updates.follow(charge_point_id, told, at, _named(message)), at)


def follow_diagnostics(storage: Storage, charge_point_id: str, told: str, at: datetime) -> None:
    """Keep what DiagnosticsStatusNotification tells (OCPP 1.6 §4.4); it is about what GetDiagnostics asked for last."""
    storage.charge_points.update(charge_point_id, {"diagnostics_status": told})
    storage.diagnostics.follow(charge_point_id, told, at, PLAIN)


def follow_log(storage: Storage, charge_point_id: str, message: Payload, at: datetime) -> None:
    """Keep what LogStatusNotification tells of the log it names (security whitepaper §5.10)."""
    if told := clip(message.get("status"), _STATUS):
        storage.charge_points.update(charge_point_id, {"log_status": told})
        storage.diagnostics.follow(charge_point_id, told, at, _named(message))


def _keep_firmware_status(storage: Storage, charge_point_id: str, told: str) -> None:
    storage.charge_points.update(charge_point_id, {"firmware_status": told})
    if told == FirmwareStatus.installed:
        firmware_installed(storage, charge_point_id)


def _named(message: Payload) -> dict[str, Any]:
    """Return which request a message is about: the one whose requestId it carries; without any, the latest.

    A number that is nobody's is about none of ours: an operator may have sent the command by hand.
    """
    if message.get("requestId") is None:
        return NUMBERED
    return numbered(integer(message["requestId"], 0, MAX_REQUEST_ID))


def _note_failure(storage: Storage, update: FirmwareUpdate | None, at: datetime) -> None:
    """Tell the operators of an update that has failed just now."""
    if update is not None and update.reason is not None and update.history[-1]["status"] == update.status:
        detail = {"reason": update.reason, "version": update.version, "firmware_update_id": update.request_id}
        note(storage, update.charge_point_id, "firmware_update_failed", at, **detail)
