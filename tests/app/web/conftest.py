"""Visitors of the pages."""

from collections.abc import Iterator

import pytest

from tests.app.web.visitors import Visitor, somebody_with
from tests.live import Api, Server


@pytest.fixture
def visitor(server: Server) -> Iterator[Visitor]:
    """Somebody who is not logged in."""
    with Visitor(server) as somebody:
        yield somebody


@pytest.fixture(scope="module")
def account(server: Server) -> Iterator[Api]:
    """The account of the driver of a module's tests, as his app sees it."""
    api = server.sign_up()
    yield api
    api.close()


@pytest.fixture
def at_home(server: Server, account: Api) -> Iterator[Visitor]:
    """The same driver in a browser, logged in."""
    with Visitor(server) as somebody:
        yield somebody.log_in(account.username)


@pytest.fixture(scope="module")
def staff(server: Server, root: Api) -> Iterator[Visitor]:
    """Somebody of the operator's staff, logged in."""
    with somebody_with(server, root, "staff") as somebody:
        yield somebody


@pytest.fixture(scope="module")
def admin(server: Server, root: Api) -> Iterator[Visitor]:
    """An admin, logged in."""
    with somebody_with(server, root, "admin") as somebody:
        yield somebody
