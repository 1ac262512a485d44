"""The virtual charge point's local list: taken whole or not at all, and asked while it is offline."""

from collections.abc import Callable
from typing import Any

import pytest

from ocpp_server.simulator import VirtualChargePoint
from tests.ocpp_server.simulator.central_system import CentralSystem

Tell = Callable[..., None]


def entry(id_tag: str, status: str | None = "Accepted", **more: str) -> dict[str, Any]:
    return {"idTag": id_tag, **({"idTagInfo": {"status": status, **more}} if status else {})}


async def send(central_system: CentralSystem, version: int, *entries: dict[str, Any], full: bool = True) -> str:
    answer = await central_system.call(
        "SendLocalList",
        listVersion=version,
        updateType="Full" if full else "Differential",
        localAuthorizationList=list(entries),
    )
    return str(answer["status"])


async def version_of(central_system: CentralSystem) -> int:
    return int((await central_system.call("GetLocalListVersion"))["listVersion"])


async def begins_offline(charge_point: VirtualChargePoint, id_tag: str) -> bool:
    await charge_point.start(1, id_tag)
    begun = bool(charge_point.connector(1).status == "Charging")
    if begun:
        await charge_point.stop(1)
    return begun


def test_a_list_is_replaced_changed_and_emptied(tell: Tell) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        assert await version_of(central_system) == 0
        assert await send(central_system, 4, entry("A"), entry("B")) == "Accepted"
        assert await send(central_system, 5, entry("A", None), entry("C", "Blocked"), full=False) == "Accepted"
        assert await version_of(central_system) == 5
        await charge_point.offline()
        assert [await begins_offline(charge_point, tag) for tag in ("A", "b", "C")] == [True, True, False]
        await charge_point.online()
        assert await send(central_system, 6) == "Accepted"
        await charge_point.offline()
        assert await begins_offline(charge_point, "C")

    tell(story)


@pytest.mark.parametrize(
    ("version", "entries", "full", "status"),
    [
        (4, [entry("B")], False, "VersionMismatch"),
        (3, [entry("B")], True, "Accepted"),
        (0, [], True, "Failed"),
        (5, [entry("B", None)], True, "Failed"),
        (5, [entry("B"), entry("b")], True, "Failed"),
        (5, [entry(f"T{n}") for n in range(21)], True, "Failed"),
    ],
)
def test_what_cannot_be_done_whole_is_not_done(
    tell: Tell, version: int, entries: list[dict[str, Any]], full: bool, status: str
) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await send(central_system, 4, entry("A", "Blocked"))
        assert await send(central_system, version, *entries, full=full) == status
        assert await version_of(central_system) == (version if status == "Accepted" else 4)
        await charge_point.offline()
        assert await begins_offline(charge_point, "A") is (status == "Accepted")

    tell(story)


def test_more_than_it_holds_is_refused(tell: Tell) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        for n in range(5):
            pieces = [entry(f"T{n}-{m}") for m in range(20)]
            assert await send(central_system, n + 1, *pieces, full=n == 0) == "Accepted"
        assert await send(central_system, 6, entry("ONE MORE"), full=False) == "Failed"
        assert await send(central_system, 6, entry("T0-0", None), entry("NEW"), full=False) == "Accepted"

    tell(story)


def test_a_tag_on_the_list_expires_by_itself(tell: Tell) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        old, young = "2020-01-01T00:00:00.000Z", "2099-01-01T00:00:00.000Z"
        await send(central_system, 1, entry("OLD", expiryDate=old), entry("YOUNG", expiryDate=young))
        await charge_point.offline()
        assert [await begins_offline(charge_point, tag) for tag in ("OLD", "YOUNG")] == [False, True]

    tell(story)


def test_a_reservation_of_the_family_is_known_offline_by_the_list(tell: Tell) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await send(central_system, 1, entry("CHILD", parentIdTag="FAMILY"), entry("STRANGER"))
        reserved = {"connectorId": 1, "expiryDate": "2099-01-01T00:00:00.000Z", "reservationId": 1}
        request = {**reserved, "idTag": "OTHER", "parentIdTag": "FAMILY"}
        assert await central_system.call("ReserveNow", **request) == {"status": "Accepted"}
        await charge_point.wait_for_status(1, "Reserved")
        await charge_point.offline()
        assert [await begins_offline(charge_point, tag) for tag in ("STRANGER", "CHILD")] == [False, True]

    tell(story)


def test_without_offline_authorization_or_without_lists_nobody_asks_the_list(tell: Tell) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await send(central_system, 1, entry("A", "Blocked"))
        await central_system.call("ChangeConfiguration", key="LocalAuthorizeOffline", value="false")
        await charge_point.offline()
        assert await begins_offline(charge_point, "A")
        await charge_point.online()
        await central_system.call("ChangeConfiguration", key="LocalAuthListEnabled", value="false")
        assert await version_of(central_system) == -1
        assert await send(central_system, 2, entry("B")) == "NotSupported"

    tell(story)
