"""Watchers on the OCPP server's port: who comes in, what they hear, and how those end who do not behave."""

import contextlib
import json
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest
import trustme
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from ocpp_server.bridge import Bridge
from ocpp_server.settings import ServerSettings
from tests.ocpp_server.audience_in_memory import AudienceInMemory
from tests.ocpp_server.central_system_in_memory import CentralSystemInMemory
from tests.ocpp_server.charge_points import charge_point
from tests.ocpp_server.conftest import QUICK
from tests.ocpp_server.raw_sockets import TEXT, close_code, frame, read_to_the_end, request
from tests.ocpp_server.waiting import eventually

ORIGIN = "https://app.example.org"


@pytest.fixture
def audience() -> AudienceInMemory:
    return AudienceInMemory()


@pytest.fixture
def start(central_system: CentralSystemInMemory, audience: AudienceInMemory) -> Iterator[Callable[..., Bridge]]:
    bridges: list[Bridge] = []

    def start_bridge(**settings: Any) -> Bridge:
        bridges.append(Bridge(central_system, ServerSettings(**(QUICK | {"origins": (ORIGIN,)} | settings)), audience))
        bridges[-1].start()
        return bridges[-1]

    yield start_bridge
    for bridge in bridges:
        bridge.stop(drain=1.0)


@contextmanager
def watching(port: int, name: str = "alice", resume: str | None = None, **options: Any) -> Iterator[ClientConnection]:
    """Watch; the greeting has been received."""
    query = f"?ticket={name}" + (f"&last_event_id={resume}" if resume else "")
    scheme = "wss" if "ssl" in options else "ws"
    options = {"compression": None, "proxy": None, "close_timeout": 1} | options
    with connect(f"{scheme}://127.0.0.1:{port}/live{query}", **options) as socket:
        assert heard(socket)["type"] == "hello"
        yield socket


def heard(socket: ClientConnection, timeout: float = 5.0) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(socket.recv(timeout))
    return message


def event(number: int, padding: int = 0) -> bytes:
    return orjson.dumps({"type": "test", "at": "", "data": {"n": number, "padding": "x" * padding}})


def status_of_refusal(port: int, **options: Any) -> int:
    with pytest.raises(InvalidStatus) as refused, watching(port, **options):
        pass
    return refused.value.response.status_code


def end_of(socket: ClientConnection) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as closed:
        while_heard(socket)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason


def while_heard(socket: ClientConnection) -> None:
    while True:
        socket.recv(5)


def test_everybody_hears_what_is_told_on_his_channels(bridge: Bridge) -> None:
    with watching(bridge.port, "alice") as alice, watching(bridge.port, "bob") as bob:
        bridge.publish([{"bob": event(1)}, {"alice": event(2), "bob": event(3)}, {"all": event(4)}])
        assert [heard(alice)["data"]["n"] for _ in range(2)] == [2, 4]
        messages = [heard(bob) for _ in range(3)]
        assert [message["data"]["n"] for message in messages] == [1, 3, 4]
        numbers = [int(message["id"].rpartition("-")[2]) for message in messages]
        assert numbers == [1, 2, 3]


def test_charge_points_and_watchers_share_the_port(bridge: Bridge) -> None:
    with watching(bridge.port) as alice, charge_point(bridge.port, path="/ocpp/live") as station:
        assert station.heartbeat()[0] == 3
        assert alice.subprotocol is None
        assert station.socket.subprotocol == "ocpp1.6"
        assert [watcher.account for watcher in bridge.watchers] == ["alice"]
        assert bridge.connected("live")
    eventually(lambda: not bridge.watchers)


def test_watchers_come_over_tls_too(start: Callable[..., Bridge]) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    bridge = start(tls=context, tls_port=0)
    theirs = ssl.create_default_context()
    authority.configure_trust(theirs)
    theirs.maximum_version = ssl.TLSVersion.TLSv1_2
    with watching(bridge.tls_port, ssl=theirs) as alice:
        bridge.publish([{"all": event(1)}])
        assert heard(alice)["data"]["n"] == 1


def test_pages_of_others_may_not_watch(bridge: Bridge) -> None:
    for foreign in ("https://evil.example", "null", "http://app.example.org", f"{ORIGIN}.evil.example"):
        assert status_of_refusal(bridge.port, origin=foreign) == 403
    with watching(bridge.port, origin=ORIGIN):
        pass


def test_two_origins_are_one_too_many(bridge: Bridge) -> None:
    headers = f"Origin: {ORIGIN}\r\nOrigin: https://evil.example\r\n"
    connection, head = request(bridge.port, "/live?ticket=alice", headers)
    with connection:
        assert head.startswith(b"HTTP/1.1 403 ")


def test_an_application_that_cannot_decide_lets_nobody_in(bridge: Bridge, audience: AudienceInMemory) -> None:
    audience.failure = OSError("the database is away")
    assert status_of_refusal(bridge.port) == 503
    audience.failure = None
    assert bridge.watchers == ()


def test_an_account_watches_so_often_and_all_together_too(start: Callable[..., Bridge]) -> None:
    bridge = start(max_watchers=3, max_watchers_per_account=2)
    with watching(bridge.port, "alice"), watching(bridge.port, "alice"):
        assert status_of_refusal(bridge.port, name="alice") == 429
        with watching(bridge.port, "bob"):
            assert status_of_refusal(bridge.port, name="carol") == 503
            with charge_point(bridge.port) as station:
                assert station.heartbeat()[0] == 3
    eventually(lambda: not bridge.watchers)
    with watching(bridge.port, "alice"):
        pass


