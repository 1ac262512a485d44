"""The HTTP control API."""

import asyncio
import json
from typing import Any

import pytest

from ocpp_server.simulator import VirtualChargePoint
from ocpp_server.simulator.control import Control
from tests.ocpp_server.simulator.central_system import CentralSystem
from tests.ocpp_server.simulator.conftest import Play


async def exchange(control: Control, request: bytes) -> tuple[int, Any]:
    reader, writer = await asyncio.open_connection("127.0.0.1", control.port)
    writer.write(request)
    response = await reader.read()
    writer.close()
    await writer.wait_closed()
    head, _, body = response.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), json.loads(body)


async def post(control: Control, path: str, **arguments: Any) -> tuple[int, Any]:
    body = json.dumps(arguments).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return await exchange(control, head.encode() + body)


async def state(control: Control) -> Any:
    return await exchange(control, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")


def test_a_script_drives_a_session(play: Play) -> None:
    async def story() -> None:
        async with (
            CentralSystem() as central_system,
            VirtualChargePoint.instant(central_system.url(), connectors=2) as charge_point,
            Control([charge_point], 0) as control,
        ):
            status, after = await post(control, "/start", connector_id=2, idTag="TAG")
            assert (status, after["connectors"][1]["status"]) == (200, "Charging")
            assert (await post(control, "/late-stop", connector_id=2))[1]["withheld"] == 1
            assert (await post(control, "/release"))[1]["withheld"] == 0
            assert (await post(control, "/fault", error_code="HighTemperature"))[0] == 200
            assert (await post(control, "/clear-fault", connector_id=1))[0] == 200
            assert (await post(control, "/offline", seconds=600))[1]["connected"] is False
            assert (await post(control, "/online"))[1]["connected"] is True
            assert (await post(control, "/plug", connector_id=2))[0] == 200
            assert (await post(control, "/unplug", connector_id=2))[0] == 200
            status, whole = await state(control)
            assert status == 200
            assert [c["status"] for c in whole["charge_points"][0]["connectors"]] == ["Available", "Available"]
            assert len(central_system.of("StopTransaction")) == 1

    play(story())


def test_several_charge_points_are_told_apart(play: Play) -> None:
    async def story() -> None:
        async with (
            CentralSystem() as central_system,
            VirtualChargePoint.instant(central_system.url("CP001")) as first,
            VirtualChargePoint.instant(central_system.url("CP002")) as second,
            Control([first, second], 0) as control,
        ):
            assert (await post(control, "/plug", charge_point_id="CP002"))[0] == 200
            assert (await post(control, "/plug", charge_point_id="CP003"))[0] == 404
            assert [first.connector(1).plugged, second.connector(1).plugged] == [False, True]

    play(story())


@pytest.mark.parametrize(
    ("path", "arguments", "status", "words"),
    [
        ("/nonsense", {}, 404, "/plug"),
        ("/plug", {"connector_id": 9}, 404, "no connector 9"),
        ("/plug", {"connector_id": 1.5}, 400, "connector_id: a whole number"),
        ("/plug", {"connector_id": True}, 400, "connector_id: a whole number"),
        ("/plug", {"nonsense": 1}, 400, "does not take nonsense"),
        ("/start", {"idTag": "X" * 21}, 400, "idTag: 1 to 20 characters"),
        ("/fault", {"error_code": "Tired"}, 400, "Tired"),
        ("/offline", {"seconds": -1}, 400, "seconds"),
        ("/offline", {"seconds": [1]}, 400, "seconds"),
        ("/stop", {}, 409, "no transaction"),
    ],
)
def test_a_mistake_is_explained(play: Play, path: str, arguments: dict[str, Any], status: int, words: str) -> None:
    async def story() -> None:
        async with (
            CentralSystem() as central_system,
            VirtualChargePoint.instant(central_system.url()) as charge_point,
            Control([charge_point], 0) as control,
        ):
            got, answer = await post(control, path, **arguments)
            assert got == status
            assert words in answer["error"]

    play(story())


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n", 431),
        (b"GET /plug HTTP/1.1\r\n\r\n", 405),
        (b"POST / HTTP/1.1\r\nContent-Type: application/json\r\n\r\n", 405),
        (b"POST /plug HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", 415),
        (b"POST /plug HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}", 415),
        (b"POST /plug HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: x\r\n\r\n", 411),
        (b"POST /plug HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n", 413),
        (b"POST /plug HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n{", 400),
        (b"POST /plug HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]", 400),
    ],
)
def test_only_plain_requests_are_understood(play: Play, request_: bytes, status: int) -> None:
    async def story() -> None:
        charge_point = VirtualChargePoint.instant("ws://127.0.0.1:9/ocpp/CP001")
        async with Control([charge_point], 0) as control:
            assert (await exchange(control, request_))[0] == status
        assert not charge_point.connector(1).plugged

    play(story())
