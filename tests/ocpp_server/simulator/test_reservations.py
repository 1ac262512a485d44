"""ReserveNow and CancelReservation: who is kept a connector, who may use it, and when it is free again."""

import io
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ocpp_server.simulator import NotPossible, Settings, VirtualChargePoint
from ocpp_server.simulator.report import Lines
from ocpp_server.simulator.reservation import Reservation, read_expiry
from ocpp_server.simulator.settings import instant
from tests.ocpp_server.simulator.central_system import CentralSystem
from tests.ocpp_server.simulator.conftest import Play

Story = Callable[[CentralSystem, VirtualChargePoint], Awaitable[None]]
FAMILIES = {"ANN": "SMITH", "BOB": "SMITH"}


def authorize(request: dict[str, Any]) -> dict[str, Any]:
    parent = FAMILIES.get(request["idTag"])
    return {"idTagInfo": {"status": "Accepted", **({"parentIdTag": parent} if parent else {})}}


@pytest.fixture
def tell(play: Play) -> Callable[..., None]:
    """Play a story with a Central System and a charge point of two connectors in it."""

    def tell(story: Story, **options: Any) -> None:
        async def whole() -> None:
            async with (
                CentralSystem(Authorize=authorize) as central_system,
                VirtualChargePoint.instant(central_system.url(), **{"connectors": 2} | options) as charge_point,
            ):
                await story(central_system, charge_point)

        play(whole())

    return tell


async def reserve(
    central_system: CentralSystem, connector_id: int = 1, number: int = 5, id_tag: str = "ANN", **more: Any
) -> str:
    """Send ReserveNow and return the status it was answered with."""
    expiry_date = (datetime.now(UTC) + timedelta(seconds=more.pop("seconds", 600))).isoformat()
    payload = {"connectorId": connector_id, "reservationId": number, "idTag": id_tag, "expiryDate": expiry_date}
    answer = await central_system.call("ReserveNow", **{**payload, **more})
    return str(answer["status"])


async def cancel(central_system: CentralSystem, number: int = 5) -> str:
    answer = await central_system.call("CancelReservation", reservationId=number)
    return str(answer["status"])


async def kept(
    central_system: CentralSystem, charge_point: VirtualChargePoint, *, connector_id: int = 1, **more: Any
) -> None:
    """Reserve a connector and wait until it is."""
    assert await reserve(central_system, connector_id, **more) == "Accepted"
    await charge_point.wait_for_status(connector_id, "Reserved")


def started(central_system: CentralSystem) -> list[tuple[str, int | None]]:
    """Return the tag and the reservation of every StartTransaction."""
    return [(start["idTag"], start.get("reservationId")) for start in central_system.of("StartTransaction")]


# Kept