def test_who_comes_back_hears_what_he_missed_and_then_what_is_new(bridge: Bridge) -> None:
    with watching(bridge.port) as alice:
        bridge.publish([{"all": event(number)} for number in range(1, 400)])
        last = [heard(alice) for _ in range(50)][-1]
        assert last["data"]["n"] == 50
    with watching(bridge.port, resume=last["id"]) as alice:
        bridge.publish([{"all": event(number)} for number in range(400, 450)])
        assert [heard(alice)["data"]["n"] for _ in range(399)] == list(range(51, 450))


def test_who_was_away_too_long_has_to_read_anew(start: Callable[..., Bridge]) -> None:
    bridge = start(events_remembered=10)
    with watching(bridge.port) as alice:
        bridge.publish([{"all": event(1)}])
        last = heard(alice)["id"]
    bridge.publish([{"bob": event(number)} for number in range(20)])
    with watching(bridge.port, resume=last) as alice:
        assert heard(alice)["type"] == "resync"
        bridge.publish([{"all": event(99)}])
        assert heard(alice)["data"]["n"] == 99


def test_all_read_anew_when_more_happens_than_can_be_told(start: Callable[..., Bridge]) -> None:
    bridge = start(events_remembered=10)
    with watching(bridge.port) as alice:
        bridge.publish([{"all": event(number)} for number in range(20)])
        missed = heard(alice)
        assert missed["type"] == "resync"
        bridge.lose_events()
        assert heard(alice)["type"] == "resync"
        bridge.publish([{"alice": event(21)}])
        assert heard(alice)["data"]["n"] == 21
    with watching(bridge.port, resume=missed["id"]) as alice:
        assert heard(alice)["type"] == "resync"


def test_who_does_not_read_is_closed_and_hurts_nobody_else(start: Callable[..., Bridge]) -> None:
    bridge = start(close_timeout=0.5)
    slow, head = request(bridge.port, "/live?ticket=slow", "")
    with slow, watching(bridge.port, "quick") as quick:
        assert head.startswith(b"HTTP/1.1 101 ")
        # More than the sockets' own buffers hold.
        for number in range(200):
            bridge.publish([{"all": event(number, padding=50_000)}])
            assert heard(quick)["data"]["n"] == number
        eventually(lambda: [watcher.account for watcher in bridge.watchers] == ["quick"])
        assert len(read_to_the_end(slow)) < 200 * 50_000


def test_who_reads_again_in_time_learns_why_he_was_closed(start: Callable[..., Bridge]) -> None:
    bridge = start(close_timeout=5.0)
    slow, _ = request(bridge.port, "/live?ticket=slow", "")
    with slow:
        for number in range(200):
            bridge.publish([{"all": event(number, padding=50_000)}])
        received = b""
        while b"reads too slowly" not in received[-100:]:
            chunk = slow.recv(65_536)
            assert chunk
            received += chunk
        assert close_code(received) == 1008


def test_watchers_have_nothing_to_say(bridge: Bridge) -> None:
    with watching(bridge.port) as alice:
        for _ in range(10):
            alice.send("still here")
        bridge.publish([{"all": event(1)}])
        assert heard(alice)["data"]["n"] == 1
        with contextlib.suppress(ConnectionClosed):  # which may come before the last of them is sent
            for _ in range(30):
                alice.send("still here")
        assert end_of(alice) == (1008, "says too much")
    with watching(bridge.port) as alice:
        alice.send("x" * 2000)
        assert end_of(alice)[0] == 1009


def test_those_who_may_not_watch_any_more_are_closed(bridge: Bridge) -> None:
    with watching(bridge.port, "alice") as alice, watching(bridge.port, "bob") as bob:
        gone = {watcher for watcher in bridge.watchers if watcher.account == "alice"}
        bridge.end_watching(gone, "this login has ended")
        assert end_of(alice) == (1008, "this login has ended")
        bridge.publish([{"all": event(1)}])
        assert heard(bob)["data"]["n"] == 1


def test_who_has_left_without_a_word_is_noticed(start: Callable[..., Bridge]) -> None:
    bridge = start(ping_interval=0.1, dead_after=0.5, sweep_interval=0.05)
    gone, _ = request(bridge.port, "/live?ticket=gone", "")
    with gone, watching(bridge.port, "alice") as alice:
        began = time.monotonic()
        eventually(lambda: [watcher.account for watcher in bridge.watchers] == ["alice"])
        assert time.monotonic() - began < 3
        bridge.publish([{"all": event(1)}])
        assert heard(alice)["data"]["n"] == 1


def test_a_peer_that_breaks_the_protocol_is_closed(bridge: Bridge) -> None:
    connection, _ = request(bridge.port, "/live?ticket=odd", "")
    with connection:
        connection.sendall(frame(b"\xff\xfe", TEXT) + frame(b"", 0x7))
        assert close_code(read_to_the_end(connection)) == 1002
    eventually(lambda: not bridge.watchers)


def test_watchers_are_told_that_the_server_stops(start: Callable[..., Bridge]) -> None:
    bridge = start()
    with watching(bridge.port) as alice:
        began = time.monotonic()
        bridge.stop(drain=3.0)
        assert end_of(alice) == (1001, "the server is stopping")
        assert time.monotonic() - began < 2
