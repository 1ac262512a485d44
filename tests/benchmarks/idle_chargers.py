"""Chargers that are connected and say nothing: what each costs in memory, and how fast all of them come back."""

import asyncio
import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.benchmarks.charger import Charger
from tests.benchmarks.figures import Figure
from tests.benchmarks.fleet import Identity, add_charge_points, bring_up, take_down
from tests.benchmarks.load import run
from tests.benchmarks.processes import product, resident_kib, worker_of
from tests.live import Server

CHARGERS = 3000
FIRST = 200  # connected before the first look, so that what the process needs anyhow is not counted
SETTLE_SECONDS = 5.0
KIB_EACH = 30.0
_OTHER_DESCRIPTORS = 200


def measure(folder: Path, say: Callable[[str], None]) -> list[Figure]:
    """Connect, authenticate and boot; look at the worker's memory; then let all hang up and come back at once."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    chargers = min(CHARGERS, most - FIRST - _OTHER_DESCRIPTORS)
    with product(folder) as server:
        root = server.root()
        say(f"{FIRST + chargers:,} charge points are added")
        identities = add_charge_points(server, root, FIRST + chargers, "IDLE")
        root.close()
        kib_each, storm = run(_connect_all(server, identities, say))
    return [
        Figure(f"memory per idle charger, {chargers:,} connected", kib_each, "KiB", at_most=KIB_EACH),
        Figure(f"  {len(identities):,} chargers reconnect at once, until the last has booted", storm, "s"),
    ]


async def _connect_all(
    server: Server, identities: Sequence[Identity], say: Callable[[str], None]
) -> tuple[float, float]:
    worker = worker_of(server)
    first = await bring_up(server.ocpp_port, identities[:FIRST])
    before = await _settled(worker)
    others = await bring_up(server.ocpp_port, identities[FIRST:])
    kib_each = (await _settled(worker) - before) / len(others)
    say(f"{kib_each:.1f} KiB each; now all hang up and come back at once")
    await take_down(first + others)
    began = time.perf_counter()
    back: list[Charger] = await bring_up(server.ocpp_port, identities, at_once=len(identities))
    storm = time.perf_counter() - began
    await take_down(back)
    return kib_each, storm


async def _settled(process: int) -> int:
    """Return the memory of a process in KiB, after everybody has been pinged once."""
    await asyncio.sleep(SETTLE_SECONDS)
    return resident_kib(process)
