"""Whose word is taken for where a connection comes from: only that of reverse proxies named in the settings."""

import ipaddress
from collections.abc import Sequence

from websockets.datastructures import Headers

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class TrustedProxies:
    """The addresses and networks whose X-Forwarded-For and X-Forwarded-Proto are believed."""

    def __init__(self, networks: Sequence[str]) -> None:
        self._networks = [ipaddress.ip_network(network, strict=False) for network in networks]

    def origin(self, peer: str, tls: bool, headers: Headers) -> tuple[str, bool]:
        """Return the newcomer's address and whether it spoke TLS, given the socket's peer and its TLS."""
        address = _parsed(peer)
        if address is None or not self._trusts(address):
            return (str(address) if address else peer), tls
        scheme = _values(headers, "X-Forwarded-Proto")[-1:]
        # Each proxy appends the address it saw: the last one that is no proxy of ours is the newcomer's.
        for hop in reversed(_values(headers, "X-Forwarded-For")):
            seen = _parsed(hop)
            if seen is None:
                break
            address = seen
            if not self._trusts(seen):
                break
        return str(address), tls or scheme in (["https"], ["wss"])

    def _trusts(self, address: _Address) -> bool:
        return any(address in network for network in self._networks)


def _values(headers: Headers, name: str) -> list[str]:
    return [part.strip().lower() for value in headers.get_all(name) for part in value.split(",")]


def _parsed(address: str) -> _Address | None:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    # A socket that listens on :: shows IPv4 peers in this disguise.
    return (parsed.ipv4_mapped or parsed) if isinstance(parsed, ipaddress.IPv6Address) else parsed
