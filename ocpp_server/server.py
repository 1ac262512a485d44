"""The OCPP server: listens, keeps the registry of open connections, and closes down in good order."""

import asyncio
import contextlib
import logging
import ssl
from datetime import UTC, datetime
from functools import partial

from websockets.asyncio.server import Server, ServerConnection
from websockets.frames import CloseCode
from websockets.http11 import Request, Response

from ocpp_server.central_system import CentralSystem, routes
from ocpp_server.charge_point import ChargePoint
from ocpp_server.door import Door
from ocpp_server.frames import harmless
from ocpp_server.guard import guarded
from ocpp_server.handshake import registry_key
from ocpp_server.keepalive import Keepalive
from ocpp_server.listener import WAITING_ROOM, capacity, listen, watchers_capacity
from ocpp_server.live import Audience, Live
from ocpp_server.live_door import LiveDoor
from ocpp_server.settings import ServerSettings
from ocpp_server.tls_failures import watch
from ocpp_server.websocket import ChargePointSocket

log = logging.getLogger(__name__)

# After the drain, the application gets this much longer to note who was cut off.
_LAST_WORDS = 2.0


class OcppServer:
    """All connections of charge points to this process. Everything here belongs to one event loop.

    `connected_charge_points` maps each id, casefolded, to its newest connection.
    """

    def __init__(self, central_system: CentralSystem, settings: ServerSettings, audience: Audience | None) -> None:
        self.connected_charge_points: dict[str, ChargePoint] = {}
        self.port = 0
        self.tls_port = 0
        self._central_system = central_system
        self._settings = settings
        self._handlers = {str(action): handler for action, handler in routes(central_system).items()}
        self._observer = harmless(central_system.frame_observer)
        self._capacity = capacity(settings)
        self._door = Door(central_system, settings, self.connected_charge_points, self._capacity)
        self.live = Live(settings)
        watchers = watchers_capacity(settings)
        self._live_door = LiveDoor(audience, self.live, settings, watchers) if audience is not None else None
        self._max_sockets = self._capacity + watchers + WAITING_ROOM
        # Every socket, half-open handshakes included; and every connection, those just replaced included.
        self._sockets: set[ChargePointSocket] = set()
        self._live: set[ChargePoint] = set()
        self._listeners: list[Server] = []
        self._keepalive: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Bind, let the application make ready, then accept.

        Raises: OSError when an address cannot be bound; whatever the application's `started` raises.
        """
        settings = self._settings
        try:
            self.port = await self._listen(settings.host, settings.port, None)
            if settings.tls is not None:
                watch(settings.tls, self._door.tls_failed)
                self.tls_port = await self._listen(settings.tls_host, settings.tls_port, settings.tls)
            await self._central_system.started()
            for listener in self._listeners:
                await listener.start_serving()
        except BaseException:
            for listener in self._listeners:
                listener.close()
                await listener.wait_closed()
            raise
        self.live.start()
        self._keepalive = asyncio.create_task(Keepalive(self._live, settings).run())

    async def stop(self, drain: float) -> None:
        """Stop accepting, close every socket with 1001, give what is in hand `drain` seconds to finish."""
        if self._keepalive is None:
            return
        self._keepalive.cancel()
        for listener in self._listeners:
            listener.close(code=CloseCode.GOING_AWAY, reason="the server is stopping")
        for socket in list(self._sockets):
            if not socket.was_opened:
                socket.transport.abort()
        closed = asyncio.gather(*(listener.wait_closed() for listener in self._listeners))
        await asyncio.wait({closed}, timeout=drain)
        for charge_point in self._live:
            charge_point.abandon()
        if self._live:
            await asyncio.wait({closed}, timeout=_LAST_WORDS)
        for listener in self._listeners:
            for task in listener.handler_tasks:
                task.cancel()
        await closed
        with contextlib.suppress(asyncio.CancelledError):
            await self._keepalive
        await self.live.stop()
        await self._door.close()
        await guarded(self._central_system.stopping(), "stopping", "")

    async def _listen(self, host: str, port: int, tls: ssl.SSLContext | None) -> int:
        """Bind without accepting yet; return the port bound."""
        new_socket = partial(ChargePointSocket, sockets=self._sockets, max_sockets=self._max_sockets)
        listener = await listen(host, port, tls, self._serve, self._process_request, new_socket, self._settings)
        self._listeners.append(listener)
        return int(listener.sockets[0].getsockname()[1])

    async def _process_request(self, connection: ServerConnection, request: Request) -> Response | None:
        assert isinstance(connection, ChargePointSocket)
        if self._live_door is not None and self._live_door.is_for(request):
            return await self._live_door.process_request(connection, request)
        return await self._door.process_request(connection, request)

    async def _serve(self, connection: ServerConnection) -> None:
        """Be the task of one connection, from its opening handshake to its end."""
        assert isinstance(connection, ChargePointSocket)
        if connection.watcher is not None:
            connection.was_opened = True
            await self.live.serve(connection, connection.watcher, connection.last_event_id)
            return
        shown, charge_point_id = connection.shown, connection.admitted_as
        assert shown is not None
        assert connection.request is not None
        # The credential has done its work; 18,000 sets of headers are also a lot of memory.
        connection.request.headers.clear()
        connection.shown, connection.was_opened = None, True
        charge_point = ChargePoint(
            charge_point_id,
            shown.remote_address,
            connection,
            self._central_system,
            self._handlers,
            self._settings,
            self._observer,
        )
        connection.on_frame = partial(self._seen, charge_point_id)
        self._register(charge_point)
        try:
            if await guarded(self._central_system.opened(charge_point.source()), "opened", charge_point_id):
                await charge_point.read()
            else:
                charge_point.end(CloseCode.INTERNAL_ERROR, "please try again")
        finally:
            self._unregister(charge_point)
        closing = await charge_point.finish()
        await guarded(self._central_system.closed(charge_point.source(), closing), "closed", charge_point_id)
        self._live.discard(charge_point)

    def _register(self, charge_point: ChargePoint) -> None:
        """Let the newest authenticated connection win: it is the one the charge point itself knows of."""
        key = registry_key(charge_point.id)
        incumbent = self.connected_charge_points.get(key)
        self.connected_charge_points[key] = charge_point
        self._live.add(charge_point)
        if incumbent is not None:
            incumbent.end(CloseCode.POLICY_VIOLATION, "replaced", replaced_by=charge_point.remote_address)
            log.warning(
                "connection_replaced",
                extra={
                    "fields": {
                        "charge_point_id": charge_point.id,
                        "old_address": incumbent.remote_address,
                        "new_address": charge_point.remote_address,
                    }
                },
            )

    def _unregister(self, charge_point: ChargePoint) -> None:
        """Forget a connection, but never the newer one that replaced it."""
        key = registry_key(charge_point.id)
        if self.connected_charge_points.get(key) is charge_point:
            del self.connected_charge_points[key]

    def _seen(self, charge_point_id: str) -> None:
        self._central_system.seen(charge_point_id, datetime.now(UTC))
