"""The load's event loop, kept from disturbing what it measures, and the loop of one outstanding CALL per charger."""

import asyncio
import gc
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
import uvloop

from tests.benchmarks.charger import Charger

T = TypeVar("T")
# (charger, number of its message) → the whole frame, and the message id its answer must have.
NextFrame = Callable[[Charger, int], tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Rate:
    """What one round of a closed loop measured; `acknowledged` counts the warm-up too, by charger."""

    per_second: float
    latencies: list[float]
    acknowledged: dict[str, int]


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a load to its end; no garbage is collected meanwhile, for its pauses would look like the server's."""
    gc.collect()
    gc.disable()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work)
    finally:
        gc.enable()


async def one_outstanding_each(
    chargers: Sequence[Charger], next_frame: NextFrame, warm_up: float, seconds: float
) -> Rate:
    """Let every charger send its next CALL when the last one is answered, and count the answers."""
    loops = [_Loop(charger, next_frame) for charger in chargers]
    for loop in loops:
        loop.begin()
    await asyncio.sleep(warm_up)
    for loop in loops:
        loop.latencies.clear()
    began, before = time.perf_counter(), sum(loop.acknowledged for loop in loops)
    await asyncio.sleep(seconds)
    answered = sum(loop.acknowledged for loop in loops) - before
    lasted = time.perf_counter() - began
    latencies = [latency for loop in loops for latency in loop.latencies]
    async with asyncio.timeout(60):
        await asyncio.gather(*(loop.end() for loop in loops))
    return Rate(answered / lasted, latencies, {loop.charger.id: loop.acknowledged for loop in loops})


class _Loop:
    """One charger's: it is all callbacks, for a task per charger would cost more than the frames do."""

    def __init__(self, charger: Charger, next_frame: NextFrame) -> None:
        self.charger = charger
        self.acknowledged = 0
        self.latencies: list[float] = []
        self._next_frame = next_frame
        self._message_id = ""
        self._sent_at = 0.0
        self._goes_on = True
        self._ended = asyncio.get_running_loop().create_future()
        self._was_on_text = charger.wire.on_text

    def begin(self) -> None:
        self.charger.wire.on_text = self._on_text
        self._send()

    async def end(self) -> None:
        """Wait for the last answer; raises what went wrong meanwhile."""
        self._goes_on = False
        await self._ended
        self.charger.wire.on_text = self._was_on_text

    def _send(self) -> None:
        self._message_id, frame = self._next_frame(self.charger, self.acknowledged)
        self._sent_at = time.perf_counter()
        self.charger.wire.send(frame)

    def _on_text(self, text: bytes) -> None:
        self.latencies.append(time.perf_counter() - self._sent_at)
        kind, message_id, *_rest = orjson.loads(text)
        if kind != 3 or message_id != self._message_id:
            self._ended.set_exception(AssertionError(f"{self._message_id} was answered {text!r}"))
            return
        self.acknowledged += 1
        if self._goes_on:
            self._send()
        else:
            self._ended.set_result(None)
