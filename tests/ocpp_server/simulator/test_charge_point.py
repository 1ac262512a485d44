"""What the Central System asks for, and what follows from it."""

from collections.abc import Callable
from typing import Any

import pytest

from ocpp_server.simulator import VirtualChargePoint
from tests.ocpp_server.simulator.central_system import CentralSystem, Silence
from tests.ocpp_server.simulator.conftest import Play


async def remote_start(central_system: CentralSystem, connector_id: int | None = 1, id_tag: str = "TAG") -> str:
    where = {} if connector_id is None else {"connectorId": connector_id}
    answer = await central_system.call("RemoteStartTransaction", idTag=id_tag, **where)
    return str(answer["status"])


def actions(central_system: CentralSystem) -> list[str]:
    return [action for action, _ in central_system.calls]


def test_a_remote_start_charges_and_a_remote_stop_ends_it(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        assert await remote_start(central_system) == "Accepted"
        transaction = await charge_point.wait_for_transaction(1)
        await charge_point.wait_for_status(1, "Charging")
        answer = await central_system.call("RemoteStopTransaction", transactionId=transaction.transaction_id)
        assert answer == {"status": "Accepted"}
        await charge_point.wait_for_status(1, "Available")
        (stop,) = central_system.of("StopTransaction")
        assert stop["reason"] == "Remote"
        assert "idTag" not in stop
        assert "Authorize" not in actions(central_system)
        assert central_system.statuses(1) == ["Available", "Preparing", "Charging", "Finishing", "Available"]

    tell(story)


def test_the_answer_to_a_command_comes_before_what_it_sets_in_motion(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        before = len(central_system.calls)
        await remote_start(central_system)
        await charge_point.wait_for_status(1, "Charging")
        assert central_system.calls_before_last_answer == before < len(central_system.calls)

    tell(story)


def test_without_a_connector_the_first_free_one_is_taken(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        assert await remote_start(central_system, None) == "Accepted"
        await charge_point.wait_for_status(1, "Charging")
        assert await remote_start(central_system, None, "OTHER") == "Accepted"
        await charge_point.wait_for_status(2, "Charging")
        assert await remote_start(central_system, None, "THIRD") == "Rejected"

    tell(story)


@pytest.mark.parametrize("connector_id", [0, 1, 3, -1])
def test_a_remote_start_where_nobody_can_start_is_rejected(tell: Callable[..., None], connector_id: int) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await charge_point.start(1, "TAG")
        assert await remote_start(central_system, connector_id) == "Rejected"
        assert len(central_system.of("StartTransaction")) == 1

    tell(story)


@pytest.mark.parametrize("faulted", [0, 1])
def test_a_remote_start_at_what_is_broken_is_rejected(tell: Callable[..., None], faulted: int) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await charge_point.fault(faulted, "GroundFailure")
        assert await remote_start(central_system) == "Rejected"
        await charge_point.clear_fault(faulted)
        assert await remote_start(central_system) == "Accepted"

    tell(story)


def test_a_second_remote_start_is_rejected_while_the_first_waits_for_its_car(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        assert await remote_start(central_system) == "Accepted"
        await charge_point.wait_for_status(1, "Preparing")
        assert await remote_start(central_system, id_tag="OTHER") == "Rejected"
        await charge_point.plug(1)
        assert [start["idTag"] for start in central_system.of("StartTransaction")] == ["TAG"]

    tell(story, auto_plug=None)


def test_nobody_plugs_in_and_the_connector_is_free_again_without_a_transaction(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        assert await remote_start(central_system) == "Accepted"
        await charge_point.wait_for_status(1, "Preparing")
        await charge_point.wait_for_status(1, "Available")
        await charge_point.plug(1)
        assert central_system.of("StartTransaction") == []

    tell(story, auto_plug=None, connection_time_out=1)


@pytest.mark.parametrize("mishap", ["fault", "out of service"])
def test_a_mishap_sends_the_waiting_driver_away(tell: Callable[..., None], mishap: str) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await remote_start(central_system)
        await charge_point.wait_for_status(1, "Preparing")
        if mishap == "fault":
            await charge_point.fault(1)
            await charge_point.clear_fault(1)
        else:
            for kind in ("Inoperative", "Operative"):
                await central_system.call("ChangeAvailability", connectorId=1, type=kind)
        await charge_point.wait_for_status(1, "Available")
        await charge_point.plug(1)
        assert central_system.of("StartTransaction") == []
        between = "Faulted" if mishap == "fault" else "Unavailable"
        assert central_system.statuses(1) == ["Available", "Preparing", between, "Available", "Preparing"]

    tell(story, auto_plug=None)


def test_it_asks_first_where_it_is_configured_to(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        assert await remote_start(central_system) == "Accepted"
        await charge_point.wait_for_transaction(1)
        assert actions(central_system).index("Authorize") < actions(central_system).index("StartTransaction")

    tell(story, authorize_remote=True)


def test_a_remote_start_whose_tag_is_refused_comes_to_nothing(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        assert await remote_start(central_system) == "Accepted"
        await central_system.until(lambda: central_system.of("Authorize"))
        await charge_point.settled()
        assert central_system.of("StartTransaction") == []
        assert charge_point.connector(1).takes_a_tag

    tell(story, answers={"Authorize": {"idTagInfo": {"status": "Blocked"}}}, authorize_remote=True)


def test_a_remote_start_again_after_the_end_needs_no_new_plug(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await charge_point.start(1, "TAG")
        await charge_point.stop(1)
        await charge_point.wait_for_status(1, "Finishing")
        assert await remote_start(central_system) == "Accepted"
        await charge_point.wait_for_status(1, "Charging")

    tell(story, auto_unplug=None)


def test_an_unknown_transaction_is_not_stopped(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await charge_point.start(1, "TAG")
        assert await central_system.call("RemoteStopTransaction", transactionId=99) == {"status": "Rejected"}
        assert charge_point.transaction(1) is not None

    tell(story)


@pytest.mark.parametrize(("kind", "reason"), [("Soft", "SoftReset"), ("Hard", "HardReset")])
def test_a_reset_ends_transactions_hangs_up_and_boots_again(tell: Callable[..., None], kind: str, reason: str) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await charge_point.start(1, "TAG")
        assert await central_system.call("Reset", type=kind) == {"status": "Accepted"}
        await central_system.until(lambda: len(central_system.sockets) == 2)
        await central_system.until(lambda: central_system.of("StopTransaction"))
        await central_system.until(lambda: len(central_system.of("BootNotification")) == 2)
        await charge_point.wait_for_status(1, "Available")
        assert [stop["reason"] for stop in central_system.of("StopTransaction")] == [reason]
        order = actions(central_system)
        second_boot = len(order) - 1 - order[::-1].index("BootNotification")
        told_before_boot = order.index("StopTransaction") < second_boot
        assert told_before_boot == (kind == "Soft")

    tell(story)


def test_a_reset_of_an_idle_charge_point_boots_again_and_tells_all_statuses(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        assert await central_system.call("Reset", type="Soft") == {"status": "Accepted"}
        await central_system.until(lambda: len(central_system.of("StatusNotification")) == 6)
        assert len(central_system.of("BootNotification")) == 2

    tell(story)


def test_unlocking_ends_the_transaction_there(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        assert await central_system.call("UnlockConnector", connectorId=1) == {"status": "Unlocked"}
        assert await central_system.call("UnlockConnector", connectorId=3) == {"status": "NotSupported"}
        await charge_point.start(1, "TAG")
        assert await central_system.call("UnlockConnector", connectorId=1) == {"status": "Unlocked"}
        await charge_point.wait_for_status(1, "Available")
        assert [stop["reason"] for stop in central_system.of("StopTransaction")] == ["UnlockCommand"]

    tell(story)


@pytest.mark.parametrize(
    ("trigger", "sent"),
    [
        ({"requestedMessage": "BootNotification"}, [("BootNotification", None)]),
        ({"requestedMessage": "Heartbeat"}, [("Heartbeat", None)]),
        ({"requestedMessage": "StatusNotification", "connectorId": 2}, [("StatusNotification", 2)]),
        ({"requestedMessage": "StatusNotification"}, [("StatusNotification", n) for n in (0, 1, 2)]),
        ({"requestedMessage": "MeterValues", "connectorId": 1}, [("MeterValues", 1)]),
        ({"requestedMessage": "MeterValues"}, [("MeterValues", 1), ("MeterValues", 2)]),
    ],
)
def test_a_triggered_message_is_sent(
    tell: Callable[..., None], trigger: dict[str, Any], sent: list[tuple[str, int | None]]
) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        before = len(central_system.calls)
        assert await central_system.call("TriggerMessage", **trigger) == {"status": "Accepted"}
        await central_system.until(lambda: len(central_system.calls) >= before + len(sent))
        await charge_point.settled()
        since = central_system.calls[before:]
        assert [(action, payload.get("connectorId")) for action, payload in since] == sent

    tell(story)


@pytest.mark.parametrize(
    ("trigger", "status"),
    [
        ({"requestedMessage": "MeterValues", "connectorId": 3}, "Rejected"),
        ({"requestedMessage": "MeterValues", "connectorId": 0}, "Rejected"),
        ({"requestedMessage": "StatusNotification", "connectorId": 3}, "Rejected"),
    ],
)
def test_a_trigger_that_cannot_be_followed_says_so(
    tell: Callable[..., None], trigger: dict[str, Any], status: str
) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        assert await central_system.call("TriggerMessage", **trigger) == {"status": status}

    tell(story)


def test_a_triggered_sample_belongs_to_the_running_transaction(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await charge_point.start(1, "TAG")
        await central_system.call("TriggerMessage", requestedMessage="MeterValues", connectorId=1)
        await central_system.until(lambda: len(central_system.of("MeterValues")) == 2)
        triggered = central_system.of("MeterValues")[1]
        assert triggered["transactionId"] == 1
        assert {v["context"] for v in triggered["meterValue"][0]["sampledValue"]} == {"Trigger"}

    tell(story)


def test_a_connector_goes_out_of_service_after_its_transaction(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await charge_point.start(1, "TAG")
        out = {"connectorId": 1, "type": "Inoperative"}
        assert await central_system.call("ChangeAvailability", **out) == {"status": "Scheduled"}
        await charge_point.stop(1)
        await charge_point.wait_for_status(1, "Unavailable")
        assert await remote_start(central_system) == "Rejected"
        back = {"connectorId": 1, "type": "Operative"}
        assert await central_system.call("ChangeAvailability", **back) == {"status": "Accepted"}
        await charge_point.wait_for_status(1, "Available")

    tell(story)


def test_the_whole_charge_point_goes_out_of_service(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        out = {"connectorId": 0, "type": "Inoperative"}
        assert await central_system.call("ChangeAvailability", **out) == {"status": "Accepted"}
        for number in (0, 1, 2):
            await charge_point.wait_for_status(number, "Unavailable")
        unknown = {"connectorId": 3, "type": "Operative"}
        assert await central_system.call("ChangeAvailability", **unknown) == {"status": "Rejected"}

    tell(story)


def test_configuration_is_read_and_written(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        change = {"key": "MeterValueSampleInterval", "value": "60"}
        assert await central_system.call("ChangeConfiguration", **change) == {"status": "Accepted"}
        assert await central_system.call(
            "GetConfiguration", key=["MeterValueSampleInterval", "LocalAuthListMaxLength", "Nonsense"]
        ) == {
            "configurationKey": [
                {"key": "MeterValueSampleInterval", "readonly": False, "value": "60"},
                {"key": "LocalAuthListMaxLength", "readonly": True, "value": "100"},
            ],
            "unknownKey": ["Nonsense"],
        }
        everything = await central_system.call("GetConfiguration")
        assert len(everything["configurationKey"]) > 20

    tell(story)


def test_a_new_sample_interval_counts_for_the_running_transaction(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        await charge_point.start(1, "TAG")
        await central_system.call("ChangeConfiguration", key="MeterValueSampleInterval", value="1")
        await central_system.until(lambda: len(central_system.of("MeterValues")) == 2)

    tell(story)


def test_a_new_password_is_used_at_once_and_never_reported(play: Play) -> None:
    async def story() -> None:
        lines: list[str] = []

        def report(text: str, connector_id: int | None = None, *, important: bool = False) -> None:
            lines.append(text)

        async with CentralSystem() as central_system:
            charge_point = VirtualChargePoint.instant(central_system.url(), password="the old password")
            charge_point = VirtualChargePoint(charge_point.settings, report)
            async with charge_point:
                key = {"key": "AuthorizationKey", "value": "00ff" * 8}
                assert await central_system.call("ChangeConfiguration", **key) == {"status": "Accepted"}
                await central_system.until(lambda: len(central_system.sockets) == 2)
                old, new = (headers["Authorization"] for headers in central_system.headers)
                assert old == "Basic Q1AwMDE6dGhlIG9sZCBwYXNzd29yZA=="
                assert new == "Basic Q1AwMDE6AP8A/wD/AP8A/wD/AP8A/w=="
                assert len(central_system.of("BootNotification")) == 1
        assert any("AuthorizationKey" in line for line in lines)
        assert not any("00ff" in line for line in lines)

    play(story())


HASHES = {"hashAlgorithm": "SHA256", "issuerNameHash": "0", "issuerKeyHash": "0", "serialNumber": "0"}


@pytest.mark.parametrize(
    ("action", "payload", "answer"),
    [
        ("ClearCache", {}, {"status": "Accepted"}),
        ("DataTransfer", {"vendorId": "V", "data": "x"}, {"status": "UnknownVendorId"}),
        ("DeleteCertificate", {"certificateHashData": HASHES}, {"status": "NotFound"}),
        ("Heartbeat", {}, {"error": "NotImplemented"}),
        ("NoSuchAction", {}, {"error": "NotSupported"}),
        ("Reset", {"type": "Gentle"}, {"error": "FormatViolation"}),
    ],
)
def test_every_call_has_an_answer(
    tell: Callable[..., None], action: str, payload: dict[str, Any], answer: dict[str, Any]
) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        assert await central_system.call(action, **payload) == answer

    tell(story)


def test_commands_are_answered_while_its_own_call_waits_for_an_answer(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        def silence(_: dict[str, Any]) -> dict[str, Any]:
            raise Silence

        central_system.answers["Heartbeat"] = silence
        await central_system.call("TriggerMessage", requestedMessage="Heartbeat")
        await central_system.until(lambda: central_system.of("Heartbeat"))
        assert await central_system.call("ClearCache") == {"status": "Accepted"}
        assert charge_point.queued == 1

    tell(story)