def test_a_reserved_connector_is_used_by_its_driver(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await kept(central_system, charge_point)
        assert charge_point.snapshot()["connectors"][0]["reservation_id"] == 5
        await charge_point.start(1, "ann")
        await charge_point.wait_for_status(1, "Charging")
        assert started(central_system) == [("ann", 5)]
        assert central_system.statuses(1) == ["Available", "Reserved", "Preparing", "Charging"]
        await charge_point.stop(1)
        await charge_point.wait_for_status(1, "Available")
        await charge_point.start(1, "ann")
        assert started(central_system) == [("ann", 5), ("ann", None)]

    tell(story)


def test_the_answer_comes_before_the_status(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        before = len(central_system.calls)
        await kept(central_system, charge_point)
        assert central_system.calls_before_last_answer == before < len(central_system.calls)

    tell(story)


def test_a_remote_start_of_its_driver_uses_it_and_one_of_another_is_rejected(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await kept(central_system, charge_point, connector_id=2)
        refused = await central_system.call("RemoteStartTransaction", idTag="BOB", connectorId=2)
        assert refused == {"status": "Rejected"}
        assert await central_system.call("RemoteStartTransaction", idTag="ANN") == {"status": "Accepted"}
        await charge_point.wait_for_status(2, "Charging")
        assert started(central_system) == [("ANN", 5)]

    tell(story)


def test_another_tag_is_turned_away_at_the_reader_and_goes_to_the_other_connector(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await kept(central_system, charge_point)
        with pytest.raises(NotPossible, match="reserved for another tag"):
            await charge_point.start(1, "BOB")
        await charge_point.start(2, "BOB")
        assert started(central_system) == [("BOB", None)]
        assert central_system.statuses(1)[-1] == "Reserved"

    tell(story)


def test_a_car_alone_does_not_take_a_reserved_connector(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await kept(central_system, charge_point)
        await charge_point.plug(1)
        assert central_system.statuses(1)[-1] == "Reserved"
        await charge_point.start(1, "ANN")
        assert started(central_system) == [("ANN", 5)]

    tell(story)


def test_a_driver_who_does_not_plug_in_keeps_it(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await kept(central_system, charge_point)
        await charge_point.start(1, "ANN")
        await charge_point.wait_for_status(1, "Preparing")
        await charge_point.wait_for_status(1, "Reserved")
        assert started(central_system) == []

    tell(story, auto_plug=None, connection_time_out=1)


@pytest.mark.parametrize("by", ["tag", "remote start"])
def test_the_family_uses_it_once_its_parent_is_known(tell: Callable[..., None], by: str) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await kept(central_system, charge_point, parentIdTag="smith")
        await charge_point.start(1, "STRANGER")
        assert started(central_system) == []
        assert central_system.statuses(1)[-1] == "Reserved"
        if by == "tag":
            await charge_point.start(1, "BOB")
        else:
            await central_system.call("RemoteStartTransaction", idTag="BOB", connectorId=1)
        await charge_point.wait_for_status(1, "Charging")
        assert started(central_system) == [("BOB", 5)]
        assert [asked["idTag"] for asked in central_system.of("Authorize")] == ["STRANGER", "BOB"]

    tell(story)


def test_without_a_connection_only_its_own_tag_is_admitted(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await kept(central_system, charge_point, parentIdTag="SMITH")
        await charge_point.offline()
        await charge_point.start(1, "BOB")
        assert charge_point.transaction(1) is None
        await charge_point.start(1, "ANN")
        assert charge_point.transaction(1) is not None
        await charge_point.online()
        assert started(central_system) == [("ANN", 5)]

    tell(story)


def test_it_outlives_a_reset(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await kept(central_system, charge_point)
        before = len(central_system.calls)
        await central_system.call("Reset", type="Hard")
        await central_system.until(lambda: len(central_system.calls) >= before + 4)
        assert central_system.statuses(1) == ["Available", "Reserved", "Reserved"]
        await charge_point.start(1, "ANN")
        assert started(central_system) == [("ANN", 5)]

    tell(story)


# Any connector


def test_one_for_any_connector_keeps_the_last_one_free(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        assert await reserve(central_system, 0) == "Accepted"
        await charge_point.start(1, "BOB")
        await charge_point.wait_for_status(2, "Reserved")
        with pytest.raises(NotPossible, match="reserved"):
            await charge_point.start(2, "STRANGER")
        await charge_point.start(2, "ANN")
        assert started(central_system) == [("BOB", None), ("ANN", 5)]

    tell(story)


def test_one_for_any_connector_is_used_at_any(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        assert await reserve(central_system, 0) == "Accepted"
        await charge_point.start(2, "ANN")
        await charge_point.wait_for_status(2, "Charging")
        assert started(central_system) == [("ANN", 5)]
        assert central_system.statuses(1) == ["Available"]

    tell(story)


def test_a_connector_that_becomes_free_frees_the_one_that_was_kept(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await charge_point.start(1, "BOB")
        assert await reserve(central_system, 0) == "Accepted"
        await charge_point.wait_for_status(2, "Reserved")
        await charge_point.stop(1)
        await charge_point.wait_for_status(2, "Available")
        assert central_system.statuses(2) == ["Available", "Reserved", "Available"]

    tell(story)


def test_there_are_no_more_of_them_than_free_connectors(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        assert await reserve(central_system, 0, 1, "ANN") == "Accepted"
        assert await reserve(central_system, 0, 2, "BOB") == "Accepted"
        assert await reserve(central_system, 0, 3, "CAT") == "Occupied"
        assert await reserve(central_system, 1, 3, "CAT") == "Occupied"
        await charge_point.wait_for_status(2, "Reserved")
        await charge_point.start(1, "BOB")
        assert started(central_system) == [("BOB", 2)]
        assert central_system.statuses(2)[-1] == "Reserved"

    tell(story)


# Refused


@pytest.mark.parametrize("connector_id", [0, 1])
@pytest.mark.parametrize("trouble", ["Faulted", "Unavailable"])
def test_what_is_out_of_order_cannot_be_reserved(tell: Callable[..., None], trouble: str, connector_id: int) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        if trouble == "Faulted":
            await charge_point.fault(connector_id)
        else:
            await central_system.call("ChangeAvailability", connectorId=connector_id, type="Inoperative")
        assert await reserve(central_system, connector_id) == trouble
        assert await reserve(central_system, 1) == trouble
        assert (await reserve(central_system, 2) == "Accepted") == (connector_id == 1)

    tell(story)


@pytest.mark.parametrize("by", ["a car", "a tag", "a transaction", "a reservation"])
def test_what_is_taken_cannot_be_reserved(tell: Callable[..., None], by: str) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        match by:
            case "a car":
                await charge_point.plug(1)
            case "a tag":
                await charge_point.start(1, "BOB")
            case "a transaction":
                await charge_point.plug(1)
                await charge_point.start(1, "BOB")
            case _:
                await kept(central_system, charge_point, number=4, id_tag="BOB")
        assert await reserve(central_system, 1) == "Occupied"
        assert await reserve(central_system, 0) == "Accepted"

    tell(story, auto_plug=None)


@pytest.mark.parametrize(
    "wrong", [{"connectorId": 3}, {"connectorId": -1}, {"expiryDate": "2024-01-01T00:00:00Z"}, {"expiryDate": "soon"}]
)
def test_what_makes_no_sense_is_rejected(tell: Callable[..., None], wrong: dict[str, Any]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        answer = await central_system.call(
            "ReserveNow",
            **{"connectorId": 1, "idTag": "A", "reservationId": 1, "expiryDate": "2099-01-01T00:00:00Z", **wrong},
        )
        assert "Accepted" not in answer.values()
        assert central_system.statuses(1) == ["Available"]

    tell(story)


# Over


def test_a_cancelled_one_frees_its_connector_and_an_unknown_one_is_rejected(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await kept(central_system, charge_point)
        assert await cancel(central_system, 6) == "Rejected"
        assert await cancel(central_system) == "Accepted"
        await charge_point.wait_for_status(1, "Available")
        assert await cancel(central_system) == "Rejected"
        await charge_point.start(1, "BOB")
        assert started(central_system) == [("BOB", None)]

    tell(story)


def test_one_that_expires_frees_its_connector(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await kept(central_system, charge_point, seconds=0.3)
        await charge_point.wait_for_status(1, "Available")
        assert await cancel(central_system) == "Rejected"

    tell(story)


def test_the_same_number_again_replaces_it(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await kept(central_system, charge_point, seconds=0.3)
        assert await reserve(central_system, 1, id_tag="BOB") == "Accepted"
        assert await reserve(central_system, 2, id_tag="BOB") == "Accepted"
        await charge_point.wait_for_status(1, "Available")
        await charge_point.wait_for_status(2, "Reserved")
        await charge_point.start(2, "BOB")
        assert started(central_system) == [("BOB", 5)]

    tell(story)


@pytest.mark.parametrize("connector_id", [0, 1])
@pytest.mark.parametrize("trouble", ["Faulted", "Unavailable"])
def test_trouble_ends_it_for_good(tell: Callable[..., None], trouble: str, connector_id: int) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await kept(central_system, charge_point)
        if trouble == "Faulted":
            await charge_point.fault(connector_id)
            await charge_point.clear_fault(connector_id)
        else:
            for kind in ("Inoperative", "Operative"):
                await central_system.call("ChangeAvailability", connectorId=connector_id, type=kind)
        await charge_point.wait_for_status(1, "Available")
        assert await cancel(central_system) == "Rejected"
        assert "Reserved" not in central_system.statuses(1)[2:]

    tell(story)


def test_a_driver_who_is_admitted_already_charges_without_it_when_it_is_cancelled(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await kept(central_system, charge_point)
        await charge_point.start(1, "ANN")
        await charge_point.wait_for_status(1, "Preparing")
        assert await cancel(central_system) == "Accepted"
        await charge_point.plug(1)
        assert started(central_system) == [("ANN", None)]

    tell(story, auto_plug=None)


# Told to people


def test_its_lines_say_what_happens(play: Play) -> None:
    told = io.StringIO()

    async def story() -> None:
        async with CentralSystem(Authorize=authorize) as central_system:
            settings: Settings = instant(central_system.url())
            async with VirtualChargePoint(settings, Lines("CP001", stream=told)) as charge_point:
                await kept(central_system, charge_point, parentIdTag="SMITH")
                await charge_point.start(1, "STRANGER")
                await charge_point.start(1, "ANN")

    play(story())
    lines = told.getvalue()
    for words in (
        "<- ReserveNow 1 5 ANN",
        "CP001/1 reservation 5: kept for ANN until ",
        "CP001/1 Reserved",
        "CP001/1 STRANGER may not charge here: reserved",
        "CP001/1 reservation 5: is used",
    ):
        assert words in lines


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2030-01-01T12:00:00Z", datetime(2030, 1, 1, 12, tzinfo=UTC)),
        ("2030-01-01T14:00:00.000+02:00", datetime(2030, 1, 1, 12, tzinfo=UTC)),
        ("2030-01-01T12:00:00", datetime(2030, 1, 1, 12, tzinfo=UTC)),
        ("soon", None),
    ],
)
def test_an_expiry_is_read_in_any_zone(text: str, moment: datetime | None) -> None:
    assert read_expiry(text) == moment


def test_a_family_is_only_one_where_both_name_it() -> None:
    own = Reservation(1, 1, "ANN", datetime.now(UTC))
    assert not own.is_for("BOB")
    assert not own.is_for("BOB", "SMITH")
