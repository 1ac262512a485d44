"""The door for watchers: `/live?ticket=…`. Nobody asks them for a password; what counts is the ticket, used once."""

import asyncio
import logging
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from websockets.http11 import Request, Response

from ocpp_server import handshake
from ocpp_server.live import Audience, Live
from ocpp_server.proxies import TrustedProxies
from ocpp_server.settings import ServerSettings
from ocpp_server.websocket import ChargePointSocket

log = logging.getLogger(__name__)

PATH = "/live"
_MOST_PARAMETERS = 10
_RETRY_AFTER = 30
_MAX_MESSAGE_BYTES = 1024


class LiveDoor:
    """Decide who may watch: where he comes from first, then how many there are, then the application's word."""

    def __init__(self, audience: Audience, live: Live, settings: ServerSettings, most: int) -> None:
        self._audience = audience
        self._live = live
        self._settings = settings
        self._most = most
        self._proxies = TrustedProxies(settings.trusted_proxies)

    def is_for(self, request: Request) -> bool:
        """Tell whether a request is for this door."""
        return urlsplit(request.path).path.rstrip("/") == PATH

    async def process_request(self, socket: ChargePointSocket, request: Request) -> Response:
        """Answer a handshake."""
        # A browser names the page's origin truthfully; other clients name none, and have the ticket all the same.
        origins = request.headers.get_all("Origin")
        if any(origin not in self._settings.origins for origin in origins):
            return self._refuse(socket, request, HTTPStatus.FORBIDDEN, "This page may not watch.")
        if len(self._live.watchers) >= self._most:
            return self._refuse(socket, request, HTTPStatus.SERVICE_UNAVAILABLE, "Too many watch already.")
        # This is not OCPP, and what comes in is next to nothing.
        socket.protocol.available_subprotocols = None
        socket.protocol.max_message_size = _MAX_MESSAGE_BYTES
        response = socket.protocol.accept(request)
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            return response
        parameters = _parameters(request.path)
        try:
            async with asyncio.timeout(self._settings.open_timeout / 2):
                watcher = await self._audience.admit(parameters.get("ticket", ""))
        except Exception:  # noqa: BLE001 — an error at the door is a "not now", never a "come in"
            log.error("watcher_not_admitted", exc_info=True)
            return self._refuse(socket, request, HTTPStatus.SERVICE_UNAVAILABLE, "Not available now; try again later.")
        if watcher is None:
            why = "The ticket is unknown, used or expired: get a new one."
            return self._refuse(socket, request, HTTPStatus.FORBIDDEN, why)
        if self._live.accounts[watcher.account] >= self._settings.max_watchers_per_account:
            why = "This account watches too often already."
            return self._refuse(socket, request, HTTPStatus.TOO_MANY_REQUESTS, why)
        if socket.is_lost:
            return response
        socket.last_event_id = parameters.get("last_event_id")
        self._live.expect(socket, watcher)
        return response

    def _refuse(self, socket: ChargePointSocket, request: Request, status: HTTPStatus, why: str) -> Response:
        shown = handshake.shown_by(socket, request.headers, "", self._proxies)
        fields = {"remote_address": shown.remote_address, "status": status.value, "reason": why}
        log.info("watcher_refused", extra={"fields": fields})
        response = socket.protocol.reject(status, f"{why}\n")
        if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
            response.headers["Retry-After"] = str(_RETRY_AFTER)
        return response


def _parameters(path: str) -> dict[str, str]:
    """Return what stands behind the question mark; nothing of it when there is too much."""
    try:
        found = parse_qs(urlsplit(path).query, max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        return {}
    return {name: values[-1] for name, values in found.items()}
