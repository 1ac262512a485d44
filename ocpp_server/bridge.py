"""The bridge between threads and the event loop that owns every charge point's socket."""

import asyncio
import concurrent.futures
import logging
import threading
from collections.abc import Collection, Coroutine, Sequence
from typing import Any, TypeVar

from websockets.frames import CloseCode

from ocpp_server.central_system import CentralSystem, Payload
from ocpp_server.charge_point import ChargePoint
from ocpp_server.errors import BridgeStopped, CallTimeout, NotConnected
from ocpp_server.handshake import registry_key
from ocpp_server.live import Audience, Event, Watcher
from ocpp_server.payloads import action_of
from ocpp_server.server import OcppServer
from ocpp_server.settings import ServerSettings
from ocpp_server.watchdog import LoopWatchdog

log = logging.getLogger(__name__)
T = TypeVar("T")

# By so many seconds the waiting thread outlives the deadline that the coroutine keeps; only a blocked loop needs them.
_MARGIN = 2.0


class Bridge:
    """The loop thread and the way to it from every other thread; it starts once and stops once.

    `connected_charge_points` maps each id, casefolded, to its open connection: other threads may look, not touch.
    """

    def __init__(
        self, central_system: CentralSystem, settings: ServerSettings | None = None, audience: Audience | None = None
    ) -> None:
        self.settings = settings or ServerSettings()
        self.port = self.tls_port = 0
        self._server = OcppServer(central_system, self.settings, audience)
        self.connected_charge_points = self._server.connected_charge_points
        self._watchdog = LoopWatchdog()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stop: asyncio.Event | None = None
        self._drain = 0.0

    @property
    def main_loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop that owns the sockets. Raises: BridgeStopped."""
        if self._loop is None:
            raise BridgeStopped("the OCPP loop is not running")
        return self._loop

    def start(self) -> None:
        """Start the loop thread and listen; return when charge points can connect.

        Raises: OSError when the address cannot be bound; whatever the application's `started` raises.
        """
        ready: concurrent.futures.Future[None] = concurrent.futures.Future()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="ocpp-loop", daemon=True)
        self._thread.start()
        try:
            ready.result()
        except Exception:
            self._thread.join()
            raise
        log.info("ocpp_listening", extra={"fields": {"host": self.settings.host, "port": self.port}})

    def stop(self, drain: float = 4.0) -> None:
        """Close every socket, wait up to `drain` seconds for what is in hand, end the thread."""
        if self._loop is None or self._stop is None or self._thread is None:
            return
        self._drain = drain
        loop, self._loop = self._loop, None
        loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def send(self, charge_point_id: str, request: Any, timeout: float | None = None) -> Payload:
        """Call a charge point from any thread but the loop's and return the answer's payload.

        `request` is an `ocpp.v16.call` dataclass or an (action, payload) pair. Raises: CallFailed in one of its
        forms; BridgeStopped.
        """
        timeout = self.settings.call_timeout if timeout is None else timeout
        charge_point = self.connected_charge_points.get(registry_key(charge_point_id))
        action = request[0] if isinstance(request, tuple) else action_of(request)
        if charge_point is None or not charge_point.is_open:
            raise NotConnected(charge_point_id, action, "not connected")
        try:
            return self._run_on_loop(charge_point.call(request, timeout), timeout + _MARGIN)
        except TimeoutError:
            # The loop is blocked. Whether the request got out before that, nobody here can tell.
            raise CallTimeout(charge_point_id, action, f"no answer within {timeout:g} s", sent=True) from None

    def connected(self, charge_point_id: str) -> bool:
        """Return whether a charge point has an open connection to this process."""
        charge_point: ChargePoint | None = self.connected_charge_points.get(registry_key(charge_point_id))
        return charge_point is not None and charge_point.is_open

    def disconnect(self, charge_point_id: str, reason: str) -> None:
        """End a charge point's connection, if it has one: the rules it came in under have changed."""
        charge_point = self.connected_charge_points.get(registry_key(charge_point_id))
        if charge_point is not None:
            self.main_loop.call_soon_threadsafe(charge_point.end, CloseCode.POLICY_VIOLATION, reason)

    @property
    def watchers(self) -> tuple[Watcher, ...]:
        """Return who watches live events."""
        return self._server.live.watchers

    def publish(self, events: Sequence[Event]) -> None:
        """Tell watchers of events, in this order, without waiting for it. Raises: BridgeStopped."""
        self.main_loop.call_soon_threadsafe(self._server.live.publish, events)

    def lose_events(self) -> None:
        """Have all watchers read anew, for something cannot be told. Raises: BridgeStopped."""
        self.main_loop.call_soon_threadsafe(self._server.live.lose)

    def end_watching(self, watchers: Collection[Watcher], reason: str) -> None:
        """End the connections of some watchers. Raises: BridgeStopped."""
        self.main_loop.call_soon_threadsafe(self._server.live.end, watchers, reason)

    def loop_lag(self) -> float:
        """Return how many seconds the loop is behind, even while it is blocked."""
        return self._watchdog.lag()

    def _run_on_loop(self, work: Coroutine[Any, Any, T], timeout: float) -> T:
        """Run a coroutine on the loop and wait for it here. Raises: TimeoutError, BridgeStopped, what it raises."""
        try:
            if threading.current_thread() is self._thread:
                raise RuntimeError("the loop thread would wait for itself: await the charge point's call instead")
            future = asyncio.run_coroutine_threadsafe(work, self.main_loop)
        except (RuntimeError, BridgeStopped):
            work.close()
            raise
        try:
            return future.result(timeout)
        except concurrent.futures.CancelledError:
            raise BridgeStopped("the OCPP loop stopped meanwhile") from None
        finally:
            future.cancel()

    def _run(self, ready: "concurrent.futures.Future[None]") -> None:
        """Be the loop thread."""
        with asyncio.Runner(loop_factory=_new_event_loop) as runner:
            runner.run(self._main(ready))

    async def _main(self, ready: "concurrent.futures.Future[None]") -> None:
        starting = asyncio.create_task(self._server.start())
        await asyncio.wait({starting})
        problem = starting.exception()
        if problem is not None:
            ready.set_exception(problem)
            return
        self.port, self.tls_port = self._server.port, self._server.tls_port
        self._watchdog.start()
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        ready.set_result(None)
        await self._stop.wait()
        await self._server.stop(self._drain)
        self._watchdog.stop()


def _new_event_loop() -> asyncio.AbstractEventLoop:
    """Return uvloop's loop where it installs, else asyncio's."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
