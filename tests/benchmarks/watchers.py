"""Apps that watch live: what each costs in memory and threads, and how soon all of them know."""

import asyncio
import resource
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from urllib.parse import urlsplit

import orjson

from tests.benchmarks.figures import Figure, median_of, percentile
from tests.benchmarks.fleet import Identity, add_charge_points, add_drivers, bring_up, take_down
from tests.benchmarks.http_client import HttpPool, request
from tests.benchmarks.load import run
from tests.benchmarks.processes import cpu_seconds, product, resident_kib, thread_count, worker_of
from tests.benchmarks.wire import Wire, open_wire_at
from tests.live import Server

WATCHERS = 1000
EACH = 10  # of one account
FIRST = 100  # connected before the first look, so that what the process needs anyhow is not counted
EVENTS = 60
EVENT_SECONDS = 0.1
SETTLE_SECONDS = 3.0
MIB_ALL = 40.0


class _Watcher:
    """One connection; `statuses` counts the connectors' statuses it has been told."""

    def __init__(self, wire: Wire, told: Callable[[], None]) -> None:
        self.wire = wire
        self.statuses = 0
        self._told = told
        wire.on_text = self._hear

    def _hear(self, text: bytes) -> None:
        if b'"type":"connector.status"' in text:
            self.statuses += 1
            self._told()


def measure(folder: Path, say: Callable[[str], None]) -> list[Figure]:
    """Let a thousand watch one charge point, and look at the worker meanwhile."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with product(folder) as server:
        root = server.root()
        (identity,) = add_charge_points(server, root, 1, "LIVE")
        say(f"{(FIRST + WATCHERS) // EACH} drivers sign up")
        drivers = add_drivers(server, (FIRST + WATCHERS) // EACH)
        tokens = [driver.tokens["access_token"] for driver in drivers]
        for client in (root, *drivers):
            client.close()
        return run(_watch(server, identity, tokens, say))


async def _watch(server: Server, identity: Identity, tokens: Sequence[str], say: Callable[[str], None]) -> list[Figure]:
    worker = worker_of(server)
    everybody = _Everybody()
    await everybody.come(server, tokens[: FIRST // EACH])
    await asyncio.sleep(SETTLE_SECONDS)
    kib, threads = resident_kib(worker), thread_count(worker)
    await everybody.come(server, tokens[FIRST // EACH :])
    await asyncio.sleep(SETTLE_SECONDS)
    mib = (resident_kib(worker) - kib) / 1024
    more_threads = thread_count(worker) - threads
    idle = await _cpu_share(worker, SETTLE_SECONDS)
    say(f"{mib:.1f} MiB, {more_threads} threads; now {EVENTS} events")
    latencies = await _tell(server, identity, everybody)
    return [
        Figure(f"memory for {WATCHERS:,} watchers more", mib, "MiB", at_most=MIB_ALL),
        Figure("  threads more", more_threads, "threads", at_most=0),
        Figure(f"  worker's processor time while {len(everybody):,} watch and nothing happens", idle, "% of a core"),
        Figure(f"  a status until the last of {len(everybody):,} knows, p50", median_of(latencies) * 1000, "ms"),
        Figure("  the same, p99", percentile(latencies, 99) * 1000, "ms", at_most=1000),
    ]


class _Everybody:
    """All who watch; `know` waits until each has been told so many statuses."""

    def __init__(self) -> None:
        self._watchers: list[_Watcher] = []
        self._told = 0
        self._news = asyncio.Event()

    def __len__(self) -> int:
        return len(self._watchers)

    async def come(self, server: Server, tokens: Sequence[str]) -> None:
        pool = HttpPool(server.http_port)
        for token in chain.from_iterable([token] * EACH for token in tokens):
            status, answer = await pool.send(request("POST", "/api/live/ticket", token, b"{}"))
            assert status == 200, answer
            url = urlsplit(orjson.loads(answer)["url"])
            self._watchers.append(_Watcher(await open_wire_at(server.ocpp_port, f"{url.path}?{url.query}"), self._tell))
        pool.close()

    async def know(self, statuses: int) -> None:
        """Raises: TimeoutError."""
        async with asyncio.timeout(30):
            while self._told < statuses * len(self._watchers):
                self._news.clear()
                await self._news.wait()

    def _tell(self) -> None:
        self._told += 1
        if self._told % len(self._watchers) == 0:
            self._news.set()

    def all_know_exactly(self, statuses: int) -> bool:
        return all(watcher.statuses == statuses for watcher in self._watchers)

    async def leave(self) -> None:
        for watcher in self._watchers:
            watcher.wire.close()
        await asyncio.gather(*(watcher.wire.closed for watcher in self._watchers))


async def _tell(server: Server, identity: Identity, everybody: _Everybody) -> list[float]:
    (charger,) = await bring_up(server.ocpp_port, [identity])
    latencies = []
    for number in range(1, EVENTS + 1):
        await asyncio.sleep(EVENT_SECONDS)
        status = "Preparing" if number % 2 else "Available"
        timestamp = datetime.now(UTC).isoformat()
        began = time.perf_counter()
        await charger.call(
            "StatusNotification", {"connectorId": 1, "status": status, "errorCode": "NoError", "timestamp": timestamp}
        )
        await everybody.know(number)
        latencies.append(time.perf_counter() - began)
    assert everybody.all_know_exactly(EVENTS)
    await everybody.leave()
    await take_down([charger])
    return latencies


async def _cpu_share(process: int, seconds: float) -> float:
    before = cpu_seconds(process)
    await asyncio.sleep(seconds)
    return (cpu_seconds(process) - before) / seconds * 100
