"""BootNotification, and whom it puts into service: nobody else is listened to (OCPP 1.6 §4.2, OCPP-J errata §3.10)."""

from collections.abc import Awaitable, Callable
from typing import Any

from ocpp.v16.enums import RegistrationStatus

from app.domain.charge_points import ChargePoint, clip
from app.door.security_profiles import MUTUAL_TLS
from app.storage.database import Storage
from ocpp_server.central_system import Payload, Source
from ocpp_server.errors import CallRefused

_TEXT = 100


class Registration:
    """Remembers who is in service, for every message asks. Lives on the loop thread; `run` carries a function to a
    storage thread."""

    def __init__(self, storage: Storage, run: Callable[..., Awaitable[Any]]) -> None:
        self._storage = storage
        self._run = run
        self._in_service: set[str] = set()

    async def boot(self, source: Source, request: Payload) -> RegistrationStatus:
        """Keep what a charge point says of itself and return what an admin has decided about it."""
        self.forget(source.charge_point_id)
        charge_point: ChargePoint | None = await self._run(self._booted, source, request)
        if charge_point is None:
            return RegistrationStatus.rejected
        if charge_point.in_service:
            self._in_service.add(source.charge_point_id)
        return charge_point.registration

    def _booted(self, source: Source, request: Payload) -> ChargePoint | None:
        facts = {
            "vendor": clip(request.get("chargePointVendor"), _TEXT),
            "model": clip(request.get("chargePointModel"), _TEXT),
            "firmware_version": clip(request.get("firmwareVersion"), _TEXT),
        }
        booted = self._storage.charge_points.booted(source.charge_point_id, facts, source.received_at)
        if booted is not None and booted.pending_until is not None:
            known = {**facts, "serial_number": clip(request.get("chargePointSerialNumber"), _TEXT)}
            self._storage.newcomers.booted(source.charge_point_id, known)
        serial_number = clip(request.get("chargePointSerialNumber"), _TEXT)
        if booted is not None and serial_number is not None and serial_number != booted.serial_number:
            # What a certificate is held against is for an admin to change, not for who shows the certificate.
            by_itself = {"security_profile": {"$ne": MUTUAL_TLS}}
            self._storage.charge_points.update(source.charge_point_id, {"serial_number": serial_number}, when=by_itself)
        return booted

    async def require_service(self, source: Source) -> None:
        """Raise CallRefused unless the charge point has booted once and been accepted.

        A mere reconnection needs no new boot (OCPP-J §5.4).
        """
        if source.charge_point_id in self._in_service:
            return
        charge_point = await self._run(self._storage.charge_points.get, source.charge_point_id)
        if charge_point is None or not charge_point.in_service:
            raise CallRefused("SecurityError", "send BootNotification first and wait until it is accepted")
        self._in_service.add(source.charge_point_id)

    def forget(self, charge_point_id: str) -> None:
        """Look a charge point up again at its next message. Any thread may call."""
        self._in_service.discard(charge_point_id)
