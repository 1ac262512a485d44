"""Threads on one side, the loop on the other."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable

import pytest
from ocpp.v16 import call

from ocpp_server.bridge import Bridge
from ocpp_server.errors import BridgeStopped, CallTimeout, NotConnected
from ocpp_server.settings import ServerSettings
from tests.ocpp_server.central_system_in_memory import CentralSystemInMemory
from tests.ocpp_server.charge_points import charge_point
from tests.ocpp_server.waiting import eventually


def test_a_port_that_is_taken_is_said_plainly_in_the_callers_thread(
    bridge: Bridge, central_system: CentralSystemInMemory
) -> None:
    second = Bridge(central_system, ServerSettings(port=bridge.port))
    with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{bridge.port}"):
        second.start()
    assert central_system.life == ["started"]
    with pytest.raises(BridgeStopped):
        _ = second.main_loop


def test_an_application_that_cannot_start_stops_the_start(
    central_system: CentralSystemInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail() -> None:
        raise LookupError("no such database")

    monkeypatch.setattr(central_system, "started", fail)
    bridge = Bridge(central_system, ServerSettings(port=0))
    with pytest.raises(LookupError, match="no such database"):
        bridge.start()
    bridge.stop()


def test_the_application_is_ready_before_anybody_is_let_in(
    central_system: CentralSystemInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    reached = []

    async def try_to_connect() -> None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            reached.append(False)
        else:
            reached.append(True)
            writer.close()

    monkeypatch.setattr(central_system, "started", try_to_connect)
    bridge = Bridge(central_system, ServerSettings(port=port))
    bridge.start()
    bridge.stop()
    assert reached == [False]


def test_the_loop_thread_has_a_name_and_ends_with_the_bridge(start: Callable[..., Bridge]) -> None:
    bridge = start()
    assert "ocpp-loop" in {thread.name for thread in threading.enumerate()}
    bridge.stop()
    assert "ocpp-loop" not in {thread.name for thread in threading.enumerate()}
    bridge.stop()


def test_a_stopped_bridge_says_so(start: Callable[..., Bridge]) -> None:
    bridge = start()
    bridge.stop()
    with pytest.raises(BridgeStopped):
        _ = bridge.main_loop
    with pytest.raises((BridgeStopped, NotConnected)):
        bridge.send("CP001", call.ClearCache())
    assert not bridge.connected("CP001")


def test_sending_from_the_loop_itself_is_refused_instead_of_deadlocking(bridge: Bridge) -> None:
    async def send_from_here() -> None:
        bridge.send("CP001", call.ClearCache())

    with charge_point(bridge.port) as cp:
        cp.heartbeat()
        outcome = asyncio.run_coroutine_threadsafe(send_from_here(), bridge.main_loop)
        with pytest.raises(RuntimeError, match="loop thread"):
            outcome.result(5)


def test_a_blocked_loop_shows_and_does_not_hold_the_caller_for_ever(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocpp_server.bridge._MARGIN", 0.1)
    release = threading.Event()
    with charge_point(bridge.port) as cp:
        cp.heartbeat()
        assert bridge.loop_lag() < 0.5
        bridge.main_loop.call_soon_threadsafe(release.wait, 5)
        try:
            began = time.monotonic()
            with pytest.raises(CallTimeout):
                bridge.send("CP001", call.ClearCache(), timeout=0.1)
            assert time.monotonic() - began < 1.0
            assert eventually(lambda: bridge.loop_lag() > 0.5)
        finally:
            release.set()
        eventually(lambda: bridge.loop_lag() < 0.1)
        assert cp.heartbeat()[0] == 3


def test_a_stop_fails_the_calls_that_wait(bridge: Bridge) -> None:
    failures: list[Exception] = []

    def send() -> None:
        try:
            bridge.send("CP001", call.ClearCache())
        except Exception as failure:  # noqa: BLE001 — whatever it is, it is what the test looks at
            failures.append(failure)

    with charge_point(bridge.port) as cp:
        cp.heartbeat()
        thread = threading.Thread(target=send)
        thread.start()
        cp.receive()
        began = time.monotonic()
        bridge.stop()
        thread.join(5)
        assert time.monotonic() - began < 2.0
    assert [type(failure).__name__ for failure in failures] == ["Disconnected"]


def test_a_bridge_that_never_started_can_be_stopped(central_system: CentralSystemInMemory) -> None:
    Bridge(central_system).stop()
    assert central_system.life == []
