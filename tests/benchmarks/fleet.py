"""The charge points, tags and drivers of the load, all made by the REST API."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson

from tests.benchmarks.charger import Charger, connect
from tests.benchmarks.http_client import HttpPool, request
from tests.benchmarks.load import run
from tests.live import Api, Server

_AT_ONCE = 64
_REQUESTS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Identity:
    """What a charge point needs in order to come in; without a password it shows none."""

    charge_point_id: str
    password: str | None = None


def add_charge_points(server: Server, root: Api, count: int, prefix: str) -> list[Identity]:
    """Add charge points that need Basic authentication, each with a password of its own."""
    return run(_add_charge_points(server, root.tokens["access_token"], [f"{prefix}{n:05d}" for n in range(count)]))


async def _add_charge_points(server: Server, token: str, ids: Sequence[str]) -> list[Identity]:
    pool, gate = HttpPool(server.http_port), asyncio.Semaphore(_REQUESTS_AT_ONCE)

    async def one(charge_point_id: str) -> Identity:
        async with gate:
            body = orjson.dumps({"id": charge_point_id})
            status, answer = await pool.send(request("POST", "/api/charge_points", token, body))
        assert status == 201, answer
        return Identity(charge_point_id, orjson.loads(answer)["password"])

    identities = await asyncio.gather(*(one(charge_point_id) for charge_point_id in ids))
    pool.close()
    return identities


def add_shared_tag(root: Api) -> str:
    """Add a tag that may charge everywhere at once."""
    answer = root.post("/api/id_tags", concurrent_limit=1000)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["idTag"])


def add_tag(root: Api, username: str) -> str:
    """Add a tag to a driver's account."""
    answer = root.post("/api/id_tags", username=username)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["idTag"])


def add_drivers(server: Server, count: int) -> list[Api]:
    """Sign up drivers; each is logged in."""
    return [server.sign_up() for _ in range(count)]


async def bring_up(port: int, identities: Sequence[Identity], at_once: int = _AT_ONCE) -> list[Charger]:
    """Connect and boot charge points, so many at a time."""
    gate = asyncio.Semaphore(at_once)

    async def one(identity: Identity) -> Charger:
        async with gate:
            charger = await connect(port, identity.charge_point_id, identity.password)
            await charger.boot()
            return charger

    return await asyncio.gather(*(one(identity) for identity in identities))


async def take_down(chargers: Iterable[Charger]) -> None:
    """Hang up and wait until every connection has ended."""
    chargers = list(chargers)
    for charger in chargers:
        charger.close()
    await asyncio.gather(*(charger.wire.closed for charger in chargers))
