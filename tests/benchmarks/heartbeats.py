"""Heartbeats per second: what the engine alone can do, against the `ocpp` package."""

from collections.abc import Callable, Sequence
from pathlib import Path

from tests.benchmarks.charger import Charger
from tests.benchmarks.figures import Figure, median_of, percentile
from tests.benchmarks.fleet import Identity, add_charge_points, bring_up, take_down
from tests.benchmarks.load import Rate, one_outstanding_each, run
from tests.benchmarks.processes import documented_central_system, product

CHARGERS = 300  # so many that none comes near the limit of CALLs for one
ROUNDS = 3
WARM_UP, SECONDS = 0.5, 3.0


def measure(folder: Path, say: Callable[[str], None]) -> list[Figure]:
    """Alternate rounds of both servers and return the ratio."""
    ours: list[Rate] = []
    theirs: list[Rate] = []
    with product(folder) as server, documented_central_system() as (port, _process):
        root = server.root()
        identities = add_charge_points(server, root, CHARGERS, "HB")
        root.close()
        for number in range(1, ROUNDS + 1):
            ours.append(run(_play(server.ocpp_port, identities)))
            theirs.append(run(_play(port, identities)))
            say(f"round {number}: {ours[-1].per_second:,.0f} / {theirs[-1].per_second:,.0f} messages/s")
    return [
        Figure(
            "Heartbeats/s: product against bare ocpp, median of rounds",
            median_of([a.per_second / b.per_second for a, b in zip(ours, theirs, strict=True)]),
            "×",
        ),
        Figure("  product", median_of([one.per_second for one in ours]), "messages/s"),
        Figure("  product, p99", median_of([percentile(one.latencies, 99) * 1000 for one in ours]), "ms"),
        Figure("  bare ocpp", median_of([one.per_second for one in theirs]), "messages/s"),
    ]


async def _play(port: int, identities: Sequence[Identity]) -> Rate:
    chargers = await bring_up(port, identities)
    rate = await one_outstanding_each(chargers, _heartbeat, WARM_UP, SECONDS)
    await take_down(chargers)
    return rate


def _heartbeat(charger: Charger, number: int) -> tuple[str, bytes]:
    message_id = f"{charger.id}-{number:08d}"
    return message_id, b'[2,"%s","Heartbeat",{}]' % message_id.encode()
