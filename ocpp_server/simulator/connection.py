"""The WebSocket to the Central System: connect, send what is in the outbox, and come back after every loss."""

import asyncio
import contextlib
import random
import time
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import ocpp.v16
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.frames import CloseCode
from websockets.typing import Subprotocol

from ocpp_server.simulator.configuration import Configuration
from ocpp_server.simulator.delivery import Delivery
from ocpp_server.simulator.errors import NotAdmitted, SimulatorError, Unreachable
from ocpp_server.simulator.outbox import Outbox
from ocpp_server.simulator.refusals import no_subprotocol, refused
from ocpp_server.simulator.registration import Registration
from ocpp_server.simulator.report import Report
from ocpp_server.simulator.settings import Settings

# A connection that lived shorter (seconds) counts as a failed attempt, or two rivals for one id would fight for ever.
SETTLED = 10.0

# The library carries no types.
Peer: Any = ocpp.v16.ChargePoint
Routes = dict[str, dict[str, Any]]


class Connection:
    """Keeps one charge point connected until cancelled; `refusal` is the last one, None once connected."""

    def __init__(
        self,
        settings: Settings,
        configuration: Configuration,
        outbox: Outbox,
        registration: Registration,
        report: Report,
        changed: Callable[[], None],
    ) -> None:
        self.password = settings.secret
        self.refusal: NotAdmitted | None = None
        self._settings = settings
        self._registration = registration
        self._delivery = Delivery(configuration, outbox, report, changed)
        self._report, self._changed = report, changed
        self._routes: Routes = {}
        self._follow_ups: list[Callable[[], None]] = []
        self._websocket: ClientConnection | None = None
        self._leave = asyncio.Event()
        self._return = asyncio.Event()
        self._away: float | None = None
        self._abrupt = False
        self._alike = 0

    def serve(self, routes: Routes) -> None:
        """Answer the Central System's calls by this table (the shape of the library's `route_map`)."""
        self._routes = routes

    def afterwards(self, act: Callable[[], None]) -> None:
        """Run `act` once the call being handled is answered: whatever it sends must come after the answer."""
        self._follow_ups.append(act)

    def drop(self, *, abrupt: bool = False, away: float | None = 0.0) -> None:
        """End the connection, abruptly as a lost network would, and stay away this long; None: until `come_back`."""
        self._away, self._abrupt = (float("inf") if away is None else away), abrupt
        self._return.clear()
        self._leave.set()

    @property
    def is_away(self) -> bool:
        """Whether it is, or is about to be, offline because it was told to."""
        return bool(self._away)

    def come_back(self) -> None:
        """Connect now instead of later."""
        self._return.set()

    async def run(self) -> None:
        """Connect, serve and reconnect until cancelled."""
        failures = 0
        while True:
            self._leave.clear()
            self._away, self._abrupt = None, False
            delay = 0.0
            try:
                lived = await self._connect_and_serve()
                failures = 0 if lived > SETTLED or self._away is not None else failures + 1
            except NotAdmitted as refusal:
                failures += 1
                delay = refusal.retry_after
                self._not_admitted(refusal)
            delay = max(self._back_off(failures), delay) if self._away is None else self._away
            await self._stay_away(delay)

    async def _connect_and_serve(self) -> float:
        async with contextlib.AsyncExitStack() as stack:
            try:
                websocket = await stack.enter_async_context(self._connect())
            except InvalidStatus as error:
                raise refused(self._settings.charge_point_id, error.response, self.password is not None) from error
            except (OSError, TimeoutError, InvalidHandshake) as error:
                reason = str(error) or type(error).__name__
                raise Unreachable(f"cannot reach {self._settings.url}: {reason}") from error
            if websocket.subprotocol is None:
                raise no_subprotocol()
            born = time.monotonic()
            self.refusal = None
            self._report(f"connected to {self._settings.url}")
            await self._session(websocket)
            return time.monotonic() - born

    def _connect(self) -> connect:
        settings = self._settings
        headers = {}
        if self.password is not None:
            credentials = settings.charge_point_id.encode() + b":" + self.password
            headers["Authorization"] = "Basic " + b64encode(credentials).decode()
        return connect(
            settings.url,
            subprotocols=[Subprotocol("ocpp1.6")],
            additional_headers=headers,
            ssl=settings.tls,
            compression=None,
            proxy=None,
            close_timeout=2,
        )

    async def _session(self, websocket: ClientConnection) -> None:
        peer = Peer(self._settings.charge_point_id, websocket, self._settings.call_timeout)
        peer.route_map = self._routes
        self._follow_ups.clear()  # those of a call whose answer was lost with the last connection
        self._registration.connected()
        self._changed()
        work = [
            asyncio.create_task(self._receive(peer, websocket)),
            asyncio.create_task(self._delivery.run(peer)),
            asyncio.create_task(self._leave.wait()),
        ]
        try:
            done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            if self._abrupt and self._leave.is_set():
                websocket.transport.abort()
        except asyncio.CancelledError:
            await websocket.close(CloseCode.GOING_AWAY)
            raise
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            self._registration.disconnected()
            self._changed()
        for task in done:
            task.result()
        self._report(_farewell(websocket))

    async def _receive(self, peer: Any, websocket: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for frame in websocket:
                try:
                    await peer.route_message(frame)
                except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
                    # The library lets frames of an unexpected shape raise; a charge point survives them.
                    self._report(f"unreadable frame: {error!r}", important=True)
                follow_ups, self._follow_ups = self._follow_ups, []
                for act in follow_ups:
                    try:
                        act()
                    except SimulatorError as error:
                        self._report(str(error))
                self._changed()

    def _not_admitted(self, refusal: NotAdmitted) -> None:
        self._alike = self._alike + 1 if str(refusal) == str(self.refusal) else 1
        if self._alike == 1:
            self._report(str(refusal), important=True)
        elif self._alike == 2:
            self._report("the same again; it keeps trying and says no more until that changes", important=True)
        self.refusal = refusal
        self._changed()

    def _back_off(self, failures: int) -> float:
        # Jittered, or all charge points of a site would come back in the same moment.
        longest = min(self._settings.reconnect_delay_max, self._settings.reconnect_delay * 2 ** min(failures, 16))
        return random.uniform(longest / 2, longest)

    async def _stay_away(self, delay: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if delay == float("inf") else delay):
                await self._return.wait()
        self._return.clear()


def _farewell(websocket: ClientConnection) -> str:
    reason = f": {websocket.close_reason}" if websocket.close_reason else ""
    return f"disconnected ({websocket.close_code or 'abruptly'}{reason})"
