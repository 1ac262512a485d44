"""The port: what a charge point may ask of a Central System; the application implements it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from ocpp.v16 import call_result
from ocpp.v16.enums import Action

from ocpp_server.frames import Observer

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a newcomer showed at the door, before anything about it is believed.

    `charge_point_id` is the last path segment, percent-decoded once, already within the allow-list of characters;
    empty when the path names none that is. `password` is bytes, for real keys need not be UTF-8 (OCPP-J §6).
    `secure` is True when the socket itself is TLS, or a trusted proxy says that it was. `client_certificate` is
    DER, its chain verified already.
    """

    charge_point_id: str
    remote_address: str
    username: str | None
    password: bytes | None
    secure: bool
    subprotocols: tuple[str, ...]
    received_at: datetime
    client_certificate: bytes | None = None


@dataclass(frozen=True, slots=True)
class Admitted:
    """The newcomer may come in under this id, spelled as the application knows it."""

    charge_point_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The newcomer is turned away with this HTTP status; `reason` is for the operator, never sent."""

    status: int
    reason: str
    retry_after: int | None = None


Admission = Admitted | Refused


@dataclass(frozen=True, slots=True)
class Source:
    """Where a message came from and when it arrived."""

    charge_point_id: str
    connection_id: str
    remote_address: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Closing:
    """How a connection ended: `replaced_by` is the newcomer's address when a newer connection took over.

    `by_charge_point` tells that it was the charge point that closed it.
    """

    code: int
    reason: str
    replaced_by: str | None = None
    frames_dropped: dict[str, int] = field(default_factory=dict)
    by_charge_point: bool = False


class CentralSystem(Protocol):
    """What a charge point may ask. Every method runs on the loop thread and must not block it.

    A request is OCPP's payload verbatim (camelCase), its structure checked, vendor values left as they came:
    enumerations may hold any string, numbers may come as numeric strings or floats, optional members may be
    null, StartTransaction may lack its idTag. Any exception becomes CALLERROR InternalError, so that the charge
    point keeps the message and tries again; `CallRefused` chooses another code.

    Of two connections of one charge point, `closed` of the older may come after `opened` of the newer.
    """

    @property
    def frame_observer(self) -> Observer | None:
        """Return what is told of every frame, on the loop thread, and must not wait; None: there is no such thing."""
        ...

    async def started(self) -> None:
        """Make ready on the loop: the port is bound, nobody has been let in yet."""
        ...

    async def stopping(self) -> None:
        """Finish on the loop: every socket is closed."""
        ...

    async def admit(self, handshake: Handshake) -> Admission: ...
    async def refused(self, handshake: Handshake, refusal: Refused) -> None: ...
    async def opened(self, source: Source) -> None: ...
    async def closed(self, source: Source, closing: Closing) -> None: ...
    def seen(self, charge_point_id: str, at: datetime) -> None: ...
    async def answered_late(self, source: Source, action: str, answer: Payload) -> None:
        """Learn the answer to a call that had already been given up: what was asked for did happen."""
        ...

    async def authorize(self, source: Source, request: Payload) -> call_result.Authorize: ...
    async def boot_notification(self, source: Source, request: Payload) -> call_result.BootNotification: ...
    async def data_transfer(self, source: Source, request: Payload) -> call_result.DataTransfer: ...
    async def diagnostics_status_notification(
        self, source: Source, request: Payload
    ) -> call_result.DiagnosticsStatusNotification: ...
    async def firmware_status_notification(
        self, source: Source, request: Payload
    ) -> call_result.FirmwareStatusNotification: ...
    async def heartbeat(self, source: Source, request: Payload) -> call_result.Heartbeat: ...
    async def log_status_notification(self, source: Source, request: Payload) -> call_result.LogStatusNotification: ...
    async def meter_values(self, source: Source, request: Payload) -> call_result.MeterValues: ...
    async def security_event_notification(
        self, source: Source, request: Payload
    ) -> call_result.SecurityEventNotification: ...
    async def sign_certificate(self, source: Source, request: Payload) -> call_result.SignCertificate: ...
    async def signed_firmware_status_notification(
        self, source: Source, request: Payload
    ) -> call_result.SignedFirmwareStatusNotification: ...
    async def start_transaction(self, source: Source, request: Payload) -> call_result.StartTransaction: ...
    async def status_notification(self, source: Source, request: Payload) -> call_result.StatusNotification: ...
    async def stop_transaction(self, source: Source, request: Payload) -> call_result.StopTransaction: ...


Handler = Callable[[Source, Payload], Awaitable[Any]]


def routes(central_system: CentralSystem) -> dict[str, Handler]:
    """Return the table of actions served: action name → method."""
    return {
        Action.authorize: central_system.authorize,
        Action.boot_notification: central_system.boot_notification,
        Action.data_transfer: central_system.data_transfer,
        Action.diagnostics_status_notification: central_system.diagnostics_status_notification,
        Action.firmware_status_notification: central_system.firmware_status_notification,
        Action.heartbeat: central_system.heartbeat,
        Action.log_status_notification: central_system.log_status_notification,
        Action.meter_values: central_system.meter_values,
        Action.security_event_notification: central_system.security_event_notification,
        Action.sign_certificate: central_system.sign_certificate,
        Action.signed_firmware_status_notification: central_system.signed_firmware_status_notification,
        Action.start_transaction: central_system.start_transaction,
        Action.status_notification: central_system.status_notification,
        Action.stop_transaction: central_system.stop_transaction,
    }
