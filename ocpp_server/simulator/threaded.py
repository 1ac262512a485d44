"""A virtual charge point for callers without an event loop: `with running(url) as charge_point: ...`."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from ocpp_server.simulator.life import TIMEOUT
from ocpp_server.simulator.transaction import Transaction
from ocpp_server.simulator.virtual_charge_point import VirtualChargePoint

T = TypeVar("T")
Act = Callable[[VirtualChargePoint], Coroutine[Any, Any, T]]


class ThreadedChargePoint:
    """A `VirtualChargePoint` on the loop of its own thread; every method waits for its twin there and raises alike."""

    def __init__(self, charge_point: VirtualChargePoint, loop: asyncio.AbstractEventLoop) -> None:
        self._charge_point = charge_point
        self._loop = loop

    def do(self, act: Act[T]) -> T:
        """Run the coroutine `act(charge_point)` on the loop and return its result: for all that has no method here."""
        return asyncio.run_coroutine_threadsafe(act(self._charge_point), self._loop).result()

    def snapshot(self) -> dict[str, Any]:
        """Return the whole state as JSON."""

        async def snapshot(charge_point: VirtualChargePoint) -> dict[str, Any]:
            return charge_point.snapshot()

        return self.do(snapshot)

    def plug(self, connector_id: int = 1) -> None:
        """Let a car arrive and plug in."""
        self.do(lambda it: it.plug(connector_id))

    def unplug(self, connector_id: int = 1) -> None:
        """Let the car leave, even while it charges."""
        self.do(lambda it: it.unplug(connector_id))

    def start(self, connector_id: int = 1, id_tag: str | None = None) -> None:
        """Begin with a tag at the reader."""
        self.do(lambda it: it.start(connector_id, id_tag))

    def stop(self, connector_id: int = 1) -> None:
        """End the transaction with the tag it was begun with."""
        self.do(lambda it: it.stop(connector_id))

    def charge(self, connector_id: int, energy_wh: float) -> None:
        """Let the charging car take this much energy at once, and send a sample."""
        self.do(lambda it: it.charge(connector_id, energy_wh))

    def offline(self, seconds: float | None = None) -> None:
        """Lose the network for this long, abruptly; None: until `online`."""
        self.do(lambda it: it.offline(seconds))

    def online(self) -> None:
        """Come back now; return when all that was queued is answered."""
        self.do(lambda it: it.online())

    def call(self, payload: Any) -> Any:
        """Send any request of `ocpp.v16.call` and return its answer."""
        return self.do(lambda it: it.call(payload))

    def wait_for_status(self, connector_id: int, status: str, timeout: float = TIMEOUT) -> None:
        """Wait until the connector has this status and the Central System knows."""
        self.do(lambda it: it.wait_for_status(connector_id, status, timeout))

    def wait_for_transaction(self, connector_id: int = 1, timeout: float = TIMEOUT) -> Transaction:
        """Wait until a transaction runs that the Central System has numbered, and return it."""
        return self.do(lambda it: it.wait_for_transaction(connector_id, timeout))


@contextmanager
def running(url: str, **options: Any) -> Iterator[ThreadedChargePoint]:
    """Run an instant charge point (see `settings.instant`) in a thread of its own while the block lasts.

    Raises what entering a `VirtualChargePoint` raises, and at the end what its background work died of.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name=f"virtual charge point {url}", daemon=True)
    thread.start()
    try:
        charge_point = VirtualChargePoint.instant(url, **options)
        threaded = ThreadedChargePoint(charge_point, loop)
        threaded.do(VirtualChargePoint.__aenter__)
        try:
            yield threaded
        finally:
            threaded.do(VirtualChargePoint.close)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
