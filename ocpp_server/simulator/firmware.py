"""Firmware as a charge point takes it: fetched, checked, installed, and told step by step (OCPP 1.6 §4.5, §5.19)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from ocpp.v16 import call
from ocpp.v16.enums import FirmwareStatus

from ocpp_server.simulator.errors import TransferFailed
from ocpp_server.simulator.firmware_order import FirmwareOrder, version_of
from ocpp_server.simulator.jobs import Jobs
from ocpp_server.simulator.outbox import Message, Outbox
from ocpp_server.simulator.report import Report
from ocpp_server.simulator.security_events import INVALID_SIGNATURE, SecurityEvents
from ocpp_server.simulator.settings import Settings
from ocpp_server.simulator.web import Fetched, fetch

JOB = "firmware"
FAILURES = (FirmwareStatus.download_failed, FirmwareStatus.installation_failed, FirmwareStatus.invalid_signature)


class Firmware:
    """One update at a time; a new order takes the place of the one under way.

    `quiet` waits until nobody charges, `installed` is called with the new version and restarts the charge point.
    `fails_next`: the next installation fails, once.
    """

    def __init__(
        self,
        settings: Settings,
        outbox: Outbox,
        jobs: Jobs,
        events: SecurityEvents,
        report: Report,
        quiet: Callable[[], Awaitable[None]],
        installed: Callable[[str], None],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.fails_next = settings.fail_installation
        self.order: FirmwareOrder | None = None
        self._status = FirmwareStatus.idle
        self._settings, self._outbox, self._jobs, self._events = settings, outbox, jobs, events
        self._report, self._quiet, self._installed, self._clock = report, quiet, installed, clock

    def begin(self, order: FirmwareOrder) -> None:
        """Begin an update, and forget the one under way."""
        if self.order is not None:
            self._report("the firmware update under way is cancelled: a new one has come")
        self.order = order
        self._jobs.start(JOB, self._update(order))

    def tell(self, *, signed: bool) -> None:
        """Tell how far the update is; `signed` decides by which message where there is none."""
        if self.order is not None:
            self._put(self.order.signature is not None, self._status, self.order.request_id)
        else:
            self._put(signed, FirmwareStatus.idle, None)

    async def _update(self, order: FirmwareOrder) -> None:
        try:
            file = await self._fetch(order)
            if file is not None and self._is_genuine(order, file):
                await self._install(order, file)
        finally:
            if self.order is order:
                self.order = None

    async def _fetch(self, order: FirmwareOrder) -> Fetched | None:
        if (wait := self._until(order.retrieve_at)) > 0:
            self._report(f"will fetch {order.file_name} in {wait:.0f} s")
            if order.signature:
                self._step(order, FirmwareStatus.download_scheduled)
            await asyncio.sleep(wait)
        self._step(order, FirmwareStatus.downloading, order.file_name)
        try:
            transfer = partial(fetch, order.location, self._settings.tls)
            file = await order.attempts.make(transfer, self._report)
        except TransferFailed as error:
            self._step(order, FirmwareStatus.download_failed, str(error))
            return None
        await asyncio.sleep(self._settings.pause)
        self._step(order, FirmwareStatus.downloaded, f"{file.size} bytes, SHA-256 {file.sha256.hex()}")
        return file

    def _is_genuine(self, order: FirmwareOrder, file: Fetched) -> bool:
        if order.signature is None:
            return True
        # The library behind it takes long to load, and most charge points never need it.
        from ocpp_server.simulator.firmware_signature import is_signed

        if is_signed(order.signature, file.sha256):
            self._step(order, FirmwareStatus.signature_verified)
            return True
        self._step(order, FirmwareStatus.invalid_signature, "it is not this file's under its certificate")
        self._events.tell(INVALID_SIGNATURE, order.file_name)
        return False

    async def _install(self, order: FirmwareOrder, file: Fetched) -> None:
        wait = self._until(order.install_at) if order.install_at else 0.0
        if wait > 0:
            self._step(order, FirmwareStatus.install_scheduled, f"in {wait:.0f} s")
            await asyncio.sleep(wait)
        await self._quiet()
        self._step(order, FirmwareStatus.installing)
        await asyncio.sleep(self._settings.pause)
        if self.fails_next:
            self.fails_next = False
            self._step(order, FirmwareStatus.installation_failed, "as it was asked to")
            return
        version = version_of(order, file)
        self._step(order, FirmwareStatus.installed, version)
        self._installed(version)

    def _until(self, moment: datetime) -> float:
        return (moment - self._clock()).total_seconds()

    def _step(self, order: FirmwareOrder, status: FirmwareStatus, detail: str = "") -> None:
        self._status = status
        self._report(f"firmware {status}{': ' if detail else ''}{detail}", important=status in FAILURES)
        self._put(order.signature is not None, status, order.request_id)

    def _put(self, signed: bool, status: FirmwareStatus, request_id: int | None) -> None:
        request: Any = (
            call.SignedFirmwareStatusNotification(status, request_id)  # type: ignore[arg-type]
            if signed
            else call.FirmwareStatusNotification(status)
        )
        # Each step counts, also one taken offline; answered to a trigger it would be old news later.
        self._outbox.put(Message(lambda: request, keep=status != FirmwareStatus.idle))
