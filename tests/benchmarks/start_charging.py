"""start_charging, from the driver's HTTP request by way of the charger to the HTTP answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from tests.benchmarks.figures import Figure, median_of, percentile
from tests.benchmarks.fleet import Identity, add_charge_points, add_drivers, add_tag, bring_up, take_down
from tests.benchmarks.http_client import HttpPool, open_loop, request
from tests.benchmarks.load import run
from tests.benchmarks.processes import product
from tests.live import Api, Server

CHARGERS = 100  # and as many drivers
PER_SECOND = 50
ROUNDS = 3
SECONDS = 10
P50_MS, P99_MS = 15.0, 60.0


@dataclass(frozen=True, slots=True)
class Start:
    """A request that nothing stands in the way of: a free connector, a tag that is not charging elsewhere."""

    token: str
    evse_id: str
    connector_id: int
    id_tag: str

    def written(self) -> bytes:
        body = {"evse_id": self.evse_id, "connector_id": self.connector_id, "idTag": self.id_tag}
        return request("POST", "/api/start_charging", self.token, orjson.dumps(body))


def measure(folder: Path, say: Callable[[str], None]) -> list[Figure]:
    """Alternate rounds of start_charging and /healthz at the same rate; every start has to be Accepted."""
    started: list[list[float]] = []
    plain: list[list[float]] = []
    with product(folder, START_DEADLINE="3600") as server:
        root = server.root()
        identities = add_charge_points(server, root, CHARGERS, "SC")
        say(f"{CHARGERS} drivers sign up")
        drivers = add_drivers(server, CHARGERS)
        run(_plug_in(server, identities))
        for number in range(1, ROUNDS + 1):
            starts = _starts(root, number, identities, drivers)
            for found, latencies in zip((plain, started), run(_play(server, identities, starts)), strict=True):
                found.append(latencies)
            p50, p99 = (percentile(started[-1], p) * 1000 for p in (50, 99))
            say(f"round {number}: p50 {p50:.1f} ms, p99 {p99:.1f} ms")
        for api in (root, *drivers):
            api.close()

    def middle(rounds: list[list[float]], percent: float) -> float:
        return median_of([percentile(one, percent) * 1000 for one in rounds])

    return [
        Figure(f"start_charging at {PER_SECOND}/s, p50", middle(started, 50), "ms", at_most=P50_MS),
        Figure(f"start_charging at {PER_SECOND}/s, p99", middle(started, 99), "ms", at_most=P99_MS),
        Figure("  GET /healthz at the same rate, p50", middle(plain, 50), "ms"),
        Figure("  GET /healthz at the same rate, p99", middle(plain, 99), "ms"),
    ]


def _connectors_per_round() -> int:
    return PER_SECOND * SECONDS // CHARGERS


def _starts(root: Api, round_: int, identities: Sequence[Identity], drivers: Sequence[Api]) -> list[Start]:
    """Return what is asked in one round; no connector and no tag is used twice, in any round."""
    first = (round_ - 1) * _connectors_per_round() + 1
    return [
        Start(driver.tokens["access_token"], identity.charge_point_id, connector_id, add_tag(root, driver.username))
        for connector_id in range(first, first + _connectors_per_round())
        for identity, driver in zip(identities, drivers, strict=True)
    ]


async def _plug_in(server: Server, identities: Sequence[Identity]) -> None:
    """Let every charger say that a vehicle waits at each of its connectors."""
    chargers = await bring_up(server.ocpp_port, identities)
    for charger in chargers:
        for connector_id in range(1, ROUNDS * _connectors_per_round() + 1):
            status = {"connectorId": connector_id, "status": "Preparing", "errorCode": "NoError"}
            await charger.call("StatusNotification", status)
    await take_down(chargers)


async def _play(
    server: Server, identities: Sequence[Identity], starts: Sequence[Start]
) -> tuple[list[float], list[float]]:
    """Return the latencies of one round, of /healthz and then of the starts; the chargers accept at once."""
    chargers = await bring_up(server.ocpp_port, identities)
    pool = HttpPool(server.http_port)
    # First, for what follows a hundred boots takes the server a moment.
    plain, answers = await open_loop(pool, PER_SECOND, SECONDS / 2, lambda number: request("GET", "/healthz"))
    assert all(status == 200 for status, _body in answers)
    latencies, answers = await open_loop(pool, PER_SECOND, SECONDS, lambda number: starts[number].written())
    for status, body in answers:
        assert status == 200, body
        assert orjson.loads(body)["status"] == "Accepted", body
    pool.close()
    await take_down(chargers)
    return plain, latencies
