"""Handshakes on the wire: who is let in, who is sent away with which status, and who hears of it."""

import asyncio
import base64
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest
from websockets.exceptions import InvalidStatus
from websockets.http11 import Response

from ocpp_server.bridge import Bridge
from tests.ocpp_server.central_system_in_memory import CentralSystemInMemory
from tests.ocpp_server.charge_points import charge_point
from tests.ocpp_server.raw_sockets import read_to_the_end, request
from tests.ocpp_server.waiting import eventually


def refusal(port: int, charge_point_id: str = "CP001", **options: object) -> Response:
    """Try to connect and return the HTTP response that refuses it."""
    with pytest.raises(InvalidStatus) as refused, charge_point(port, charge_point_id, **options):  # type: ignore[arg-type]
        pass
    return refused.value.response


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [(["ocpp1.6"], "ocpp1.6"), (["ocpp2.0.1", "ocpp1.6"], "ocpp1.6"), (["ocpp0.1", "ocpp1.6"], "ocpp1.6")],
)
def test_ocpp_1_6_is_chosen_among_what_is_offered(bridge: Bridge, offered: list[str], chosen: str) -> None:
    with charge_point(bridge.port, subprotocols=offered) as cp:
        assert cp.socket.subprotocol == chosen


@pytest.mark.parametrize("offered", [[], ["ocpp0.1"], ["ocpp2.0.1"]])
def test_without_our_subprotocol_there_is_no_upgrade_and_nobody_is_asked(
    bridge: Bridge, central_system: CentralSystemInMemory, offered: list[str]
) -> None:
    response = refusal(bridge.port, subprotocols=offered)
    assert response.status_code == 400
    assert b"subprotocol" in (response.body or b"")
    assert central_system.handshakes == []
    [(handshake, told)] = central_system.refusals
    assert (handshake.charge_point_id, handshake.subprotocols, told.status) == ("CP001", tuple(offered), 400)


@pytest.mark.parametrize(
    "path", ["/", "/ocpp/a%2Fb", "/ocpp/..", "/ocpp/a%00", "/ocpp/%F0%9F%94%8C", "/ocpp/" + "x" * 300]
)
def test_a_path_without_a_decent_id_is_a_bad_request(
    bridge: Bridge, central_system: CentralSystemInMemory, path: str
) -> None:
    assert refusal(bridge.port, path=path).status_code == 400
    [(handshake, told)] = central_system.refusals
    assert (handshake.charge_point_id, told.status) == ("", 400)


def test_an_id_is_decoded_once_and_query_and_trailing_slash_are_ignored(
    bridge: Bridge, central_system: CentralSystemInMemory
) -> None:
    for path in ("/ocpp/RDAM%20123", "/deep/er/RDAM%20123/", "/RDAM%20123?x=1"):
        with charge_point(bridge.port, path=path) as cp:
            cp.heartbeat()
    assert {handshake.charge_point_id for handshake in central_system.handshakes} == {"RDAM 123"}


def test_a_binary_password_arrives_byte_for_byte(bridge: Bridge, central_system: CentralSystemInMemory) -> None:
    central_system.passwords["CP001"] = password = bytes(range(236, 256))
    with charge_point(bridge.port, password=password) as cp:
        assert cp.heartbeat()[0] == 3
    assert central_system.handshakes[0].username == "CP001"


def test_a_wrong_password_is_told_how_to_come_in(bridge: Bridge, central_system: CentralSystemInMemory) -> None:
    central_system.passwords["CP001"] = b"right"
    response = refusal(bridge.port, password=b"wrong")
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Basic")
    assert "Server" not in response.headers
    assert central_system.refusals[0][1].reason == "wrong credentials"
    assert b"wrong credentials" not in (response.body or b"")


def test_an_origin_header_refuses_nobody(bridge: Bridge) -> None:
    with charge_point(bridge.port, additional_headers={"Origin": "http://evil.example"}) as cp:
        assert cp.heartbeat()[0] == 3


def test_no_answer_names_the_server_software(bridge: Bridge) -> None:
    connection, head = request(bridge.port, "/ocpp/CP001")
    connection.close()
    assert b"101" in head
    assert b"server:" not in head.lower()
    assert b"python" not in head.lower()


