"""Connecting, being refused, and coming back."""

import socket

import pytest
from ocpp.exceptions import InternalError
from ocpp.v16 import call

from ocpp_server.simulator import NotPossible, Refused, VirtualChargePoint
from tests.ocpp_server.simulator.central_system import CallError, CentralSystem
from tests.ocpp_server.simulator.conftest import Play


@pytest.mark.parametrize(
    ("status", "password", "advice"),
    [
        (401, None, "a password is required"),
        (401, "guess", "the password is wrong"),
        (404, None, "does not know CP001; check the id at the end of the URL and the port, or add it"),
        (403, None, "not allowed"),
        (400, None, "ocpp1.6"),
        (503, None, "too busy"),
        (500, None, "address of a Central System"),
    ],
)
def test_a_refusal_says_what_to_do(play: Play, status: int, password: str | None, advice: str) -> None:
    async def story() -> None:
        async with CentralSystem() as central_system:
            central_system.refusal = (status, {})
            with pytest.raises(Refused, match=advice) as caught:
                async with VirtualChargePoint.instant(central_system.url(), password=password):
                    pytest.fail("it was let in")
            assert caught.value.status == status

    play(story())


def test_a_server_without_the_subprotocol_is_not_taken_for_a_central_system(play: Play) -> None:
    async def story() -> None:
        central_system = CentralSystem()
        central_system.subprotocols = []
        async with central_system:
            with pytest.raises(Refused, match=r"subprotocol ocpp1\.6"):
                async with VirtualChargePoint.instant(central_system.url()):
                    pytest.fail("it went on")

    play(story())


def test_a_refused_charge_point_keeps_trying_and_says_so_once(play: Play) -> None:
    async def story() -> None:
        lines: list[str] = []

        def report(text: str, connector_id: int | None = None, *, important: bool = False) -> None:
            if important:
                lines.append(text)

        async with CentralSystem() as central_system:
            central_system.refusal = (404, {})
            settings = VirtualChargePoint.instant(central_system.url()).settings
            charge_point = VirtualChargePoint(settings, report)
            charge_point.connect()
            await charge_point.until(lambda: len(central_system.headers) >= 3)
            central_system.refusal = None
            await charge_point.until(lambda: charge_point.registration == "Accepted")
            await charge_point.close()
        assert len([line for line in lines if "404" in line]) == 1
        assert len([line for line in lines if "keeps trying" in line]) == 1

    play(story())


def test_it_waits_as_long_as_the_server_asks(play: Play) -> None:
    async def story() -> None:
        async with CentralSystem() as central_system:
            central_system.refusal = (503, {"Retry-After": "3600"})
            charge_point = VirtualChargePoint.instant(central_system.url())
            charge_point.connect()
            await charge_point.until(lambda: charge_point.refusal is not None)
            central_system.refusal = None
            with pytest.raises(TimeoutError):
                await charge_point.until(lambda: charge_point.connected, timeout=0.3)
            await charge_point.close()

    play(story())


def test_it_finds_a_server_that_starts_later(play: Play) -> None:
    async def story() -> None:
        with socket.socket() as reserved:
            reserved.bind(("127.0.0.1", 0))
            port = reserved.getsockname()[1]
        charge_point = VirtualChargePoint.instant(f"ws://127.0.0.1:{port}/ocpp/CP001")
        charge_point.connect()
        await charge_point.until(lambda: charge_point.refusal is not None)
        assert "cannot reach" in str(charge_point.refusal)
        central_system = CentralSystem()
        central_system.port = port
        async with central_system:
            await charge_point.until(lambda: charge_point.registration == "Accepted")
            await charge_point.close()

    play(story())


def test_it_comes_back_when_the_server_restarts(play: Play) -> None:
    async def story() -> None:
        async with (
            CentralSystem() as central_system,
            VirtualChargePoint.instant(central_system.url()) as charge_point,
        ):
            await central_system.stop_listening()
            await charge_point.until(lambda: not charge_point.connected)
            await central_system.listen()
            await charge_point.until(lambda: charge_point.connected)
            assert len(central_system.of("BootNotification")) == 1

    play(story())


def test_offline_is_abrupt_and_ends_by_itself(play: Play) -> None:
    async def story() -> None:
        async with (
            CentralSystem() as central_system,
            VirtualChargePoint.instant(central_system.url()) as charge_point,
        ):
            await charge_point.offline(0.2)
            await central_system.until(lambda: central_system.closed)
            assert central_system.closed[0].close_code == 1006
            with pytest.raises(NotPossible, match="offline already"):
                await charge_point.offline(1)
            await charge_point.until(lambda: charge_point.connected)

    play(story())


def test_at_the_end_it_says_goodbye(play: Play) -> None:
    async def story() -> None:
        async with CentralSystem() as central_system:
            async with VirtualChargePoint.instant(central_system.url()):
                pass
            await central_system.until(lambda: central_system.closed)
            assert central_system.closed[0].close_code == 1001

    play(story())


@pytest.mark.parametrize(
    "frame",
    ["", "nonsense", "{}", "[]", "[2]", "[9, 1]", '[2, "x", ["list"], {}]', '[3, "never asked", {}]', "[" * 2000],
)
def test_an_unreadable_frame_does_no_harm(play: Play, frame: str) -> None:
    async def story() -> None:
        async with (
            CentralSystem() as central_system,
            VirtualChargePoint.instant(central_system.url()) as charge_point,
        ):
            await central_system.send(frame)
            assert await central_system.call("ClearCache") == {"status": "Accepted"}
            await charge_point.plug(1)
            assert len(central_system.sockets) == 1

    play(story())


def test_any_request_can_be_sent_by_hand(play: Play) -> None:
    async def story() -> None:
        def refuse(_: object) -> None:
            raise CallError

        async with (
            CentralSystem() as central_system,
            VirtualChargePoint.instant(central_system.url()) as charge_point,
        ):
            answer = await charge_point.call(call.DataTransfer(vendor_id="V"))
            assert answer.status == "UnknownVendorId"
            central_system.answers["DataTransfer"] = refuse
            with pytest.raises(InternalError):
                await charge_point.call(call.DataTransfer(vendor_id="V"))
            await charge_point.offline()
            with pytest.raises(NotPossible, match="no connection"):
                await charge_point.call(call.DataTransfer(vendor_id="V"))

    play(story())
