"""The door: who may open a WebSocket here, and the HTTP answer to who may not."""

import asyncio
import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import InvalidHeader, NegotiationError
from websockets.http11 import Request, Response

from ocpp_server import handshake
from ocpp_server.central_system import Admission, CentralSystem, Handshake, Refused
from ocpp_server.guard import guarded
from ocpp_server.handshake import SUBPROTOCOL
from ocpp_server.proxies import TrustedProxies
from ocpp_server.settings import ServerSettings
from ocpp_server.throttle import Doorkeeper
from ocpp_server.websocket import ChargePointSocket

log = logging.getLogger(__name__)

_RETRY_AFTER = 30
# So many failed TLS handshakes are told of at a time; in a flood the rest add nothing.
_MOST_TELLING = 100
# The statuses that tell of a guess; a 503 or a malformed request tells of none.
_FAILED_GUESS = frozenset({401, 403, 404})
_BODIES = {
    400: "The path must end in a charge point id.\n",
    401: "The credentials are missing or wrong.\n",
    403: "This charge point may not connect this way.\n",
    404: "There is no such charge point.\n",
    429: "Too many attempts; try again later.\n",
    503: "Not available now; try again later.\n",
}


class Door:
    """Decide about handshakes: their syntax first, then how often somebody tried, then the application's word."""

    def __init__(
        self,
        central_system: CentralSystem,
        settings: ServerSettings,
        connected: Mapping[str, object],
        capacity: int,
    ) -> None:
        self._central_system = central_system
        self._settings = settings
        self._connected = connected
        self._capacity = capacity
        self._doorkeeper = Doorkeeper(settings)
        self._proxies = TrustedProxies(settings.trusted_proxies)
        self._telling: set[asyncio.Task[None]] = set()

    async def process_request(self, socket: ServerConnection, request: Request) -> Response | None:
        """Answer a handshake; every refusal is told to the application too."""
        assert isinstance(socket, ChargePointSocket)
        try:
            charge_point_id = handshake.charge_point_id(request.path)
        except handshake.InvalidPath as error:
            shown = handshake.shown_by(socket, request.headers, "", self._proxies)
            return await self._refuse(socket, shown, Refused(400, str(error)))
        shown = handshake.shown_by(socket, request.headers, charge_point_id, self._proxies)
        response = socket.protocol.accept(request)
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            # Nobody is asked about a hopeless handshake, such as one without our subprotocol.
            await self._tell(shown, Refused(response.status_code, _problem(shown, socket.protocol.handshake_exc)))
            return response
        admission = await self._admission(shown)
        if isinstance(admission, Refused):
            return await self._refuse(socket, shown, admission)
        socket.shown, socket.admitted_as = shown, admission.charge_point_id
        return response

    def tls_failed(self, reason: str) -> None:
        """Tell of a TLS handshake that failed: no id was given, and no answer, hence status 0."""
        if len(self._telling) >= _MOST_TELLING:
            return
        shown = Handshake(
            charge_point_id="",
            remote_address="",
            username=None,
            password=None,
            secure=False,
            subprotocols=(),
            received_at=datetime.now(UTC),
        )
        task = asyncio.get_running_loop().create_task(self._tell(shown, Refused(0, reason)))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def close(self) -> None:
        """Finish telling of failed TLS handshakes."""
        if self._telling:
            await asyncio.wait(self._telling)

    async def _admission(self, shown: Handshake) -> Admission:
        key = handshake.registry_key(shown.charge_point_id)
        if len(self._connected) >= self._capacity and key not in self._connected:
            return Refused(503, "too many connections")
        if wait := self._doorkeeper.wait_to_try(key, shown.remote_address, time.monotonic()):
            return Refused(429, "throttled: too many failed attempts", retry_after=wait)
        admission = await self._asked(shown)
        now = time.monotonic()
        if isinstance(admission, Refused):
            if admission.status in _FAILED_GUESS:
                self._doorkeeper.failed(key, shown.remote_address, now)
            return admission
        if wait := self._doorkeeper.wait_to_take_over(key, now, replaces=key in self._connected):
            return Refused(429, "throttled: its connections replace each other too often", retry_after=wait)
        self._doorkeeper.came_in(key, shown.remote_address, now)
        return admission

    async def _asked(self, shown: Handshake) -> Admission:
        """Ask the application, which has to answer well before the handshake times out."""
        try:
            async with asyncio.timeout(self._settings.open_timeout / 2):
                return await self._central_system.admit(shown)
        except Exception:  # noqa: BLE001 — an error at the door is a "not now", never a "come in"
            log.error("admit_failed", exc_info=True, extra={"fields": {"charge_point_id": shown.charge_point_id}})
            return Refused(503, "the application could not decide")

    async def _refuse(self, socket: ChargePointSocket, shown: Handshake, refusal: Refused) -> Response:
        await self._tell(shown, refusal)
        response = socket.protocol.reject(refusal.status, _BODIES.get(refusal.status, "Refused.\n"))
        if refusal.status == HTTPStatus.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = 'Basic realm="OCPP"'
        if refusal.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
            response.headers["Retry-After"] = str(refusal.retry_after or _RETRY_AFTER)
        return response

    async def _tell(self, shown: Handshake, refusal: Refused) -> None:
        fields = {
            "charge_point_id": shown.charge_point_id,
            "remote_address": shown.remote_address,
            "status": refusal.status,
            "reason": refusal.reason,
        }
        log.info("handshake_refused", extra={"fields": fields})
        await guarded(self._central_system.refused(shown, refusal), "refused", shown.charge_point_id)


def _problem(shown: Handshake, error: Exception | None) -> str:
    malformed = isinstance(error, InvalidHeader) and error.name == "Sec-WebSocket-Protocol"
    if not malformed and not isinstance(error, NegotiationError):
        return ascii(str(error))[:200]
    offered = ", ".join(ascii(name[:50])[1:-1] for name in shown.subprotocols[:10]) or "none"
    return f"no {SUBPROTOCOL} among the subprotocols (offered: {offered})"
