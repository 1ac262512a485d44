"""One connection: broken frames, floods and silence-breakers over a real socket."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from ocpp.v16 import call
from websockets.exceptions import ConnectionClosed

from ocpp_server.bridge import Bridge
from tests.ocpp_server.central_system_in_memory import CentralSystemInMemory
from tests.ocpp_server.charge_points import charge_point
from tests.ocpp_server.waiting import eventually


@pytest.mark.parametrize(
    "frame",
    [
        "hello",
        '{"a":1}',
        "[]",
        "[2]",
        "",
        "   ",
        "\x00",
        '[5,"1",{}]',
        '[2,1,"Heartbeat",{}]',
        '[2,null,"Heartbeat",{}]',
        '[2,{"a":1},"Heartbeat",{}]',
        '[3,"unknown",{}]',
        "[3]",
        '[4,"unknown"]',
        "[" * 60_000,
        "[" + "9" * 60_000 + "]",
        b"\xff\xfe\x00",
        '[2,"\\ud800',
    ],
    ids=lambda frame: repr(frame)[:24],
)
def test_a_frame_that_cannot_be_answered_is_dropped_and_the_next_one_served(bridge: Bridge, frame: Any) -> None:
    with charge_point(bridge.port) as cp:
        cp.send(frame)
        assert cp.heartbeat()[0] == 3


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('[2,"1","Heartbeat",{},"x"]', "FormationViolation"),
        ('[2,"1","Heartbeat"]', "ProtocolError"),
        ('[2,"1",["x"],{}]', "FormationViolation"),
        ('[2,"1","Heartbeat",[]]', "FormationViolation"),
        ('[2,"1","Authorize",{"idTag":"A","idTag":"B"}]', "FormationViolation"),
        ('[2,"1","Authorize",{"idTag":"A","\\u0069dTag":"B"}]', "FormationViolation"),
        ('[2,"1","Authorize",' + "[" * 60_000, "FormationViolation"),
        ('[2,"1","Authorize",{"idTag":' + "9" * 5_000 + "}]", "FormationViolation"),
        ('[2,"1","Authorize",{"idTag":NaN}]', "FormationViolation"),
    ],
    ids=lambda value: value[:40],
)
def test_a_broken_frame_with_a_readable_id_is_refused_under_that_id(bridge: Bridge, frame: str, code: str) -> None:
    with charge_point(bridge.port) as cp:
        answer = cp.ask(frame)
        assert [answer[0], answer[1], answer[2], answer[4]] == [4, "1", code, {}]
        assert cp.heartbeat()[0] == 3


def test_odd_text_reaches_the_application_inert(bridge: Bridge, central_system: CentralSystemInMemory) -> None:
    with charge_point(bridge.port) as cp:
        answer = cp.ask('[2,"1","Authorize",{"idTag":"\\ud800\\u0000\\u202e<script>"}]')
    assert answer[:2] == [3, "1"]
    assert central_system.requests_of("Authorize") == [{"idTag": "\ufffd\0\u202e<script>"}]


def test_who_sends_nothing_readable_fifty_times_is_shown_out(
    bridge: Bridge, central_system: CentralSystemInMemory
) -> None:
    with charge_point(bridge.port) as cp:
        for _ in range(50):
            cp.send("hello")
        with pytest.raises(ConnectionClosed) as closed:
            cp.receive()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008
    eventually(lambda: central_system.closings)
    assert central_system.closings[0][1].frames_dropped == {"unreadable": 50}


def test_fifteen_hundred_unsolicited_answers_do_not_disturb_the_next_command(
    bridge: Bridge, central_system: CentralSystemInMemory
) -> None:
    with charge_point(bridge.port) as cp:
        for number in range(1_500):
            cp.send([3, str(number), {}])
        with ThreadPoolExecutor(1) as pool:
            outcome = pool.submit(bridge.send, "CP001", call.ClearCache())
            cp.answer({"status": "Accepted"})
            assert outcome.result(5) == {"status": "Accepted"}
    eventually(lambda: central_system.closings)
    assert central_system.closings[0][1].frames_dropped["unsolicited"] == 1_500


def test_a_flooding_charge_point_is_slowed_down_and_its_neighbour_is_not(
    start: Callable[..., Bridge], central_system: CentralSystemInMemory
) -> None:
    bridge = start(max_calls_per_second=50, burst=10)
    with charge_point(bridge.port, "FLOOD") as flooding, charge_point(bridge.port, "CALM") as calm:
        for number in range(1_000):
            flooding.send([2, str(number), "Heartbeat", {}])
        began = time.monotonic()
        assert calm.heartbeat()[0] == 3
        # The flood takes 20 s.
        assert time.monotonic() - began < 5
        for _ in range(25):
            flooding.receive()
        # 25 answers with 10 at once and 50 a second after that take 0.3 s at the very least.
        assert time.monotonic() - began > 0.25
        assert bridge.connected_charge_points["flood"].is_open
    closing = eventually(
        lambda: [closing for source, closing in central_system.closings if source.charge_point_id == "FLOOD"]
    )
    assert closing[0].frames_dropped["throttled"] > 0
    assert len(central_system.requests) < 500


def test_a_flood_leaves_one_line_in_the_log(start: Callable[..., Bridge], caplog: pytest.LogCaptureFixture) -> None:
    bridge = start(max_calls_per_second=200, burst=1)
    with charge_point(bridge.port) as cp:
        for _ in range(30):
            cp.heartbeat()
    dropped = [record for record in caplog.records if record.getMessage() == "frame_dropped"]
    assert [record.fields["kind"] for record in dropped] == ["throttled"]  # type: ignore[attr-defined]


def test_every_frame_counts_as_a_sign_of_life(bridge: Bridge, central_system: CentralSystemInMemory) -> None:
    with charge_point(bridge.port) as cp:
        cp.socket.pong()
        first = eventually(lambda: central_system.last_seen.get("CP001"))
        cp.send("hello")
        eventually(lambda: central_system.last_seen["CP001"] > first)
