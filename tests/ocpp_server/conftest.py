"""The real server on a real port, with a Central System in memory behind it."""

import threading
from collections.abc import Callable, Iterator

import pytest

from ocpp_server.bridge import Bridge
from ocpp_server.settings import ServerSettings
from tests.ocpp_server.central_system_in_memory import CentralSystemInMemory

# Nothing here waits for a minute, nor for the ten seconds that a real charge point is given.
QUICK = {"port": 0, "call_timeout": 3.0, "close_timeout": 0.5, "open_timeout": 3.0}


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(2)
    assert not [thread for thread in set(threading.enumerate()) - before if thread.is_alive()]


@pytest.fixture
def central_system() -> CentralSystemInMemory:
    return CentralSystemInMemory()


@pytest.fixture
def start(central_system: CentralSystemInMemory, no_thread_is_left: None) -> Iterator[Callable[..., Bridge]]:
    """Start a bridge with settings of its own."""
    bridges: list[Bridge] = []

    def start_bridge(**settings: object) -> Bridge:
        bridge = Bridge(central_system, ServerSettings(**(QUICK | settings)))  # type: ignore[arg-type]
        bridge.start()
        bridges.append(bridge)
        return bridge

    yield start_bridge
    for bridge in bridges:
        bridge.stop(drain=1.0)


@pytest.fixture
def bridge(start: Callable[..., Bridge]) -> Bridge:
    return start()
