"""The stage of the conformance tests: charge points that insist, their operators, and the page of results on demand."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from websockets.protocol import State

from tests.app.secure import SecureServer, secure_server
from tests.conformance.station import Operator, Station
from tests.conformance.table import PAGE, Results
from tests.live import Api, Charger, Server, database_beside, plug_in

OPTION = "--write-conformance"
Stage = Callable[[Callable[..., Charger]], Station]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, action="store_true", help=f"write what became of each case to {PAGE.name}")


def pytest_configure(config: pytest.Config) -> None:
    # Not in the processes of pytest-xdist, which hand their reports to the one that writes.
    if config.getoption(OPTION, default=False) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Results(PAGE))


@pytest.fixture
def stage() -> Iterator[Stage]:
    """Connect as a charge point in the way given; at the end of the test it has been called exactly as agreed."""
    stations: list[Station] = []

    def enter(connect: Callable[..., Charger]) -> Station:
        def plug(**options: Any) -> Station:
            opened = connect(**options)
            stations.append(Station(opened.charge_point_id, opened.socket, reopen=plug))
            return stations[-1]

        return plug()

    yield enter
    try:
        for station in stations:
            if station.socket.protocol.state is State.OPEN:
                station.finished()
    finally:
        for station in stations:
            station.close()


@pytest.fixture
def new_station(
    server: Server, new_charge_point: Callable[..., tuple[str, str | None]], stage: Stage
) -> Callable[..., Station]:
    """Add a charge point and connect as it."""

    def new(**facts: Any) -> Station:
        charge_point_id, password = new_charge_point(**facts)
        return stage(lambda **options: plug_in(server, charge_point_id, options.pop("password", password), **options))

    return new


@pytest.fixture
def station(new_station: Callable[..., Station]) -> Station:
    """A charge point that has booted and reported two connectors Available."""
    booted = new_station()
    booted.enter_service()
    return booted


@pytest.fixture
def operator(root: Api, station: Station) -> Operator:
    return Operator(root, station)


@pytest.fixture(scope="session")
def secure_starting(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Future[SecureServer]]:
    """A server that serves charge points over TLS too, on its way."""
    settings = {**database_beside(server), "CALL_TIMEOUT": "2"}
    with ExitStack() as stack, ThreadPoolExecutor(1) as pool:
        running = secure_server(tmp_path_factory.mktemp("secure"), **settings)
        yield pool.submit(stack.enter_context, running)


@pytest.fixture(scope="session")
def secure(secure_starting: Future[SecureServer]) -> SecureServer:
    return secure_starting.result()


@pytest.fixture(scope="session", autouse=True)
def two_servers_start_at_once(request: pytest.FixtureRequest) -> None:
    """Start the server with TLS while the tests before its own run, where this process is going to run those too."""
    if hasattr(request.config, "workerinput"):
        return
    if any("secure" in getattr(item, "fixturenames", ()) for item in request.session.items):
        request.getfixturevalue("secure_starting")


@pytest.fixture(scope="session")
def secure_root(secure: SecureServer) -> Iterator[Api]:
    api = secure.plain.root()
    yield api
    api.close()


@pytest.fixture
def closing() -> Iterator[Callable[[Charger], Charger]]:
    """Close a charge point's connection at the end of the test."""
    opened: list[Charger] = []

    def keep(charger: Charger) -> Charger:
        opened.append(charger)
        return charger

    yield keep
    for charger in opened:
        charger.close()
