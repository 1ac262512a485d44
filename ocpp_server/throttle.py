"""Token buckets, and the doorkeeper's bounded memory of who failed to come in."""

import ipaddress
import math
from collections import OrderedDict
from collections.abc import Hashable

from ocpp_server.settings import ServerSettings

# How many ids and addresses are remembered; the longest unseen is forgotten first.
_MEMORY = 20_000
# Seconds between being let in and being connected, at the very most.
_MOMENT = 1.0


class TokenBucket:
    """Allow `rate` tokens a second on average and `burst` at once; the clock is the caller's."""

    __slots__ = ("_at", "_burst", "_rate", "_tokens")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._at = now

    def take(self, now: float, cost: float = 1.0) -> float:
        """Spend `cost` and return the seconds to wait until it is earned back: 0 within the allowance."""
        tokens = min(self._burst, self._tokens + (now - self._at) * self._rate) - cost
        self._tokens = tokens
        self._at = now
        return 0.0 if tokens >= 0 else -tokens / self._rate

    def wait(self, now: float) -> float:
        """Return the seconds until a whole token is there, spending nothing."""
        tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        return 0.0 if tokens >= 1 else (1 - tokens) / self._rate


class _Buckets:
    """One bucket for each key that was ever charged, the longest unused forgotten first."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._buckets: OrderedDict[Hashable, TokenBucket] = OrderedDict()

    def charge(self, key: Hashable, now: float, cost: float = 1.0) -> None:
        bucket = self._buckets.setdefault(key, TokenBucket(self._per_minute / 60, self._per_minute, now))
        self._buckets.move_to_end(key)
        bucket.take(now, cost)
        if len(self._buckets) > _MEMORY:
            self._buckets.popitem(last=False)

    def wait(self, key: Hashable, now: float) -> float:
        bucket = self._buckets.get(key)
        return bucket.wait(now) if bucket else 0.0


class Doorkeeper:
    """Slow down those who fail to come in, without ever locking out who shows the right credential elsewhere.

    Failures are counted for an id at an address and for an address, never for an id alone: a stranger guessing a
    charge point's password locks out himself. An id that came in from an address before is not held responsible
    for its neighbours there.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self._failures = _Buckets(settings.failures_per_minute)
        self._failures_at = _Buckets(settings.failures_per_minute_and_address)
        self._takeovers = _Buckets(settings.takeovers_per_minute)
        self._known: OrderedDict[Hashable, float] = OrderedDict()
        self._came_in_at: OrderedDict[Hashable, float] = OrderedDict()

    def wait_to_try(self, charge_point_id: str, address: str, now: float) -> int:
        """Return the whole seconds this id at this address has to wait before it may try again."""
        network = network_of(address)
        waits = [self._failures.wait((charge_point_id, network), now)]
        if (charge_point_id, network) not in self._known:
            waits.append(self._failures_at.wait(network, now))
        return math.ceil(max(waits))

    def failed(self, charge_point_id: str, address: str, now: float) -> None:
        network = network_of(address)
        self._failures.charge((charge_point_id, network), now)
        self._failures_at.charge(network, now)

    def came_in(self, charge_point_id: str, address: str, now: float) -> None:
        _remember(self._known, (charge_point_id, network_of(address)), now)
        _remember(self._came_in_at, charge_point_id, now)

    def wait_to_take_over(self, charge_point_id: str, now: float, *, replaces: bool) -> int:
        """Return the whole seconds until this id may replace its own connection, 0 when it now does.

        An id let in a moment ago may not be connected yet, so its next newcomer counts as a takeover too.
        """
        let_in_at = self._came_in_at.get(charge_point_id, -math.inf)
        if not replaces and now - let_in_at > _MOMENT:
            return 0
        wait = math.ceil(self._takeovers.wait(charge_point_id, now))
        if not wait:
            self._takeovers.charge(charge_point_id, now)
        return wait


def _remember(memory: OrderedDict[Hashable, float], key: Hashable, now: float) -> None:
    memory[key] = now
    memory.move_to_end(key)
    if len(memory) > _MEMORY:
        memory.popitem(last=False)


def network_of(address: str) -> str:
    """Return the address, or the /64 of an IPv6 address, for who has one of those has them all."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False))
