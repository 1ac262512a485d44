"""The calls of firmware, as the charge point answers them (OCPP 1.6 §5.19, security whitepaper §4.16)."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from ocpp.exceptions import PropertyConstraintViolationError
from ocpp.v16 import call_result
from ocpp.v16.enums import Action, UpdateFirmwareStatus

from ocpp_server.simulator.attempts import Attempts
from ocpp_server.simulator.connection import Connection
from ocpp_server.simulator.firmware import Firmware
from ocpp_server.simulator.firmware_order import FirmwareOrder, Signature
from ocpp_server.simulator.report import Report
from ocpp_server.simulator.reservation import read_expiry
from ocpp_server.simulator.security_events import INVALID_CERTIFICATE, SecurityEvents
from ocpp_server.simulator.settings import Settings


class FirmwareCalls:
    """A handler judges the order; the update begins after the answer is sent."""

    def __init__(
        self, settings: Settings, firmware: Firmware, events: SecurityEvents, connection: Connection, report: Report
    ) -> None:
        self._settings, self._firmware, self._events = settings, firmware, events
        self._connection, self._report = connection, report

    def handlers(self) -> dict[Action, Callable[..., Any]]:
        """Return the rows of the table of calls served."""
        return {
            Action.signed_update_firmware: self.signed_update_firmware,
            Action.update_firmware: self.update_firmware,
        }

    def update_firmware(
        self, location: str, retrieve_date: str, retries: int | None = None, retry_interval: int | None = None
    ) -> call_result.UpdateFirmware:
        order = FirmwareOrder(location, _moment(retrieve_date), Attempts.read(retries, retry_interval))
        self._connection.afterwards(partial(self._firmware.begin, order))
        return call_result.UpdateFirmware()

    def signed_update_firmware(
        self,
        request_id: int,
        firmware: dict[str, Any],
        retries: int | None = None,
        retry_interval: int | None = None,
    ) -> call_result.SignedUpdateFirmware:
        install = firmware.get("install_date_time")
        signature = Signature(firmware["signature"], firmware["signing_certificate"])
        order = FirmwareOrder(
            firmware["location"],
            _moment(firmware["retrieve_date_time"]),
            Attempts.read(retries, retry_interval),
            request_id,
            _moment(install) if install is not None else None,
            signature,
        )
        # The library behind it takes long to load, and most charge points never need it.
        from ocpp_server.simulator.firmware_signature import certificate_fault

        if fault := certificate_fault(signature, self._settings.firmware_roots, datetime.now(UTC)):
            self._connection.afterwards(partial(self._events.tell, INVALID_CERTIFICATE, fault))
            return call_result.SignedUpdateFirmware(UpdateFirmwareStatus.invalid_certificate)
        if self._settings.firmware_roots is None:
            self._report("no --firmware-root is given: whoever issued the signing certificate is trusted")
        busy = self._firmware.order is not None
        self._connection.afterwards(partial(self._firmware.begin, order))
        return call_result.SignedUpdateFirmware(
            UpdateFirmwareStatus.accepted_canceled if busy else UpdateFirmwareStatus.accepted
        )


def _moment(text: str) -> datetime:
    moment = read_expiry(text)
    if moment is None:
        raise PropertyConstraintViolationError(f"{text[:50]} is no time")  # type: ignore[no-untyped-call]
    return moment
