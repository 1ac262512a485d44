"""Alive, ready, and what happens while the database hangs: nobody waits long, nothing false is told, all goes on."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from app import create_app
from app.config import Settings
from app.metrics import Counts
from app.services import Services
from app.storage.database import Storage
from app.storage.embedded import EmbeddedMongo
from tests import plain_http
from tests.app.stories import begin, meanwhile, new_charger, press_start, problem
from tests.live import Server, running_server, until

HURRY = "socketTimeoutMS=400&connectTimeoutMS=400&serverSelectionTimeoutMS=400"


def mongod_on(data_dir: Path) -> int:
    """Return the process id of the mongod that has its data there."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"mongod") and any(word.startswith(bytes(data_dir)) for word in words):
            return int(process.name)
    raise LookupError(f"no mongod on {data_dir}")


@contextmanager
def asleep(process: int) -> Iterator[None]:
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


@pytest.fixture(scope="module")
def mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """A MongoDB of somebody else's, and its process."""
    data_dir = tmp_path_factory.mktemp("mongo")
    with EmbeddedMongo(data_dir) as embedded:
        yield embedded.uri, mongod_on(data_dir)


@pytest.fixture(scope="module")
def on_another_mongo(mongo: tuple[str, int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on it, which the URI tells to be in a hurry."""
    uri = f"{mongo[0]}{'&' if '?' in mongo[0] else '?'}{HURRY}"
    data_dir = tmp_path_factory.mktemp("on-another-mongo") / "data"
    with running_server(data_dir, MONGODB_URI=uri, JWT_SECRET_KEY="s" * 32) as running:
        yield running


def test_a_server_says_that_it_is_alive_and_ready(server: Server) -> None:
    assert plain_http.get(f"{server.url}/healthz").json() == {"status": "ok"}
    ready = plain_http.get(f"{server.url}/readyz")
    assert (ready.status_code, ready.json()["checks"]) == (200, {"database": "ok", "ocpp": "ok"})


@pytest.mark.faults
def test_while_the_database_hangs_nothing_false_is_told_and_afterwards_all_goes_on(
    on_another_mongo: Server, mongo: tuple[str, int]
) -> None:
    server, root = on_another_mongo, on_another_mongo.root()
    driver, charger = server.sign_up(), new_charger(server, root)
    started = press_start(driver, charger).json()["session_id"]
    with asleep(mongo[1]):
        began = time.monotonic()
        booking = meanwhile(lambda: begin(charger, driver.id_tag))
        ready = plain_http.get(f"{server.url}/readyz")
        assert time.monotonic() - began < 5
        assert (ready.status_code, ready.json()["checks"]) == (503, {"database": "does not answer", "ocpp": "ok"})

        away = driver.get(f"/api/sessions/{started}")
        problem(away, 503, "database_unavailable")
        assert int(away.headers["Retry-After"]) > 0
        problem(driver.post("/api/login", username="root", password="x" * 9), 503, "database_unavailable")
        assert plain_http.get(f"{server.url}/healthz").status_code == 200
        assert booking()[2] == "InternalError"
        assert "currentTime" in charger.call("Heartbeat", {})
    until(lambda: plain_http.get(f"{server.url}/readyz").status_code == 200)
    assert begin(charger, driver.id_tag)["idTagInfo"] == {"status": "Accepted"}
    assert driver.get(f"/api/sessions/{started}").json()["state"] == "charging"
    for each in (root, driver, charger):
        each.close()


@pytest.mark.faults
def test_with_a_mongodb_of_ones_own_there_is_no_embedded_one(on_another_mongo: Server) -> None:
    assert not on_another_mongo.data_dir.exists()


@pytest.mark.parametrize(("lag", "status", "found"), [(4.9, 200, "ok"), (7.2, 503, "blocked for 7 s")])
def test_a_loop_that_is_behind_makes_the_server_not_ready(
    storage: Storage, lag: float, status: int, found: str
) -> None:
    """The lag is the clock's; the watchdog that measures it has tests of its own."""
    known = {"storage": storage, "settings": Settings(), "metrics": SimpleNamespace(counts=Counts())}
    services = cast(Services, SimpleNamespace(**known, loop_lag=lambda: lag))
    answer = create_app("0" * 32, services).test_client().get("/readyz")
    assert (answer.status_code, answer.get_json()["checks"]["ocpp"]) == (status, found)
