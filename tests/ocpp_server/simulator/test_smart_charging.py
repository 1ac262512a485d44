"""Charging profiles sent to the virtual charge point: refused with reason, obeyed, cleared and told again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ocpp_server.simulator import VirtualChargePoint
from tests.ocpp_server.simulator.central_system import CentralSystem


def profile(limit: float = 6.0, unit: str = "A", **changes: Any) -> dict[str, Any]:
    periods = changes.pop("periods", [{"startPeriod": 0, "limit": limit}])
    schedule = {"chargingRateUnit": unit, "chargingSchedulePeriod": periods, **changes.pop("schedule", {})}
    return {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule,
        **changes,
    }


async def send(central_system: CentralSystem, connector_id: int, **changes: Any) -> str:
    answer = await central_system.call(
        "SetChargingProfile", connectorId=connector_id, csChargingProfiles=profile(**changes)
    )
    return str(answer["status"])


def power(charge_point: VirtualChargePoint, connector_id: int = 1) -> int:
    return int(charge_point.snapshot()["connectors"][connector_id - 1]["power_w"])


async def charging(charge_point: VirtualChargePoint, connector_id: int = 1) -> int:
    await charge_point.plug(connector_id)
    await charge_point.start(connector_id, f"TAG{connector_id}")
    return (await charge_point.wait_for_transaction(connector_id)).transaction_id or 0


def test_a_default_profile_lowers_the_power_of_all_that_charge(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await charging(charge_point)
        assert power(charge_point) == 11_000
        assert await send(central_system, 0) == "Accepted"
        await charge_point.until(lambda: power(charge_point) == 6 * 3 * 230)
        await charging(charge_point, 2)
        assert power(charge_point, 2) == 4140
        await charge_point.sample(2)
        values = {
            v["measurand"]: v["value"] for v in central_system.of("MeterValues")[-1]["meterValue"][0]["sampledValue"]
        }
        assert values["Power.Active.Import"] == "4140"

        assert await central_system.call("ClearChargingProfile", id=1) == {"status": "Accepted"}
        await charge_point.until(lambda: power(charge_point) == power(charge_point, 2) == 11_000)

    tell(story)


def test_a_transaction_profile_is_for_that_transaction_and_goes_with_it(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        of_transaction = {"chargingProfilePurpose": "TxProfile", "unit": "W", "limit": 3000}
        assert await send(central_system, 1, **of_transaction) == "Rejected"
        number = await charging(charge_point)
        assert await send(central_system, 1, transactionId=number + 1, **of_transaction) == "Rejected"
        assert await send(central_system, 0, transactionId=number, **of_transaction) == "Rejected"
        assert await send(central_system, 1, transactionId=number, **of_transaction) == "Accepted"
        await charge_point.until(lambda: power(charge_point) == 3000)
        await charge_point.stop(1)
        await charging_again(charge_point)
        assert power(charge_point) == 11_000
        assert await central_system.call("ClearChargingProfile") == {"status": "Unknown"}

    async def charging_again(charge_point: VirtualChargePoint) -> None:
        await charge_point.wait_for_status(1, "Available")
        await charging(charge_point)

    tell(story)


def test_no_power_suspends_the_charging_until_there_is_some(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await charging(charge_point)
        assert await send(central_system, 1, limit=0) == "Accepted"
        await charge_point.wait_for_status(1, "SuspendedEVSE")
        assert power(charge_point) == 0
        assert await send(central_system, 1, limit=8) == "Accepted"
        await charge_point.wait_for_status(1, "Charging")
        assert power(charge_point) == 8 * 3 * 230

    tell(story)


def test_a_schedule_ends_by_the_clock(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await charging(charge_point)
        began = (datetime.now(UTC) - timedelta(seconds=9.5)).isoformat()
        absolute = {"chargingProfileKind": "Absolute", "schedule": {"startSchedule": began, "duration": 10}}
        assert await send(central_system, 1, limit=0, **absolute) == "Accepted"
        await charge_point.wait_for_status(1, "SuspendedEVSE")
        await charge_point.wait_for_status(1, "Charging")
        assert power(charge_point) == 11_000

    tell(story)


def test_the_limit_of_the_whole_is_shared_by_the_connectors_in_use(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        most = {"chargingProfilePurpose": "ChargePointMaxProfile", "unit": "W", "limit": 8000}
        assert await send(central_system, 1, **most) == "Rejected"
        assert await send(central_system, 0, **most) == "Accepted"
        await charging(charge_point)
        assert power(charge_point) == 8000
        await charging(charge_point, 2)
        assert (power(charge_point), power(charge_point, 2)) == (4000, 4000)
        await charge_point.stop(2)
        assert power(charge_point) == 8000

    tell(story)


def test_a_remote_start_brings_a_profile_for_its_own_transaction(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        async def start(**changes: Any) -> str:
            sent = profile(unit="W", limit=5000, **changes)
            answer = await central_system.call(
                "RemoteStartTransaction", idTag="TAG", connectorId=1, chargingProfile=sent
            )
            return str(answer["status"])

        assert await start() == "Rejected"
        assert await start(chargingProfilePurpose="TxProfile", transactionId=1) == "Rejected"
        assert await start(chargingProfilePurpose="TxProfile", stackLevel=99) == "Rejected"
        assert await start(chargingProfilePurpose="TxProfile", validFrom="soon") != "Accepted"
        assert await start(chargingProfilePurpose="TxProfile") == "Accepted"
        await charge_point.wait_for_status(1, "Charging")
        assert power(charge_point) == 5000

    tell(story)


def test_the_profile_of_a_start_that_came_to_nothing_is_nobody_elses(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        sent = profile(unit="W", limit=5000, chargingProfilePurpose="TxProfile")
        await central_system.call("RemoteStartTransaction", idTag="TAG1", connectorId=1, chargingProfile=sent)
        await charge_point.wait_for_status(1, "Preparing")
        await charge_point.until(lambda: charge_point.connector(1).id_tag is None)
        await charging(charge_point)
        assert power(charge_point) == 11_000

    tell(story, auto_plug=None, connection_time_out=1)


@pytest.mark.parametrize(
    "changes",
    [
        {"stackLevel": 9},
        {"stackLevel": -1},
        {"limit": -1},
        {"periods": []},
        {"periods": [{"startPeriod": 1, "limit": 6}]},
        {"periods": [{"startPeriod": 0, "limit": 6}, {"startPeriod": 0, "limit": 8}]},
        {"periods": [{"startPeriod": n, "limit": 6} for n in range(25)]},
        {"chargingProfileKind": "Recurring"},
        {"recurrencyKind": "Daily"},
        {"validFrom": "2030-01-02T00:00:00Z", "validTo": "2030-01-01T00:00:00Z"},
    ],
    ids=str,
)
def test_what_it_cannot_take_is_refused(tell: Callable[..., None], changes: dict[str, Any]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        assert await send(central_system, 1, **changes) == "Rejected"
        assert await send(central_system, 3) == "Rejected"
        assert await send(central_system, 1) == "Accepted"

    tell(story)


def test_it_keeps_so_many_profiles_and_one_in_each_place(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        for number in range(10):
            connector_id, level = divmod(number, 5)
            assert await send(central_system, connector_id, chargingProfileId=number, stackLevel=level) == "Accepted"
        assert await send(central_system, 2, chargingProfileId=10) == "Rejected"
        # In the place of number 5; from there to another place; and so there is no room for one more.
        assert await send(central_system, 1, chargingProfileId=10) == "Accepted"
        assert await send(central_system, 2, chargingProfileId=10) == "Accepted"
        assert await send(central_system, 1, chargingProfileId=11) == "Rejected"

    tell(story)


@pytest.mark.parametrize(
    ("selection", "left"),
    [
        ({"id": 2}, {1, 3, 4}),
        ({"id": 99}, {1, 2, 3, 4}),
        ({"connectorId": 0}, {3, 4}),
        ({"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 1}, {1, 2, 3}),
        ({"chargingProfilePurpose": "TxDefaultProfile"}, {2}),
        ({}, set()),
    ],
    ids=str,
)
def test_profiles_are_cleared_by_id_or_by_what_they_have_in_common(
    tell: Callable[..., None], selection: dict[str, Any], left: set[int]
) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await send(central_system, 0, chargingProfileId=1)
        await send(central_system, 0, chargingProfileId=2, chargingProfilePurpose="ChargePointMaxProfile")
        await send(central_system, 1, chargingProfileId=3)
        await send(central_system, 1, chargingProfileId=4, stackLevel=1)
        answer = await central_system.call("ClearChargingProfile", **selection)
        assert answer == {"status": "Unknown" if len(left) == 4 else "Accepted"}
        found = set()
        for number in (1, 2, 3, 4):
            if (await central_system.call("ClearChargingProfile", id=number))["status"] == "Accepted":
                found.add(number)
        assert found == left

    tell(story)


def test_the_composite_schedule_is_what_the_profiles_come_to(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        periods = [{"startPeriod": 0, "limit": 6.0}, {"startPeriod": 600, "limit": 13.0}]
        assert await send(central_system, 1, periods=periods) == "Accepted"
        ask = {"connectorId": 1, "duration": 3600, "chargingRateUnit": "A"}
        answer = await central_system.call("GetCompositeSchedule", **ask)
        assert (answer["status"], answer["connectorId"]) == ("Accepted", 1)
        assert abs(datetime.fromisoformat(answer["scheduleStart"]) - datetime.now(UTC)) < timedelta(seconds=30)
        schedule = answer["chargingSchedule"]
        assert (schedule["duration"], schedule["chargingRateUnit"]) == (3600, "A")
        assert schedule["chargingSchedulePeriod"] == [
            {"startPeriod": 0, "limit": 6.0, "numberPhases": 3},
            {"startPeriod": 600, "limit": 13.0, "numberPhases": 3},
        ]
        whole = await central_system.call("GetCompositeSchedule", connectorId=0, duration=60)
        assert whole["chargingSchedule"]["chargingRateUnit"] == "W"
        assert [p["limit"] for p in whole["chargingSchedule"]["chargingSchedulePeriod"]] == [4140 + 11_000]
        for wrong in ({"connectorId": 3}, {"duration": 0}):
            assert await central_system.call("GetCompositeSchedule", **{**ask, **wrong}) == {"status": "Rejected"}

    tell(story)
