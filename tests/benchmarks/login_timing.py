"""Failed logins: how far the time of an answer tells whether the name exists."""

import time
from collections.abc import Callable
from pathlib import Path

import httpx

from tests.benchmarks.figures import Figure, median_of
from tests.benchmarks.processes import product
from tests.live import Server

TRIES = 500
# Fewer than are allowed from one address within a minute.
TRIES_PER_ADDRESS = 5
GAP_PERCENT = 10.0


def measure(folder: Path, say: Callable[[str], None]) -> list[Figure]:
    """Alternate wrong passwords for a known and for an unknown name; each answer has to be the same 401."""
    with product(folder) as server:
        known = server.sign_up().username
        taken: dict[str, list[float]] = {known: [], "nobody-of-that-name": []}
        bodies: set[tuple[str, str]] = set()
        for number in range(TRIES // TRIES_PER_ADDRESS):
            if number % 20 == 0:
                say(f"{number * TRIES_PER_ADDRESS} of {TRIES} tries for each name")
            _try_from(server, f"127.3.{number // 250}.{number % 250 + 1}", taken, bodies)
    assert len(bodies) == 1, bodies
    existing, unknown = (median_of(seconds) * 1000 for seconds in taken.values())
    gap = abs(existing - unknown) / max(existing, unknown) * 100
    return [
        Figure(
            f"a failed login: gap between a known and an unknown name, {TRIES} tries", gap, "%", at_most=GAP_PERCENT
        ),
        Figure("  a known name, median", existing, "ms"),
        Figure("  an unknown name, median", unknown, "ms"),
    ]


def _try_from(server: Server, address: str, taken: dict[str, list[float]], bodies: set[tuple[str, str]]) -> None:
    client = server.anonymous(address).http
    for _ in range(TRIES_PER_ADDRESS):
        for username, seconds in taken.items():
            began = time.perf_counter()
            answer = client.post("/api/login", json={"username": username, "password": "not the password"})
            seconds.append(time.perf_counter() - began)
            bodies.add(_said(answer))
    client.close()


def _said(answer: httpx.Response) -> tuple[str, str]:
    assert answer.status_code == 401, answer.text
    body = answer.json()
    return body["code"], body["detail"]
