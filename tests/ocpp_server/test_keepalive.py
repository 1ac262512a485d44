"""Who is still there: pings, silence, and who is given the benefit of the doubt."""

import socket
import time
from collections.abc import Callable

import pytest

from ocpp_server.bridge import Bridge
from tests.ocpp_server.central_system_in_memory import CentralSystemInMemory
from tests.ocpp_server.charge_points import charge_point
from tests.ocpp_server.raw_sockets import PING, PONG, frame, raw_connection
from tests.ocpp_server.waiting import eventually

HEARTBEAT = frame(b'[2,"1","Heartbeat",{}]')
# Every time a hundredth of the real one.
BRISK = {"sweep_interval": 0.02, "ping_interval": 0.2, "dead_after": 0.45}


def test_a_quiet_connection_is_pinged_and_stays(
    start: Callable[..., Bridge], central_system: CentralSystemInMemory
) -> None:
    bridge = start(**BRISK)
    with charge_point(bridge.port) as cp:
        cp.heartbeat()
        connection = bridge.connected_charge_points["cp001"]
        opened = time.monotonic()
        eventually(lambda: connection.socket.has_ponged)
        eventually(lambda: connection.socket.last_heard - opened > 2 * BRISK["dead_after"])
        assert cp.heartbeat()[0] == 3
        assert central_system.closings == []


def test_who_answered_pings_once_and_falls_silent_is_dead(
    start: Callable[..., Bridge], central_system: CentralSystemInMemory
) -> None:
    bridge = start(**BRISK)
    with raw_connection(bridge.port) as connection:
        connection.sendall(HEARTBEAT + frame(b"", PONG))
        began = time.monotonic()
        _, closing = eventually(lambda: central_system.closings)[0]
        assert (closing.code, closing.reason) == (1006, "silent")
        assert time.monotonic() - began >= BRISK["dead_after"] * 0.9
    assert not bridge.connected("CP001")


def test_who_never_answers_pings_is_judged_by_its_heartbeats_instead(
    start: Callable[..., Bridge], central_system: CentralSystemInMemory
) -> None:
    bridge = start(**BRISK)
    with raw_connection(bridge.port) as connection:
        connection.sendall(HEARTBEAT)
        opened = time.monotonic()
        charge_point = eventually(lambda: bridge.connected_charge_points.get("cp001"))
        pinged = charge_point.pinged_at
        eventually(lambda: time.monotonic() - opened > 2 * BRISK["dead_after"])
        assert charge_point.pinged_at > pinged
        assert charge_point.is_open
        connection.sendall(HEARTBEAT)
        eventually(lambda: len(central_system.requests) == 2)


def test_who_never_answers_pings_and_sends_no_heartbeat_either_is_dead(
    start: Callable[..., Bridge], central_system: CentralSystemInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocpp_server.keepalive.GRACE", 0.1)
    bridge = start(**BRISK, heartbeat_interval=0.1)
    with raw_connection(bridge.port) as connection:
        connection.sendall(HEARTBEAT)
        _, closing = eventually(lambda: central_system.closings)[0]
    assert closing.reason == "silent"


def test_who_connects_and_never_speaks_ocpp_is_shown_out(
    start: Callable[..., Bridge], central_system: CentralSystemInMemory
) -> None:
    bridge = start(**BRISK, heartbeat_interval=0.15)
    with raw_connection(bridge.port) as connection:
        while not central_system.closings:
            connection.sendall(frame(b"", PONG))
            try:
                connection.settimeout(0.05)
                received = connection.recv(65_536)
            except TimeoutError:
                continue
            if b"no OCPP message" in received:
                break
        _, closing = eventually(lambda: central_system.closings)[0]
    assert (closing.code, closing.reason) == (1008, "no OCPP message")


def test_who_reads_no_answers_is_dropped(start: Callable[..., Bridge], central_system: CentralSystemInMemory) -> None:
    bridge = start(**BRISK, max_calls_per_second=1e9, burst=1e9)
    calls = frame(b'[2,"1","DataTransfer",{"vendorId":"x"}]') * 5_000
    with raw_connection(bridge.port) as connection:
        # So that not megabytes of answers are under way before one counts as not read.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        ours = eventually(lambda: bridge.connected_charge_points.get("cp001"))
        ours.socket.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
        with pytest.raises(OSError, match="timed out|reset|Broken pipe"):
            connection.sendall(calls * 1_000)
        _, closing = eventually(lambda: central_system.closings)[0]
    assert closing.reason == "reads nothing"


def test_a_flood_of_pings_whose_pongs_nobody_reads_stays_small(
    start: Callable[..., Bridge], central_system: CentralSystemInMemory
) -> None:
    bridge = start()
    pings = frame(b"x" * 125, PING) * 1_000
    with raw_connection(bridge.port) as connection:
        with pytest.raises(OSError, match="timed out|reset|Broken pipe"):
            connection.sendall(pings * 1_000)
        assert eventually(lambda: central_system.closings)[0][1].code == 1006


def test_a_connection_held_back_by_us_is_not_called_silent(
    start: Callable[..., Bridge], central_system: CentralSystemInMemory
) -> None:
    bridge = start(**BRISK, max_calls_per_second=1, burst=1)
    with raw_connection(bridge.port) as connection:
        connection.sendall(frame(b"", PONG) + HEARTBEAT * 3)
        opened = time.monotonic()
        eventually(lambda: time.monotonic() - opened > 2 * BRISK["dead_after"])
        assert len(central_system.requests) == 1
        assert bridge.connected("CP001")


def test_a_blocked_loop_makes_nobody_silent(
    start: Callable[..., Bridge], central_system: CentralSystemInMemory
) -> None:
    bridge = start(**BRISK)
    with charge_point(bridge.port) as cp:
        cp.heartbeat()
        connection = bridge.connected_charge_points["cp001"]
        eventually(lambda: connection.socket.has_ponged)
        bridge.main_loop.call_soon_threadsafe(time.sleep, 2 * BRISK["dead_after"])
        eventually(lambda: bridge.loop_lag() > 0.3)
        eventually(lambda: bridge.loop_lag() == 0)
        assert cp.heartbeat()[0] == 3
        assert central_system.closings == []
