"""Frames bent and broken at random, by the hundred thousand: who sends none of them must not notice."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import orjson

from tests.benchmarks.charger import Charger, connect
from tests.benchmarks.figures import Figure, percentile
from tests.benchmarks.fleet import Identity, add_charge_points, bring_up, take_down
from tests.benchmarks.load import run
from tests.benchmarks.processes import product, resident_kib, worker_of
from tests.frame_mutations import mutated_frames
from tests.live import Server

FRAMES = 100_000
SENDERS = 400  # each stays within what one charger may send at once
AT_ONCE = 40
SEED = 16
IN_A_ROW = 10
HEARTBEATS_PER_SECOND = 20
GROWTH_MIB = 50.0


def measure(folder: Path, say: Callable[[str], None]) -> list[Figure]:
    """Send the frames and keep a well-behaved charger's Heartbeats going; raises AssertionError if anything died."""
    say(f"{FRAMES:,} frames are made up")
    made_up = mutated_frames(SEED)
    frames = [list(itertools.islice(made_up, FRAMES // SENDERS)) for _ in range(SENDERS)]
    with product(folder) as server:
        root = server.root()
        identities = add_charge_points(server, root, SENDERS + 1, "MF")
        root.close()
        worker = worker_of(server)
        quiet, noisy, growth, refused = run(_torment(server, identities, frames, say))
        assert worker_of(server) == worker, "the worker died and was replaced"
        assert server.anonymous().get("/readyz").status_code == 200
        errors = _errors(server)
    for event, count in errors.items():
        say(f"in the log: {event} × {count}")
    return [
        Figure(f"memory grown after {FRAMES:,} mutated frames", growth, "MiB", at_most=GROWTH_MIB),
        Figure("  errors of the server itself in its log", sum(errors.values()), "lines", at_most=0),
        Figure("  a neighbour's Heartbeat meanwhile, p99", percentile(noisy, 99) * 1000, "ms"),
        Figure("  the same Heartbeat in quiet, p99", percentile(quiet, 99) * 1000, "ms"),
        Figure("  connections the server ended, as it should", refused, "connections"),
    ]


async def _torment(
    server: Server, identities: Sequence[Identity], frames: Sequence[list[bytes]], say: Callable[[str], None]
) -> tuple[list[float], list[float], float, int]:
    """Return the neighbour's latencies in quiet and in noise, the growth in MiB, and how often one was shown out."""
    worker = worker_of(server)
    (neighbour,) = await bring_up(server.ocpp_port, identities[:1])
    await take_down(await bring_up(server.ocpp_port, identities[1:]))
    quiet: list[float] = []
    await _heartbeats(neighbour, quiet, itertools.repeat(None, HEARTBEATS_PER_SECOND * 5))
    before = resident_kib(worker)
    noisy: list[float] = []
    beating = asyncio.create_task(_heartbeats(neighbour, noisy, itertools.repeat(None)))
    gate = asyncio.Semaphore(AT_ONCE)
    senders = [_Sender(server.ocpp_port, *mad, gate) for mad in zip(identities[1:], frames, strict=True)]
    tasks = [asyncio.create_task(sender.send_all()) for sender in senders]
    while not all(task.done() for task in tasks):
        await asyncio.wait(tasks, timeout=10)
        say(f"{sum(sender.sent for sender in senders):,} frames sent")
    await asyncio.gather(*tasks)
    assert not beating.done(), "the neighbour was not served any more"
    beating.cancel()
    await asyncio.wait({beating})
    growth = (resident_kib(worker) - before) / 1024
    await take_down([neighbour])
    return quiet, noisy, growth, sum(sender.shown_out for sender in senders)


async def _heartbeats(charger: Charger, latencies: list[float], times: Iterable[None]) -> None:
    for _ in times:
        began = time.perf_counter()
        await charger.call("Heartbeat", {})
        latencies.append(time.perf_counter() - began)
        await asyncio.sleep(1 / HEARTBEATS_PER_SECOND)


class _Sender:
    """One charger gone mad; whenever it is shown out it comes back, and between its frames it must be answered."""

    def __init__(self, port: int, identity: Identity, frames: list[bytes], gate: asyncio.Semaphore) -> None:
        self.sent = 0
        self.shown_out = 0
        self._port = port
        self._identity = identity
        self._frames = frames
        self._gate = gate

    async def send_all(self) -> None:
        """Send every frame; raises TimeoutError when the server leaves one Heartbeat unanswered."""
        async with self._gate:
            while self.sent < len(self._frames):
                charger = await connect(self._port, self._identity.charge_point_id, self._identity.password)
                while self.sent < len(self._frames):
                    row = self._frames[self.sent : self.sent + IN_A_ROW]
                    self.sent += len(row)
                    for frame in row:
                        charger.wire.send(frame)
                    if not await self._is_answered(charger):
                        self.shown_out += 1
                        break
                await take_down([charger])

    async def _is_answered(self, charger: Charger) -> bool:
        """Return whether a Heartbeat is still answered; False when the connection was ended instead."""
        answered = asyncio.create_task(charger.call("Heartbeat", {}))
        await asyncio.wait({answered, charger.wire.closed}, return_when=asyncio.FIRST_COMPLETED)
        if answered.done():
            answered.result()
            return True
        answered.cancel()
        await asyncio.wait({answered})
        return False


def _errors(server: Server) -> Counter[str]:
    """Return what the server logged as errors, by event."""
    lines = (orjson.loads(line) for line in server.log.read_bytes().splitlines() if line.startswith(b"{"))
    return Counter(line["event"] for line in lines if line["level"] in ("ERROR", "CRITICAL"))
