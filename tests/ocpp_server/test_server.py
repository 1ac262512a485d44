"""The registry of open connections, the newest of which wins, and an orderly end."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from ocpp.v16 import call
from ocpp.v16.enums import ResetType
from websockets.exceptions import ConnectionClosed, InvalidStatus

from ocpp_server.bridge import Bridge
from ocpp_server.central_system import Payload
from ocpp_server.errors import Disconnected
from tests.ocpp_server.central_system_in_memory import CentralSystemInMemory
from tests.ocpp_server.charge_points import charge_point
from tests.ocpp_server.raw_sockets import raw_connection
from tests.ocpp_server.waiting import eventually

RESET = call.Reset(type=ResetType.soft)


def test_a_newer_connection_replaces_the_older_one_at_once(
    bridge: Bridge, central_system: CentralSystemInMemory
) -> None:
    with charge_point(bridge.port) as old, ThreadPoolExecutor(1) as pool:
        old.heartbeat()
        outcome = pool.submit(bridge.send, "CP001", RESET)
        old.receive()
        began = time.monotonic()
        with charge_point(bridge.port, "cp001") as new:
            with pytest.raises(Disconnected):
                outcome.result(5)
            assert new.heartbeat()[0] == 3
            assert time.monotonic() - began < 1.0
            with pytest.raises(ConnectionClosed) as closed:
                old.receive()
            assert closed.value.rcvd is not None
            assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, "replaced")
            source, closing = eventually(lambda: central_system.closings)[0]
            assert closing.replaced_by == "127.0.0.1"
            assert source.charge_point_id == "CP001"
            assert bridge.connected("CP001")
            following = pool.submit(bridge.send, "CP001", RESET)
            new.answer({"status": "Accepted"})
            assert following.result(5) == {"status": "Accepted"}


def test_the_newcomer_does_not_wait_for_an_incumbent_that_is_dead(
    start: Callable[..., Bridge], central_system: CentralSystemInMemory
) -> None:
    bridge = start(close_timeout=2.0)
    with raw_connection(bridge.port):
        eventually(lambda: bridge.connected("CP001"))
        began = time.monotonic()
        with charge_point(bridge.port) as new:
            assert new.heartbeat()[0] == 3
            assert time.monotonic() - began < 1.5
            assert not central_system.closings
            _, closing = eventually(lambda: central_system.closings)[0]
            assert (closing.code, closing.replaced_by) == (1008, "127.0.0.1")
            assert new.heartbeat()[0] == 3


def test_an_unauthenticated_newcomer_never_touches_the_incumbent(
    bridge: Bridge, central_system: CentralSystemInMemory
) -> None:
    central_system.passwords["CP001"] = b"right"
    with charge_point(bridge.port, password=b"right") as incumbent:
        for password in (None, b"wrong", b""):
            with pytest.raises(InvalidStatus) as refused, charge_point(bridge.port, password=password):
                pass
            assert refused.value.response.status_code == 401
        assert incumbent.heartbeat()[0] == 3
    assert len(central_system.opened_by) == 1


def test_many_takeovers_leave_one_connection_and_are_throttled(
    start: Callable[..., Bridge], central_system: CentralSystemInMemory
) -> None:
    bridge = start(takeovers_per_minute=5)
    outcomes: list[int] = []

    def storm() -> None:
        for _ in range(10):
            try:
                with charge_point(bridge.port, open_timeout=5) as cp:
                    outcomes.append(101)
                    cp.socket.recv(timeout=0.05)
            except InvalidStatus as refused:
                outcomes.append(refused.response.status_code)
            except (ConnectionClosed, TimeoutError):
                pass

    threads = [threading.Thread(target=storm) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(101) <= 7
    assert set(outcomes) == {101, 429}
    eventually(lambda: not bridge.connected_charge_points)
    eventually(lambda: len(central_system.closings) == len(central_system.opened_by))


def test_an_id_is_matched_whatever_its_case(bridge: Bridge) -> None:
    with charge_point(bridge.port, "Garage-1") as cp, ThreadPoolExecutor(1) as pool:
        cp.heartbeat()
        assert bridge.connected("GARAGE-1")
        outcome = pool.submit(bridge.send, "garage-1", RESET)
        cp.answer({"status": "Accepted"})
        assert outcome.result(5) == {"status": "Accepted"}


def test_a_closed_connection_is_reported_with_its_code(bridge: Bridge, central_system: CentralSystemInMemory) -> None:
    with charge_point(bridge.port) as cp:
        cp.heartbeat()
        cp.socket.close(4001, "firmware update")
    source, closing = eventually(lambda: central_system.closings)[0]
    assert (source.charge_point_id, closing.code, closing.reason) == ("CP001", 4001, "firmware update")
    assert closing.replaced_by is None
    assert not bridge.connected("CP001")


def test_a_connection_the_application_cannot_open_is_closed_and_reported(
    bridge: Bridge, central_system: CentralSystemInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(source: object) -> None:
        raise ConnectionError("the database is away")

    monkeypatch.setattr(central_system, "opened", fail)
    with charge_point(bridge.port) as cp, pytest.raises(ConnectionClosed) as closed:
        cp.receive()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1011
    eventually(lambda: central_system.closings)
    assert not bridge.connected("CP001")


def test_stopping_closes_every_socket_with_1001_after_the_answer_in_hand(
    bridge: Bridge, central_system: CentralSystemInMemory
) -> None:
    began = threading.Event()

    async def slowly(action: str, request: Payload) -> None:
        began.set()
        await asyncio.sleep(0.2)

    central_system.before_answering = slowly
    with charge_point(bridge.port) as cp:
        cp.send([2, "1", "Authorize", {"idTag": "T"}])
        began.wait(5)
        bridge.stop()
        with pytest.raises(ConnectionClosed) as closed:
            cp.receive()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1001
    assert central_system.closings[0][1].code == 1001
    assert central_system.life == ["started", "stopping"]


def test_stopping_does_not_wait_for_ever_for_a_handler(bridge: Bridge, central_system: CentralSystemInMemory) -> None:
    async def never(action: str, request: Payload) -> None:
        await asyncio.Event().wait()

    central_system.before_answering = never
    with charge_point(bridge.port) as cp:
        for number in range(200):
            cp.send([2, str(number), "Authorize", {"idTag": "T"}])
        eventually(lambda: central_system.requests)
        began = time.monotonic()
        bridge.stop(drain=0.2)
        assert time.monotonic() - began < 2.0
    assert len(central_system.closings) == 1
    assert len(central_system.requests) == 1


def test_connections_beyond_the_limit_are_sent_away_politely(start: Callable[..., Bridge]) -> None:
    bridge = start(max_connections=2)
    with charge_point(bridge.port, "A"), charge_point(bridge.port, "B") as b:
        with pytest.raises(InvalidStatus) as refused, charge_point(bridge.port, "C"):
            pass
        assert refused.value.response.status_code == 503
        assert int(refused.value.response.headers["Retry-After"]) > 0
        with charge_point(bridge.port, "A") as again:
            assert again.heartbeat()[0] == 3
        assert b.heartbeat()[0] == 3
