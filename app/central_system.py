"""What charge points may ask, answered: one method per action; each takes the facts, lets the rules decide, stores."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar

from ocpp.v16 import call_result
from ocpp.v16.enums import AuthorizationStatus, DataTransferStatus, RegistrationStatus

from app.certificates.authority import CertificateAuthority
from app.certificates.requests import CertificateRequests
from app.config import Settings
from app.domain.charge_points import clip
from app.domain.connectors import read_status
from app.domain.id_tags import mask_id_tag
from app.domain.times import iso
from app.door.admission import admit
from app.door.newcomers import record_refusals
from app.door.refusals import as_dropped, as_refused
from app.door.registration import Registration
from app.files.progress import follow_diagnostics, follow_firmware
from app.follow_ups import FollowUps, Occasion
from app.frames.keeping import FrameKeeping
from app.group_commit import GroupCommit
from app.housekeeping import Housekeeping
from app.id_tags import id_tag_info, judge
from app.incidents import note, note_foreign_transaction, note_once_an_hour
from app.late_answers import follow_late_answer
from app.metrics import Counts
from app.security_messages import SecurityMessages
from app.storage.database import Storage
from app.storage.refusals import Refusal
from app.tags.unknown import note_unknown_tag
from app.transactions.guesses import Guesses
from app.transactions.meter_intake import MeterIntake
from app.transactions.session_events import follow_status
from app.transactions.start import StartTransaction
from app.transactions.stop import StopTransaction
from ocpp_server.central_system import Admission, Closing, Handshake, Payload, Refused, Source

log = logging.getLogger(__name__)
R = TypeVar("R")

STORAGE_THREADS = 16
PENDING_INTERVAL = 60


def utc_now() -> datetime:
    return datetime.now(UTC)


class CentralSystem:
    """Implements the port of ocpp_server. MongoDB is spoken to on an executor of its own, never on the loop."""

    def __init__(
        self,
        storage: Storage,
        settings: Settings,
        follow_ups: FollowUps,
        authority: CertificateAuthority,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._storage = storage
        self._settings = settings
        self._follow_ups = follow_ups
        self._now = now
        self._executor = ThreadPoolExecutor(STORAGE_THREADS, thread_name_prefix="ocpp-storage")
        self._registration = Registration(storage, self._run)
        self._starts = StartTransaction(storage)
        self._stops = StopTransaction(storage)
        self._meter_values = MeterIntake(storage, self._run)
        self._guesses = Guesses()
        self._refusals = GroupCommit[Refusal](self._write_refusals)
        self._frames = FrameKeeping(storage, settings, self._run)
        self.counts = Counts()
        self.frame_observer = self.counts.observing(self._frames.observer)
        self._housekeeping = Housekeeping(storage, self._run, now, follow_ups)
        self.by_the_clock = self._housekeeping.also
        requests = CertificateRequests(storage, authority)
        security = SecurityMessages(storage, self._registration, self._run, requests, follow_ups)
        self.log_status_notification = security.log_status_notification
        self.security_event_notification = security.security_event_notification
        self.sign_certificate = security.sign_certificate
        self.signed_firmware_status_notification = security.signed_firmware_status_notification

    async def _run(self, function: Callable[..., R], *args: Any) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._executor, function, *args)

    # The connection

    async def started(self) -> None:
        self._housekeeping.start()
        self._frames.start()

    async def stopping(self) -> None:
        await self._housekeeping.stop()
        await self._meter_values.stop()
        await self._frames.stop()
        self._executor.shutdown(wait=True)

    async def admit(self, handshake: Handshake) -> Admission:
        return await self._run(admit, self._storage, self._settings, handshake)

    async def refused(self, handshake: Handshake, refusal: Refused) -> None:
        await self._refusals.add([as_refused(handshake, refusal)])

    async def _write_refusals(self, refusals: Sequence[Refusal]) -> None:
        await self._run(record_refusals, self._storage, refusals)

    async def opened(self, source: Source) -> None:
        self.seen(source.charge_point_id, source.received_at)
        self._tell_online(source)

    async def closed(self, source: Source, closing: Closing) -> None:
        self.forget(source.charge_point_id)
        if closing.replaced_by is None:
            self._tell_online(source)
        else:
            addresses = {"old_address": source.remote_address, "new_address": closing.replaced_by}
            await self._run(self._note_replaced, source, addresses)
        if (dropped := as_dropped(source, closing)) is not None:
            await self._refusals.add([dropped])

    def _tell_online(self, source: Source) -> None:
        self._storage.changes.tell("charge_point", "changed", source.charge_point_id, frozenset({"online"}))

    def _note_replaced(self, source: Source, addresses: dict[str, str]) -> None:
        note(self._storage, source.charge_point_id, "connection_replaced", self._now(), **addresses)

    async def answered_late(self, source: Source, action: str, answer: Payload) -> None:
        known = (self._storage, self._follow_ups, source.charge_point_id)
        await self._run(follow_late_answer, *known, action, answer, source.received_at)

    def seen(self, charge_point_id: str, at: datetime) -> None:
        self._housekeeping.seen[charge_point_id] = at

    def forget(self, charge_point_id: str) -> None:
        """Look a charge point up again at its next message: an admin has changed or deleted it. Any thread may call."""
        self._registration.forget(charge_point_id)

    # The ten messages of a charge point

    async def boot_notification(self, source: Source, request: Payload) -> call_result.BootNotification:
        status = await self._registration.boot(source, request)
        said = {name: clip(request.get(f"chargePoint{name.title()}"), 50) for name in ("vendor", "model")}
        _log("booted", source, status=status.value, **said, firmware_version=clip(request.get("firmwareVersion"), 50))
        accepted = status == RegistrationStatus.accepted
        if accepted:
            self._follow_ups.tell(Occasion.BOOTED, source.charge_point_id)
        return call_result.BootNotification(
            current_time=iso(self._now()),
            interval=self._settings.heartbeat_interval if accepted else PENDING_INTERVAL,
            status=status,
        )

    async def heartbeat(self, source: Source, request: Payload) -> call_result.Heartbeat:
        await self._registration.require_service(source)
        return call_result.Heartbeat(current_time=iso(self._now()))

    async def authorize(self, source: Source, request: Payload) -> call_result.Authorize:
        await self._registration.require_service(source)
        if self._guesses.too_many(source.charge_point_id, source.received_at):
            return call_result.Authorize(id_tag_info=id_tag_info(AuthorizationStatus.invalid, None))
        id_tag = str(request.get("idTag") or "")
        verdict, tag = await self._run(judge, self._storage, id_tag, source.received_at)
        _log("authorized", source, id_tag=mask_id_tag(id_tag), status=verdict.status.value)
        await self._follow_unknown(source, id_tag, verdict.status)
        return call_result.Authorize(id_tag_info=id_tag_info(verdict.status, tag))

    async def _follow_unknown(
        self, source: Source, id_tag: str, status: AuthorizationStatus, connector_id: int | None = None
    ) -> None:
        """Keep an unknown tag for staff to adopt, unless the charge point is guessing."""
        if status != AuthorizationStatus.invalid:
            return
        if self._guesses.count(source.charge_point_id, source.received_at):
            await self._run(
                note_once_an_hour, self._storage, source.charge_point_id, "id_tag_guessing", source.received_at
            )
            return
        at = (source.charge_point_id, connector_id, source.received_at)
        await self._run(note_unknown_tag, self._storage, id_tag, *at)

    async def start_transaction(self, source: Source, request: Payload) -> call_result.StartTransaction:
        """Answer with the true verdict even to a guesser, for what has begun has to be booked under it."""
        await self._registration.require_service(source)
        await self._meter_values.catch_up(source.charge_point_id)
        info, session = await self._run(self._starts.book, source.charge_point_id, request, source.received_at)
        _log(
            "transaction_started",
            source,
            connector_id=session.connector_id,
            transaction_id=session.transaction_id,
            id_tag=mask_id_tag(session.id_tag),
            status=info.status.value,
            session_id=session.session_id,
        )
        await self._follow_unknown(source, session.id_tag, info.status, session.connector_id)
        return call_result.StartTransaction(transaction_id=session.transaction_id or 0, id_tag_info=info)

    async def stop_transaction(self, source: Source, request: Payload) -> call_result.StopTransaction:
        await self._registration.require_service(source)
        await self._meter_values.catch_up(source.charge_point_id)
        info, session = await self._run(self._stops.book, source.charge_point_id, request, source.received_at)
        _log(
            "transaction_stopped" if session else "transaction_unknown",
            source,
            transaction_id=session.transaction_id if session else clip(request.get("transactionId"), 50),
            reason=clip(request.get("reason"), 50),
            session_id=session.session_id if session else None,
        )
        return call_result.StopTransaction(id_tag_info=info)

    async def meter_values(self, source: Source, request: Payload) -> call_result.MeterValues:
        await self._registration.require_service(source)
        foreign = await self._meter_values.take(source.charge_point_id, request, source.received_at)
        if foreign is not None:
            await self._run(
                note_foreign_transaction,
                self._storage,
                source.charge_point_id,
                "MeterValues",
                foreign,
                source.received_at,
            )
        return call_result.MeterValues()

    async def status_notification(self, source: Source, request: Payload) -> call_result.StatusNotification:
        await self._registration.require_service(source)
        connector = read_status(request, source.received_at)
        if connector is not None:
            await self._meter_values.catch_up(source.charge_point_id)
            kept = await self._run(follow_status, self._storage, source.charge_point_id, connector)
            said = {"status": connector.status, "error_code": connector.error_code}
            _log("status", source, connector_id=connector.connector_id, **said, kept=kept)
        return call_result.StatusNotification()

    async def firmware_status_notification(
        self, source: Source, request: Payload
    ) -> call_result.FirmwareStatusNotification:
        await self._registration.require_service(source)
        if told := clip(request.get("status"), 50):
            await self._run(follow_firmware, self._storage, source.charge_point_id, told, source.received_at)
            _log("firmware_status", source, status=told)
        return call_result.FirmwareStatusNotification()

    async def diagnostics_status_notification(
        self, source: Source, request: Payload
    ) -> call_result.DiagnosticsStatusNotification:
        await self._registration.require_service(source)
        if told := clip(request.get("status"), 50):
            await self._run(follow_diagnostics, self._storage, source.charge_point_id, told, source.received_at)
            _log("diagnostics_status", source, status=told)
        return call_result.DiagnosticsStatusNotification()

    async def data_transfer(self, source: Source, request: Payload) -> call_result.DataTransfer:
        await self._registration.require_service(source)
        return call_result.DataTransfer(status=DataTransferStatus.unknown_vendor_id)


def _log(event: str, source: Source, **fields: str | int | None) -> None:
    log.info(event, extra={"fields": {"charge_point_id": source.charge_point_id, **fields}})
