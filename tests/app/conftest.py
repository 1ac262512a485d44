"""Servers beside the first one, each with settings that do not disturb each other; and ways to come from elsewhere."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.app.beside import IMPATIENT, PUBLIC, SMALL
from tests.app.manufacturer import Signer, signer
from tests.app.secure import SecureServer, closing_all, secure_server, stranger
from tests.app.stories import new_charger
from tests.live import Api, Charger, Server, another_database, database_beside, server_beside


@pytest.fixture(scope="session")
def impatient_server(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data_dir = tmp_path_factory.mktemp("impatient") / "data"
    with server_beside(server, data_dir, **IMPATIENT) as running:
        yield running


@pytest.fixture(scope="session")
def impatient_root(impatient_server: Server) -> Iterator[Api]:
    api = impatient_server.root()
    yield api
    api.close()


@pytest.fixture
def silent_charger(impatient_server: Server, impatient_root: Api) -> Iterator[Charger]:
    """A charge point of the impatient server, cable in, that does not answer a RemoteStartTransaction."""
    charger = new_charger(impatient_server, impatient_root, status="Preparing")
    charger.answers["RemoteStartTransaction"] = None
    yield charger
    charger.close()


@pytest.fixture
def impatient_driver(impatient_server: Server) -> Iterator[Api]:
    api = impatient_server.sign_up()
    yield api
    api.close()


@pytest.fixture(scope="session")
def small_uri(server: Server) -> str:
    return another_database(server)


@pytest.fixture(scope="session")
def small_server(server: Server, small_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data_dir = tmp_path_factory.mktemp("small") / "data"
    with server_beside(server, data_dir, MONGODB_URI=small_uri, **SMALL) as running:
        yield running


@pytest.fixture(scope="session")
def small_root(small_server: Server) -> Iterator[Api]:
    api = small_server.root()
    yield api
    api.close()


@pytest.fixture(scope="session")
def manufacturer() -> Signer:
    return signer(authority=True, name="root")


@pytest.fixture(scope="session")
def public_server(server: Server, manufacturer: Signer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("public")
    roots = folder / "roots.pem"
    roots.write_text(manufacturer.pem)
    with server_beside(server, folder / "data", FIRMWARE_ROOTS=str(roots), **PUBLIC) as running:
        yield running


@pytest.fixture(scope="session")
def public_root(public_server: Server) -> Iterator[Api]:
    api = public_server.root()
    yield api
    api.close()


@pytest.fixture
def address() -> str:
    """An address of this machine that only one test comes from: failed attempts are counted by address."""
    return stranger()[0]


@pytest.fixture
def plug(connect: Callable[..., Charger], address: str) -> Callable[..., Charger]:
    """Connect as a charge point from there."""
    return partial(connect, source_address=(address, 0))


@pytest.fixture(scope="session")
def secure(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureServer]:
    """A server that serves charge points over TLS too."""
    with secure_server(tmp_path_factory.mktemp("secure"), **database_beside(server)) as running:
        yield running


@pytest.fixture(scope="session")
def secure_root(secure: SecureServer) -> Iterator[Api]:
    api = secure.plain.root()
    yield api
    api.close()


@pytest.fixture
def over_tls(secure: SecureServer) -> Iterator[Callable[..., Charger]]:
    """Connect over TLS; every connection is closed at the end of the test."""
    with closing_all(secure.over_tls) as connect:
        yield connect


@pytest.fixture
def over_plain(secure: SecureServer) -> Iterator[Callable[..., Charger]]:
    """Connect to the same server without TLS."""
    with closing_all(secure.in_the_clear) as connect:
        yield connect
