"""One server for the whole run, as deployed; each test brings its own drivers and charge points."""

import gc
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from app.storage.database import Storage
from tests.live import ROOT_PASSWORD, Api, Charger, Server, empty_storage, plug_in, running_server

ROOT = Path(__file__).parents[1]

# What a test process makes it mostly keeps; to look through it all for garbage again and again is a tenth of its time.
gc.freeze()
gc.set_threshold(50_000)

# Examples are slow to make where other processes keep the machine busy, which is not what a test is about.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


# Servers that several modules have in common, by the fixtures that need them (tests/app/conftest.py): those modules run
# in one process, which starts the server once.
SHARED = {
    "impatient": re.compile(r"\b(impatient_(server|root|driver)|silent_charger)\b"),
    "public": re.compile(r"\bpublic_(server|root)\b"),
    "small": re.compile(r"\bsmall_(server|root|uri)\b"),
    "secure": re.compile(r"\b(secure|secure_root|over_tls|over_plain)\b: "),
}


class ByServer(LoadScopeScheduling):
    """Hands modules out to processes whole, and those that share a server to one."""

    def _split_scope(self, nodeid: str) -> str:
        return _server_of(nodeid.partition("::")[0])


@cache
def _server_of(module: str) -> str:
    """Return which shared server a module speaks of, else the module: who hands the tests out has not read them."""
    text = (ROOT / module).read_text()
    return next((server for server, fixtures in SHARED.items() if fixtures.search(text)), module)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    return ByServer(config, log) if config.getvalue("dist") == "loadscope" else None


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("server") / "data") as running:
        yield running
    log = running.log.read_text()
    for never in (ROOT_PASSWORD, "a driver's", "eyJ", "unexpected_error"):
        assert never not in log, f"{never} in {running.log}"


@pytest.fixture(scope="session")
def prepared_storage(server: Server) -> Iterator[Storage]:
    """A database beside the server's own, with its indexes."""
    with empty_storage(server) as storage:
        yield storage


@pytest.fixture
def storage(prepared_storage: Storage) -> Iterator[Storage]:
    """The same, empty for each test.

    What is put into it is dated in the future: MongoDB deletes what is old in some collections, once a minute.
    """
    yield prepared_storage
    for name in prepared_storage.sessions.documents.database.list_collection_names():
        prepared_storage.sessions.documents.database[name].delete_many({})


@pytest.fixture(scope="session")
def root(server: Server) -> Iterator[Api]:
    api = server.root()
    yield api
    api.close()


@pytest.fixture
def driver(server: Server) -> Iterator[Api]:
    """A driver who has just signed up."""
    api = server.sign_up()
    yield api
    api.close()


@pytest.fixture
def id_tag(root: Api) -> str:
    """A card that may charge and is nobody's."""
    answer = root.post("/api/id_tags", idTag=uuid4().hex[:14].upper())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["idTag"])


@pytest.fixture
def new_charge_point(root: Api) -> Callable[..., tuple[str, str | None]]:
    """Add a charge point by the REST API; returns its id and password."""

    def add(**facts: Any) -> tuple[str, str | None]:
        answer = root.post("/api/charge_points", id=f"CP-{uuid4().hex[:10]}", **facts)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"], answer.json().get("password")

    return add


@pytest.fixture
def connect(server: Server) -> Iterator[Callable[..., Charger]]:
    """Connect as a charge point; every connection is closed at the end of the test."""
    chargers: list[Charger] = []

    def plug(charge_point_id: str, password: str | None = None, **options: Any) -> Charger:
        chargers.append(plug_in(server, charge_point_id, password, **options))
        return chargers[-1]

    yield plug
    for charger in chargers:
        charger.close()


@pytest.fixture
def charger(new_charge_point: Callable[..., tuple[str, str | None]], connect: Callable[..., Charger]) -> Charger:
    """A charge point that has connected, booted and reported two connectors Available."""
    booted = connect(*new_charge_point())
    booted.boot()
    for connector_id in (0, 1, 2):
        booted.status(connector_id, "Available")
    return booted
