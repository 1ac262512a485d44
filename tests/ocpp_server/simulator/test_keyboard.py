"""Commands typed at a terminal."""

import pytest

from ocpp_server.simulator import VirtualChargePoint
from ocpp_server.simulator.commands import COMMANDS
from ocpp_server.simulator.keyboard import help_text, obey
from tests.ocpp_server.simulator.central_system import CentralSystem
from tests.ocpp_server.simulator.conftest import Play


def test_a_typed_session(play: Play) -> None:
    async def story() -> None:
        async with (
            CentralSystem() as central_system,
            VirtualChargePoint.instant(central_system.url(), connectors=2) as charge_point,
        ):
            points = [charge_point]
            assert await obey(points, "start 2 TAG\n") == ""
            assert "CP001/2 Charging transaction 1" in await obey(points, "status")
            assert await obey(points, "stop 2") == ""
            assert [start["idTag"] for start in central_system.of("StartTransaction")] == ["TAG"]
            assert await obey(points, "\n") == ""

    play(story())


def test_an_id_in_front_chooses_the_charge_point(play: Play) -> None:
    async def story() -> None:
        points = [VirtualChargePoint.instant(f"ws://127.0.0.1:9/{each}") for each in ("CP001", "CP002")]
        assert await obey(points, "CP002 plug 1") == ""
        assert [each.connector(1).plugged for each in points] == [False, True]
        assert "CP002 plug 1" in help_text(points)

    play(story())


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("dance", "late-stop [connector_id]"),
        ("plug one", "connector_id: a whole number"),
        ("plug 7", "no connector 7"),
        ("plug 1 2 3", "at most 1"),
        ("unplug", "no car is plugged in"),
    ],
)
def test_a_mistake_is_explained(play: Play, line: str, words: str) -> None:
    async def story() -> None:
        assert words in await obey([VirtualChargePoint.instant("ws://127.0.0.1:9/CP001")], line)

    play(story())


def test_the_help_names_every_command() -> None:
    text = help_text([])
    assert all(name in text for name in COMMANDS)
