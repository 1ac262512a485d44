"""A Central System that remembers what it was told and answers plainly, for tests of the server alone."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from ocpp.v16 import call_result
from ocpp.v16.datatypes import IdTagInfo
from ocpp.v16.enums import AuthorizationStatus, DataTransferStatus, GenericStatus, RegistrationStatus

from ocpp_server.central_system import Admission, Admitted, Closing, Handshake, Payload, Refused, Source
from ocpp_server.frames import Exchange, Observer

ACCEPTED = IdTagInfo(AuthorizationStatus.accepted)


class CentralSystemInMemory:
    """Lets everybody in unless `passwords` names the id, and accepts everything.

    `before_answering` is awaited by every handler first: the place to plant delays and failures.
    """

    def __init__(self) -> None:
        self.passwords: dict[str, bytes] = {}
        self.before_answering: Callable[[str, Payload], Awaitable[Any]] | None = None
        self.before_admitting: Callable[[], Awaitable[Any]] | None = None
        self.handshakes: list[Handshake] = []
        self.refusals: list[tuple[Handshake, Refused]] = []
        self.opened_by: list[Source] = []
        self.closings: list[tuple[Source, Closing]] = []
        self.requests: list[tuple[str, Payload]] = []
        self.late_answers: list[tuple[str, Payload]] = []
        self.last_seen: dict[str, datetime] = {}
        self.life: list[str] = []
        self.exchanges: list[Exchange] = []
        self.frame_observer: Observer | None = self.exchanges.append

    async def started(self) -> None:
        self.life.append("started")

    async def stopping(self) -> None:
        self.life.append("stopping")

    async def admit(self, handshake: Handshake) -> Admission:
        self.handshakes.append(handshake)
        if self.before_admitting is not None:
            await self.before_admitting()
        expected = self.passwords.get(handshake.charge_point_id)
        if expected is not None and handshake.password != expected:
            return Refused(401, "wrong credentials")
        return Admitted(handshake.charge_point_id)

    async def refused(self, handshake: Handshake, refusal: Refused) -> None:
        self.refusals.append((handshake, refusal))

    async def opened(self, source: Source) -> None:
        self.opened_by.append(source)

    async def closed(self, source: Source, closing: Closing) -> None:
        self.closings.append((source, closing))

    def seen(self, charge_point_id: str, at: datetime) -> None:
        self.last_seen[charge_point_id] = at

    async def answered_late(self, source: Source, action: str, answer: Payload) -> None:
        self.late_answers.append((action, answer))

    async def authorize(self, source: Source, request: Payload) -> call_result.Authorize:
        await self._received("Authorize", request)
        return call_result.Authorize(ACCEPTED)

    async def boot_notification(self, source: Source, request: Payload) -> call_result.BootNotification:
        await self._received("BootNotification", request)
        return call_result.BootNotification(_now(), 300, RegistrationStatus.accepted)

    async def data_transfer(self, source: Source, request: Payload) -> call_result.DataTransfer:
        await self._received("DataTransfer", request)
        return call_result.DataTransfer(DataTransferStatus.unknown_vendor_id)

    async def diagnostics_status_notification(
        self, source: Source, request: Payload
    ) -> call_result.DiagnosticsStatusNotification:
        await self._received("DiagnosticsStatusNotification", request)
        return call_result.DiagnosticsStatusNotification()

    async def firmware_status_notification(
        self, source: Source, request: Payload
    ) -> call_result.FirmwareStatusNotification:
        await self._received("FirmwareStatusNotification", request)
        return call_result.FirmwareStatusNotification()

    async def heartbeat(self, source: Source, request: Payload) -> call_result.Heartbeat:
        await self._received("Heartbeat", request)
        return call_result.Heartbeat(_now())

    async def log_status_notification(self, source: Source, request: Payload) -> call_result.LogStatusNotification:
        await self._received("LogStatusNotification", request)
        return call_result.LogStatusNotification()

    async def meter_values(self, source: Source, request: Payload) -> call_result.MeterValues:
        await self._received("MeterValues", request)
        return call_result.MeterValues()

    async def security_event_notification(
        self, source: Source, request: Payload
    ) -> call_result.SecurityEventNotification:
        await self._received("SecurityEventNotification", request)
        return call_result.SecurityEventNotification()

    async def sign_certificate(self, source: Source, request: Payload) -> call_result.SignCertificate:
        await self._received("SignCertificate", request)
        return call_result.SignCertificate(GenericStatus.accepted)

    async def signed_firmware_status_notification(
        self, source: Source, request: Payload
    ) -> call_result.SignedFirmwareStatusNotification:
        await self._received("SignedFirmwareStatusNotification", request)
        return call_result.SignedFirmwareStatusNotification()

    async def start_transaction(self, source: Source, request: Payload) -> call_result.StartTransaction:
        await self._received("StartTransaction", request)
        return call_result.StartTransaction(len(self.requests), ACCEPTED)

    async def status_notification(self, source: Source, request: Payload) -> call_result.StatusNotification:
        await self._received("StatusNotification", request)
        return call_result.StatusNotification()

    async def stop_transaction(self, source: Source, request: Payload) -> call_result.StopTransaction:
        await self._received("StopTransaction", request)
        return call_result.StopTransaction()

    def requests_of(self, action: str) -> list[Payload]:
        return [request for name, request in self.requests if name == action]

    async def _received(self, action: str, request: Payload) -> None:
        self.requests.append((action, request))
        if self.before_answering is not None:
            await self.before_answering(action, request)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