def test_guesses_are_slowed_down_for_the_guesser_alone(
    start: Callable[..., Bridge], central_system: CentralSystemInMemory
) -> None:
    bridge = start(failures_per_minute=3, trusted_proxies=("127.0.0.1",))
    central_system.passwords["CP001"] = b"right"
    stranger = {"X-Forwarded-For": "203.0.113.7"}
    statuses = [refusal(bridge.port, password=b"wrong", additional_headers=stranger).status_code for _ in range(5)]
    assert statuses == [401, 401, 401, 429, 429]
    throttled = refusal(bridge.port, password=b"right", additional_headers=stranger)
    assert throttled.status_code == 429
    assert 0 < int(throttled.headers["Retry-After"]) <= 60
    assert len(central_system.handshakes) == 3
    assert [told.status for _, told in central_system.refusals] == [401, 401, 401, 429, 429, 429]
    with charge_point(bridge.port, password=b"right", additional_headers={"X-Forwarded-For": "198.51.100.9"}) as cp:
        assert cp.heartbeat()[0] == 3


def test_one_address_trying_many_ids_is_slowed_down_but_not_who_is_known_there(
    start: Callable[..., Bridge], central_system: CentralSystemInMemory
) -> None:
    bridge = start(failures_per_minute_and_address=5)
    central_system.passwords |= {f"CP{number}": b"right" for number in range(20)}
    with charge_point(bridge.port, "CP0", password=b"right") as cp:
        cp.heartbeat()
    statuses = [refusal(bridge.port, f"CP{number}", password=b"x").status_code for number in range(1, 9)]
    assert statuses == [401] * 5 + [429] * 3
    with charge_point(bridge.port, "CP0", password=b"right") as cp:
        assert cp.heartbeat()[0] == 3


def test_an_error_while_deciding_is_a_not_now(
    bridge: Bridge, central_system: CentralSystemInMemory, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail() -> None:
        raise ConnectionError("the database is away")

    central_system.before_admitting = fail
    response = refusal(bridge.port)
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert b"database" not in (response.body or b"")
    assert "admit_failed" in caplog.text


def test_a_decision_that_takes_too_long_is_a_not_now(
    start: Callable[..., Bridge], central_system: CentralSystemInMemory
) -> None:
    bridge = start(open_timeout=0.4)

    async def never() -> None:
        await asyncio.Event().wait()

    central_system.before_admitting = never
    assert refusal(bridge.port).status_code == 503


def test_handshakes_that_drip_are_cut_off_at_the_open_timeout(start: Callable[..., Bridge]) -> None:
    bridge = start(open_timeout=0.3)
    dripping = [socket.create_connection(("127.0.0.1", bridge.port), timeout=5) for _ in range(50)]
    for connection in dripping:
        connection.sendall(b"GET /ocpp/CP001 HTTP/1.1\r\nHost: x\r\n")
    with charge_point(bridge.port) as cp:
        assert cp.heartbeat()[0] == 3
        began = time.monotonic()
        for connection in dripping:
            assert read_to_the_end(connection) == b""
            connection.close()
        assert time.monotonic() - began < 1.0
        assert cp.heartbeat()[0] == 3


def test_credentials_are_not_kept_after_the_handshake(bridge: Bridge) -> None:
    with charge_point(bridge.port, password=b"secret") as cp:
        cp.heartbeat()
        websocket = bridge.connected_charge_points["cp001"].socket
        assert websocket.request is not None
        assert not list(websocket.request.headers.raw_items())
        assert websocket.shown is None


def test_credentials_never_reach_the_log(
    bridge: Bridge, central_system: CentralSystemInMemory, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    central_system.passwords["CP001"] = b"right-s3cret"
    refusal(bridge.port, password=b"wrong-s3cret")
    with charge_point(bridge.port, password=b"right-s3cret") as cp:
        cp.call("Authorize", {"idTag": "s3cret-tag"})
    encoded = [base64.b64encode(b"CP001:" + word).decode() for word in (b"right-s3cret", b"wrong-s3cret")]
    ours = [record for record in caplog.records if record.name.startswith("ocpp_server")]
    assert ours
    for record in ours:
        text = repr(record.__dict__)
        assert "s3cret" not in text
        assert not any(word in text for word in encoded)


def test_a_plain_http_request_is_told_to_upgrade(bridge: Bridge, central_system: CentralSystemInMemory) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"http://127.0.0.1:{bridge.port}/ocpp/CP001", timeout=5)
    refused.value.close()
    assert refused.value.code == 426
    assert eventually(lambda: central_system.refusals)[0][1].status == 426
