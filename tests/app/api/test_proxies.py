"""Whose address counts, when a request comes by way of a proxy."""

import pytest

from tests.app.secure import SecureServer
from tests.app.stories import problem
from tests.live import until

# The server believes 127.9.0.0/16 and 10.1.2.3.
TOLD = {
    "a proxy's word": ("127.9.0.1", "203.0.113.7", "203.0.113.7"),
    "the last that is no proxy": ("127.9.0.1", "198.51.100.1, 203.0.113.8, 10.1.2.3", "203.0.113.8"),
    "a stranger's word": ("127.8.0.1", "203.0.113.9", "127.8.0.1"),
    "nonsense": ("127.9.0.2", "<script>", "127.9.0.2"),
}


@pytest.mark.parametrize("case", TOLD)
def test_a_client_is_known_by_the_address_that_a_trusted_proxy_tells(secure: SecureServer, case: str) -> None:
    peer, told, counted = TOLD[case]
    path = f"/api/charge_points/{case.replace(' ', '-')}"
    client = secure.plain.anonymous(peer).http
    assert client.get(path, headers={"X-Forwarded-For": told, "X-Forwarded-Proto": "https"}).status_code == 401
    client.close()
    line = until(lambda: next((one for one in secure.plain.log.read_text().splitlines() if path in one), None))
    assert f'"address":"{counted}"' in line.replace(" ", "")


def test_guesses_are_counted_by_the_address_that_a_trusted_proxy_tells(secure: SecureServer) -> None:
    """Of IPv6 by the network of 2^64 addresses that each of its customers has."""
    proxy, stranger = secure.plain.anonymous("127.9.0.3"), secure.plain.anonymous("127.8.0.3")
    guess = {"username": "somebody", "password": "a guess"}

    def told(address: str) -> dict[str, str]:
        return {"X-Forwarded-For": address}

    for number in range(10):
        problem(proxy.post("/api/login", guess, headers=told(f"2001:db8::{number}")), 401, "not_authenticated")
    problem(proxy.post("/api/login", guess, headers=told("2001:db8::ffff")), 429, "too_many_attempts")
    problem(proxy.post("/api/login", guess, headers=told("2001:db8:0:1::1")), 401, "not_authenticated")
    for number in range(10):
        problem(stranger.post("/api/login", guess, headers=told(f"203.0.113.{number}")), 401, "not_authenticated")
    problem(stranger.post("/api/login", guess, headers=told("203.0.113.77")), 429, "too_many_attempts")
    proxy.close()
    stranger.close()
