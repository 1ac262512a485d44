"""The messages of the security extension that charge points send (OCPP 1.6 security whitepaper, §5)."""

from collections.abc import Awaitable, Callable
from typing import Any

from ocpp.v16 import call_result
from ocpp.v16.enums import GenericStatus

from app.certificates.requests import CertificateRequests
from app.door.registration import Registration
from app.files.progress import follow_log, follow_signed_firmware
from app.follow_ups import FollowUps, Occasion
from app.security_events import keep_security_event
from app.storage.database import Storage
from ocpp_server.central_system import Payload, Source


class SecurityMessages:
    """Lives on the loop thread; `run` carries a function to a storage thread."""

    def __init__(
        self,
        storage: Storage,
        registration: Registration,
        run: Callable[..., Awaitable[Any]],
        certificate_requests: CertificateRequests,
        follow_ups: FollowUps,
    ) -> None:
        self._storage = storage
        self._registration = registration
        self._run = run
        self._certificate_requests = certificate_requests
        self._follow_ups = follow_ups

    async def security_event_notification(
        self, source: Source, request: Payload
    ) -> call_result.SecurityEventNotification:
        """Keep an event; a charge point keeps sending it until it is answered (A04.FR.02)."""
        await self._registration.require_service(source)
        await self._run(keep_security_event, self._storage, source.charge_point_id, request, source.received_at)
        return call_result.SecurityEventNotification()

    async def sign_certificate(self, source: Source, request: Payload) -> call_result.SignCertificate:
        """Answer whether a certificate will follow; it comes with CertificateSigned, after this answer (A02.FR.04)."""
        await self._registration.require_service(source)
        csr = str(request.get("csr") or "")
        if not await self._run(self._certificate_requests.take, source.charge_point_id, csr, source.received_at):
            return call_result.SignCertificate(GenericStatus.rejected)
        self._follow_ups.tell(Occasion.CERTIFICATE_REQUESTED, source.charge_point_id)
        return call_result.SignCertificate(GenericStatus.accepted)

    async def log_status_notification(self, source: Source, request: Payload) -> call_result.LogStatusNotification:
        await self._registration.require_service(source)
        await self._run(follow_log, self._storage, source.charge_point_id, request, source.received_at)
        return call_result.LogStatusNotification()

    async def signed_firmware_status_notification(
        self, source: Source, request: Payload
    ) -> call_result.SignedFirmwareStatusNotification:
        await self._registration.require_service(source)
        await self._run(follow_signed_firmware, self._storage, source.charge_point_id, request, source.received_at)
        return call_result.SignedFirmwareStatusNotification()
