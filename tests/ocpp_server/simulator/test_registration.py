"""BootNotification, Heartbeat, and coming back without either."""

from typing import Any

from ocpp_server.simulator import VirtualChargePoint
from tests.ocpp_server.simulator.central_system import NOW, CallError, CentralSystem
from tests.ocpp_server.simulator.conftest import Play

Answers = list[dict[str, Any]]


def boots(*verdicts: str, interval: int = 300) -> Any:
    """Answer the first BootNotifications with these verdicts, the last one for ever."""
    left = list(verdicts)

    def answer(_: dict[str, Any]) -> dict[str, Any]:
        verdict = left.pop(0) if len(left) > 1 else left[0]
        return {"status": verdict, "currentTime": NOW, "interval": interval}

    return answer


def test_it_boots_and_tells_the_status_of_every_connector(play: Play) -> None:
    async def story() -> None:
        async with CentralSystem() as central_system:
            url = central_system.url("CP%20001")
            async with VirtualChargePoint.instant(url, connectors=2, vendor="V", model="M", firmware="2.0"):
                pass
            assert central_system.calls[0] == (
                "BootNotification",
                {
                    "chargePointVendor": "V",
                    "chargePointModel": "M",
                    "chargePointSerialNumber": "CP 001",
                    "firmwareVersion": "2.0",
                },
            )
            statuses = central_system.of("StatusNotification")
            assert [(s["connectorId"], s["status"]) for s in statuses] == [
                (0, "Available"),
                (1, "Available"),
                (2, "Available"),
            ]

    play(story())


def test_heartbeats_follow_at_the_interval_given(play: Play) -> None:
    async def story() -> None:
        answer = {"status": "Accepted", "currentTime": NOW, "interval": 1}
        async with (
            CentralSystem(BootNotification=answer) as central_system,
            VirtualChargePoint.instant(central_system.url()),
        ):
            await central_system.until(lambda: len(central_system.of("Heartbeat")) == 2)

    play(story())


def test_while_pending_it_takes_no_orders_and_books_nothing_but_answers(play: Play) -> None:
    async def story() -> None:
        async with (
            CentralSystem(BootNotification=boots("Pending", "Accepted")) as central_system,
            VirtualChargePoint.instant(central_system.url()) as charge_point,
        ):
            assert charge_point.registration == "Pending"
            assert central_system.of("StatusNotification") == []
            rejected = await central_system.call("RemoteStartTransaction", idTag="TAG", connectorId=1)
            assert rejected == {"status": "Rejected"}
            assert "configurationKey" in await central_system.call("GetConfiguration")

            await central_system.call("TriggerMessage", requestedMessage="BootNotification")
            await charge_point.until(lambda: charge_point.registration == "Accepted")
            await charge_point.wait_for_status(1, "Available")
            assert len(central_system.of("BootNotification")) == 2

    play(story())


def test_a_rejected_charge_point_boots_again_after_the_interval(play: Play) -> None:
    async def story() -> None:
        async with (
            CentralSystem(BootNotification=boots("Rejected", "Accepted", interval=1)) as central_system,
            VirtualChargePoint.instant(central_system.url()) as charge_point,
        ):
            assert charge_point.registration == "Rejected"
            await charge_point.until(lambda: charge_point.registration == "Accepted")
            assert [action for action, _ in central_system.calls[:2]] == ["BootNotification"] * 2

    play(story())


def test_what_happens_before_registration_is_told_after_it(play: Play) -> None:
    async def story() -> None:
        async with (
            CentralSystem(BootNotification=boots("Pending", "Accepted", interval=1)) as central_system,
            VirtualChargePoint.instant(central_system.url()) as charge_point,
        ):
            await charge_point.start(1, "TAG")
            assert central_system.of("StartTransaction") == []
            assert (await charge_point.wait_for_transaction(1)).transaction_id == 1
            assert central_system.of("Authorize") == []

    play(story())


def test_after_a_mere_interruption_it_does_not_boot_again(play: Play) -> None:
    async def story() -> None:
        async with (
            CentralSystem() as central_system,
            VirtualChargePoint.instant(central_system.url(), connectors=2) as charge_point,
        ):
            await charge_point.offline()
            await charge_point.plug(2)
            seen = len(central_system.calls)
            await charge_point.online()
            since = central_system.calls[seen:]
            assert [(action, payload["connectorId"], payload["status"]) for action, payload in since] == [
                ("StatusNotification", 2, "Preparing")
            ]

    play(story())


def test_an_error_for_an_answer_is_not_an_acceptance(play: Play) -> None:
    async def story() -> None:
        def refuse(_: dict[str, Any]) -> Any:
            raise CallError

        async with CentralSystem(BootNotification=refuse) as central_system:
            charge_point = VirtualChargePoint.instant(central_system.url())
            charge_point.connect()
            await central_system.until(lambda: central_system.of("BootNotification"))
            await charge_point.settled()
            assert charge_point.registration is None
            assert central_system.of("StatusNotification") == []
            await charge_point.close()

    play(story())
