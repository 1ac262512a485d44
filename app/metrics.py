"""What this process has done and is at, in numbers: counted as plain integers, put into words when somebody asks."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from app.domain.sessions import OPEN
from app.storage.database import Storage
from ocpp_server.bridge import Bridge
from ocpp_server.errors import BridgeStopped
from ocpp_server.frames import Exchange, Observer, Outcome
from ocpp_server.schemas import actions

_PREFIX = "chargebridge_"
_ACTIONS = actions()
_OUTCOMES = frozenset(Outcome)
# Of OCPP-J's names of errors (§4.2.3) there are ten, and some charge points have their own.
_MOST_ERRORS = 30


class Counts:
    """What is counted as it happens. Messages by the loop thread alone, so without a lock."""

    def __init__(self) -> None:
        self.messages: Counter[tuple[bool, str | None, str]] = Counter()
        self.requests: Counter[int] = Counter()
        self._errors: set[str] = set()
        self._lock = threading.Lock()

    def observing(self, observer: Observer | None) -> Observer:
        """Return an observer of frames that counts each, and hands it on."""
        messages = self.messages

        def count(exchange: Exchange) -> None:
            key = (exchange.sent, exchange.action, exchange.outcome)
            # Words of a charge point's own must not fill the memory: what is new is looked at, what is known is not.
            messages[key if key in messages else self._bounded(*key)] += 1
            if observer is not None:
                observer(exchange)

        return count

    def answered(self, status: int) -> None:
        """Count an HTTP request; any thread may."""
        with self._lock:
            self.requests[status] += 1

    def _bounded(self, sent: bool, action: str | None, outcome: str) -> tuple[bool, str | None, str]:
        if outcome not in _OUTCOMES and outcome not in self._errors:
            if len(self._errors) >= _MOST_ERRORS:
                outcome = "other"
            self._errors.add(outcome)
        return sent, action if action in _ACTIONS else None, outcome


class Metrics:
    """All numbers of one process, for Prometheus."""

    def __init__(self, storage: Storage, bridge: Bridge, counts: Counts) -> None:
        self.counts = counts
        self._storage = storage
        self._bridge = bridge
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def text(self) -> bytes:
        """Return them in Prometheus' text format; raises DatabaseError."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        messages = CounterMetricFamily(
            f"{_PREFIX}ocpp_messages", "OCPP calls by what became of them", labels=["direction", "action", "outcome"]
        )
        for (sent, action, outcome), number in list(self.counts.messages.items()):
            messages.add_metric(["out" if sent else "in", action or "unknown", str(outcome)], number)
        yield messages
        requests = CounterMetricFamily(f"{_PREFIX}http_requests", "HTTP requests by status", labels=["status"])
        for status, number in list(self.counts.requests.items()):
            requests.add_metric([str(status)], number)
        yield requests
        sessions = GaugeMetricFamily(f"{_PREFIX}sessions_open", "Sessions that have not ended", labels=["state"])
        began = time.perf_counter()
        open_by_state = self._storage.sessions.open_by_state()
        latency = time.perf_counter() - began
        for state in OPEN:
            sessions.add_metric([state.value], open_by_state.get(state.value, 0))
        yield sessions
        for name, told, read in self._gauges(latency):
            yield GaugeMetricFamily(_PREFIX + name, told, value=read())

    def _gauges(self, latency: float) -> tuple[tuple[str, str, Callable[[], float]], ...]:
        return (
            ("charge_points_connected", "Open connections of charge points", self._connected),
            ("watchers_connected", "Open connections of those who watch", lambda: len(self._bridge.watchers)),
            ("loop_lag_seconds", "How far the loop thread is behind", self._lag),
            ("database_seconds", "How long the database took to count the open sessions", lambda: latency),
            ("threads", "Threads of this process", threading.active_count),
        )

    def _connected(self) -> int:
        return len(self._bridge.connected_charge_points)

    def _lag(self) -> float:
        try:
            return self._bridge.loop_lag()
        except BridgeStopped:
            return float("nan")
