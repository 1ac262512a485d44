"""What charge points may ask, answered: one method per action; each takes the facts, lets the rules decide, stores."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar

from ocpp.v16 import call_result
from ocpp.v16.enums import DataTransferStatus, RegistrationStatus

from app.admission import admit, record_refusal
from app.config import Settings
from app.domain.authorization import Verdict
from app.domain.charge_points import ChargePoint, Connector, clip
from app.domain.id_tags import mask_id_tag
from app.domain.times import event_time, iso
from app.domain.transactions import connector_number
from app.guesses import Guesses
from app.housekeeping import Housekeeping
from app.id_tags import id_tag_info, judge
from app.meter_intake import MeterIntake
from app.session_events import follow_late_answer, follow_status
from app.storage.database import Storage
from app.transactions import Transactions
from ocpp_server.central_system import Admission, Closing, Handshake, Payload, Refused, Source
from ocpp_server.errors import CallRefused

log = logging.getLogger(__name__)
R = TypeVar("R")

STORAGE_THREADS = 16
PENDING_INTERVAL = 60


def utc_now() -> datetime:
    return datetime.now(UTC)


class CentralSystem:
    """Implements the port of ocpp_server. MongoDB is spoken to on an executor of its own, never on the loop."""

    def __init__(self, storage: Storage, settings: Settings, now: Callable[[], datetime] = utc_now) -> None:
        self._storage = storage
        self._settings = settings
        self._now = now
        self._executor = ThreadPoolExecutor(STORAGE_THREADS, thread_name_prefix="ocpp-storage")
        self._transactions = Transactions(storage)
        self._meter_values = MeterIntake(storage, self._run)
        self._guesses = Guesses()
        self._in_service: set[str] = set()
        self._housekeeping = Housekeeping(storage, self._run, now)

    async def _run(self, function: Callable[..., R], *args: Any) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._executor, function, *args)

    # The connection

    async def started(self) -> None:
        self._housekeeping.start()

    async def stopping(self) -> None:
        await self._housekeeping.stop()
        self._executor.shutdown(wait=True)

    async def admit(self, handshake: Handshake) -> Admission:
        return await self._run(admit, self._storage, self._settings, handshake)

    async def refused(self, handshake: Handshake, refusal: Refused) -> None:
        await self._run(record_refusal, self._storage, handshake, refusal)

    async def opened(self, source: Source) -> None:
        self.seen(source.charge_point_id, source.received_at)

    async def closed(self, source: Source, closing: Closing) -> None:
        self._in_service.discard(source.charge_point_id)
        if closing.replaced_by is not None:
            await self._event(
                source,
                "connection_replaced",
                old_address=source.remote_address,
                new_address=closing.replaced_by,
            )

    async def answered_late(self, source: Source, action: str, answer: Payload) -> None:
        await self._run(follow_late_answer, self._storage, source.charge_point_id, action, answer)

    def seen(self, charge_point_id: str, at: datetime) -> None:
        self._housekeeping.seen[charge_point_id] = at

    def forget(self, charge_point_id: str) -> None:
        """Look a charge point up again at its next message: an admin has changed or deleted it. Any thread may call."""
        self._in_service.discard(charge_point_id)

    async def _event(self, source: Source, kind: str, **detail: str) -> None:
        log.warning(kind, extra={"fields": {"charge_point_id": source.charge_point_id, **detail}})
        await self._run(self._record_event, source, kind, detail)

    def _record_event(self, source: Source, kind: str, detail: dict[str, str]) -> None:
        self._storage.events.record(source.charge_point_id, kind, self._now(), **detail)

    async def _require_service(self, source: Source) -> None:
        """Refuse all but BootNotification to a charge point that was never accepted (OCPP-J errata §3.10)."""
        if source.charge_point_id in self._in_service:
            return
        charge_point = await self._run(self._storage.charge_points.get, source.charge_point_id)
        if charge_point is None or not charge_point.in_service:
            raise CallRefused("SecurityError", "send BootNotification first and wait until it is accepted")
        self._in_service.add(source.charge_point_id)

    # The ten messages of a charge point

    async def boot_notification(self, source: Source, request: Payload) -> call_result.BootNotification:
        charge_point = await self._run(self._boot, source, request)
        registration = charge_point.registration if charge_point else RegistrationStatus.rejected
        self._in_service.discard(source.charge_point_id)
        if registration == RegistrationStatus.accepted:
            self._in_service.add(source.charge_point_id)
        fields = {
            "charge_point_id": source.charge_point_id,
            "status": registration.value,
            "vendor": clip(request.get("chargePointVendor"), 50),
            "model": clip(request.get("chargePointModel"), 50),
            "firmware_version": clip(request.get("firmwareVersion"), 50),
        }
        log.info("booted", extra={"fields": fields})
        accepted = registration == RegistrationStatus.accepted
        return call_result.BootNotification(
            current_time=iso(self._now()),
            interval=self._settings.heartbeat_interval if accepted else PENDING_INTERVAL,
            status=registration,
        )

    def _boot(self, source: Source, request: Payload) -> ChargePoint | None:
        facts = {
            "vendor": clip(request.get("chargePointVendor"), 100),
            "model": clip(request.get("chargePointModel"), 100),
            "serial_number": clip(request.get("chargePointSerialNumber"), 100),
            "firmware_version": clip(request.get("firmwareVersion"), 100),
        }
        charge_point = self._storage.charge_points.update(source.charge_point_id, facts)
        if charge_point is not None and charge_point.registration == RegistrationStatus.accepted:
            return self._storage.charge_points.update(source.charge_point_id, {"booted_at": source.received_at})
        return charge_point

    async def heartbeat(self, source: Source, request: Payload) -> call_result.Heartbeat:
        await self._require_service(source)
        return call_result.Heartbeat(current_time=iso(self._now()))

    async def authorize(self, source: Source, request: Payload) -> call_result.Authorize:
        await self._require_service(source)
        id_tag = str(request.get("idTag") or "")
        if self._guesses.too_many(source.charge_point_id, source.received_at):
            return call_result.Authorize(id_tag_info=id_tag_info("Invalid", None))
        verdict, tag = await self._run(judge, self._storage, id_tag, source.received_at)
        self._log_verdict("authorized", source, id_tag, verdict)
        if verdict.status == "Invalid" and self._guesses.count(source.charge_point_id, source.received_at):
            await self._event(source, "id_tag_guessing")
        return call_result.Authorize(id_tag_info=id_tag_info(verdict.status.value, tag))

    def _log_verdict(self, event: str, source: Source, id_tag: str, verdict: Verdict) -> None:
        fields = {
            "charge_point_id": source.charge_point_id,
            "id_tag": mask_id_tag(id_tag),
            "status": verdict.status.value,
        }
        log.info(event, extra={"fields": fields})

    async def start_transaction(self, source: Source, request: Payload) -> call_result.StartTransaction:
        await self._require_service(source)
        number, info, session = await self._run(
            self._transactions.start, source.charge_point_id, request, source.received_at
        )
        fields = {
            "charge_point_id": source.charge_point_id,
            "connector_id": session.connector_id,
            "transaction_id": number,
            "id_tag": mask_id_tag(session.id_tag),
            "status": info.status.value,
            "session_id": session.session_id,
        }
        log.info("transaction_started", extra={"fields": fields})
        return call_result.StartTransaction(transaction_id=number, id_tag_info=info)

    async def stop_transaction(self, source: Source, request: Payload) -> call_result.StopTransaction:
        await self._require_service(source)
        info, session = await self._run(self._transactions.stop, source.charge_point_id, request, source.received_at)
        fields = {
            "charge_point_id": source.charge_point_id,
            "transaction_id": session.transaction_id if session else None,
            "reason": clip(request.get("reason"), 50),
            "session_id": session.session_id if session else None,
        }
        log.info("transaction_stopped" if session else "transaction_unknown", extra={"fields": fields})
        return call_result.StopTransaction(id_tag_info=info)

    async def meter_values(self, source: Source, request: Payload) -> call_result.MeterValues:
        await self._require_service(source)
        foreign = await self._meter_values.take(source.charge_point_id, request, source.received_at)
        if foreign is not None:
            await self._event(source, "foreign_transaction", action="MeterValues", transaction_id=str(foreign))
        return call_result.MeterValues()

    async def status_notification(self, source: Source, request: Payload) -> call_result.StatusNotification:
        await self._require_service(source)
        connector_id = connector_number(request.get("connectorId"))
        if connector_id is not None:
            connector = Connector(
                connector_id=connector_id,
                status=clip(request.get("status"), 50) or "",
                error_code=clip(request.get("errorCode"), 50) or "NoError",
                status_at=event_time(request.get("timestamp"), source.received_at),
                info=clip(request.get("info"), 200),
                vendor_error_code=clip(request.get("vendorErrorCode"), 100),
            )
            kept = await self._run(follow_status, self._storage, self._transactions, source.charge_point_id, connector)
            fields = {
                "charge_point_id": source.charge_point_id,
                "connector_id": connector_id,
                "status": connector.status,
                "error_code": connector.error_code,
                "kept": kept,
            }
            log.info("status", extra={"fields": fields})
        return call_result.StatusNotification()

    async def firmware_status_notification(
        self, source: Source, request: Payload
    ) -> call_result.FirmwareStatusNotification:
        await self._keep(source, {"firmware_status": clip(request.get("status"), 50)})
        return call_result.FirmwareStatusNotification()

    async def diagnostics_status_notification(
        self, source: Source, request: Payload
    ) -> call_result.DiagnosticsStatusNotification:
        await self._keep(source, {"diagnostics_status": clip(request.get("status"), 50)})
        return call_result.DiagnosticsStatusNotification()

    async def _keep(self, source: Source, facts: dict[str, str | None]) -> None:
        await self._require_service(source)
        await self._run(self._storage.charge_points.update, source.charge_point_id, facts)

    async def data_transfer(self, source: Source, request: Payload) -> call_result.DataTransfer:
        await self._require_service(source)
        return call_result.DataTransfer(status=DataTransferStatus.unknown_vendor_id)
