"""How far the event loop is behind, readable from any thread even while something blocks it."""

import asyncio
import time


class LoopWatchdog:
    """A callback that the loop should run every `period` seconds, and a look at when it last did."""

    def __init__(self, period: float = 0.25) -> None:
        self._period = period
        self._last_tick = time.monotonic()
        self._next: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin, on the loop to be watched."""
        self._tick(asyncio.get_running_loop())

    def stop(self) -> None:
        if self._next is not None:
            self._next.cancel()

    def lag(self) -> float:
        """Return by how many seconds the next tick is overdue."""
        return max(0.0, time.monotonic() - self._last_tick - self._period)

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        self._last_tick = time.monotonic()
        self._next = loop.call_later(self._period, self._tick, loop)
