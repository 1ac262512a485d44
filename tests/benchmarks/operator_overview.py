"""The operator's overview and list of charge points, of a large fleet with its sessions of three months."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TypeVar

from app.domain.charge_points import ChargePoint, Connector
from app.domain.sessions import Session, State
from app.storage.collection import Collection, to_document
from app.storage.database import Storage
from app.storage.embedded import running_uri
from tests.benchmarks.figures import Figure, median_of, percentile
from tests.benchmarks.processes import product
from tests.live import Api, Server

CHARGE_POINTS = 1_000
SESSIONS = 100_000
OVER = timedelta(days=90)
RUNNING = 300
VISITS = 50
AT_MOST_MS = 150.0
_AT_A_TIME = 5_000

T = TypeVar("T")


def measure(folder: Path, say: Callable[[str], None]) -> list[Figure]:
    """Fill the database, then look at each page again and again; every charge point is away, one in fifty faulted."""
    with product(folder) as server:
        _fill(server, datetime.now(UTC))
        say(f"{CHARGE_POINTS:,} charge points and {SESSIONS:,} sessions are there")
        root = server.root()
        overview, fleet = _visited(root, "/operator"), _visited(root, "/operator/charge-points")
        root.close()
    what = f"operator's overview, {CHARGE_POINTS:,} charge points, {SESSIONS:,} sessions, p50"
    return [
        Figure(what, median_of(overview), "ms", at_most=AT_MOST_MS),
        Figure("  the same, p95", percentile(overview, 95), "ms"),
        Figure("operator's list of charge points, p50", median_of(fleet), "ms", at_most=AT_MOST_MS),
        Figure("  the same, p95", percentile(fleet, 95), "ms"),
    ]


def _visited(api: Api, path: str) -> list[float]:
    taken = []
    for _ in range(VISITS):
        began = time.perf_counter()
        answer = api.get(path)
        taken.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, answer.text
    return taken[1:]


def _fill(server: Server, now: datetime) -> None:
    uri = running_uri(server.data_dir)
    assert uri is not None
    storage = Storage(uri)
    _insert(storage.charge_points, (_charge_point(number, now) for number in range(CHARGE_POINTS)))
    _insert(storage.sessions, (_session(number, now) for number in range(SESSIONS)))
    storage.close()


def _insert(collection: Collection[T], values: Iterator[T]) -> None:
    while documents := [to_document(value) for value in islice(values, _AT_A_TIME)]:
        collection.documents.insert_many(
            [{**each, "_id": collection.id_of(each[collection.key])} for each in documents]
        )


def _charge_point(number: int, now: datetime) -> ChargePoint:
    faulted = number % 50 == 0
    connectors = [
        Connector(0, "Available", now),
        Connector(1, "Faulted" if faulted else "Charging", now, "GroundFailure" if faulted else "NoError"),
        Connector(2, "Available", now),
    ]
    return ChargePoint(
        f"CP{number:04d}",
        name=f"Charger {number}",
        place=f"Car park {number % 40}",
        vendor="Vendor",
        model="Model",
        firmware_version="1.0.0",
        booted_at=now,
        last_seen_at=now - timedelta(minutes=number),
        created_at=now,
        connectors={str(connector.connector_id): connector for connector in connectors},
    )


def _session(number: int, now: datetime) -> Session:
    """One of all, evenly over the time; the newest run still."""
    began = now - number * (OVER / SESSIONS)
    session = Session(
        session_id=f"session-{number}",
        charge_point_id=f"CP{number % CHARGE_POINTS:04d}",
        connector_id=1,
        id_tag=f"TAG{number % 5_000}",
        username=f"driver{number % 5_000}",
        state=State.COMPLETED,
        transaction_id=number + 1,
        start_key=f"start-{number}",
        authorization="Accepted",
        created_at=began,
        started_at=began,
        meter_start=number,
    )
    if number < RUNNING:
        return replace(session, state=State.CHARGING, last_register_wh=number + 900.0, power_w=7_200.0, metered_at=now)
    return replace(session, stopped_at=began + timedelta(hours=1), meter_stop=number + 7_000)
