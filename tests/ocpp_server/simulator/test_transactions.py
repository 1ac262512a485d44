"""Transactions as the Central System hears of them."""

from typing import Any

import pytest
from ocpp.v16.enums import ConfigurationKey

from ocpp_server.simulator import NotPossible, UnknownConnector, VirtualChargePoint
from tests.ocpp_server.simulator.central_system import CallError, CentralSystem, Silence
from tests.ocpp_server.simulator.conftest import Play

TRANSACTION_MESSAGES = ("StartTransaction", "MeterValues", "StopTransaction")


def contexts(central_system: CentralSystem) -> list[str]:
    return [p["meterValue"][0]["sampledValue"][0]["context"] for p in central_system.of("MeterValues")]


def test_a_whole_session_with_a_tag(play: Play) -> None:
    async def story() -> None:
        async with (
            CentralSystem() as central_system,
            VirtualChargePoint.instant(central_system.url(), auto_unplug=None) as charge_point,
        ):
            await charge_point.start(1, "TAG")
            await charge_point.charge(1, 1500)
            await charge_point.stop(1)
            await charge_point.unplug(1)

            assert [a for a, _ in central_system.calls if a in ("Authorize", *TRANSACTION_MESSAGES)] == [
                "Authorize",
                "StartTransaction",
                "MeterValues",
                "MeterValues",
                "StopTransaction",
            ]
            (start,), (stop,) = central_system.of("StartTransaction"), central_system.of("StopTransaction")
            assert (start["connectorId"], start["idTag"], start["meterStart"]) == (1, "TAG", 1000)
            assert (stop["transactionId"], stop["meterStop"], stop["reason"]) == (1, 2500, "Local")
            assert stop["idTag"] == "TAG"
            (end,) = stop["transactionData"]
            assert end["sampledValue"][0]["value"] == "2500"
            assert end["sampledValue"][0]["context"] == "Transaction.End"
            assert contexts(central_system) == ["Transaction.Begin", "Sample.Periodic"]
            assert all(p["transactionId"] == 1 for p in central_system.of("MeterValues"))
            assert central_system.statuses(1) == ["Available", "Preparing", "Charging", "Finishing", "Available"]

    play(story())


def test_plugging_in_first_is_as_good(play: Play) -> None:
    async def story() -> None:
        async with (
            CentralSystem() as central_system,
            VirtualChargePoint.instant(central_system.url(), auto_plug=None) as charge_point,
        ):
            await charge_point.plug(1)
            await charge_point.start(1, "TAG")
            assert central_system.statuses(1) == ["Available", "Preparing", "Charging"]

    play(story())


@pytest.mark.parametrize("status", ["Blocked", "Expired", "Invalid"])
def test_a_tag_that_may_not_charge_begins_nothing(play: Play, status: str) -> None:
    async def story() -> None:
        answer = {"idTagInfo": {"status": status}}
        async with (
            CentralSystem(Authorize=answer) as central_system,
            VirtualChargePoint.instant(central_system.url()) as charge_point,
        ):
            await charge_point.start(1, "TAG")
            assert central_system.of("StartTransaction") == []
            assert central_system.statuses(1) == ["Available"]

    play(story())


def test_a_start_that_is_not_accepted_is_ended_as_deauthorized_without_energy(play: Play) -> None:
    async def story() -> None:
        answer = {"transactionId": 7, "idTagInfo": {"status": "Invalid"}}
        async with (
            CentralSystem(StartTransaction=answer) as central_system,
            VirtualChargePoint.instant(central_system.url(), speed=3600.0) as charge_point,
        ):
            await charge_point.start(1, "TAG")
            (stop,) = central_system.of("StopTransaction")
            assert (stop["transactionId"], stop["reason"], stop["meterStop"]) == (7, "DeAuthorized", 1000)
            assert "Charging" not in central_system.statuses(1)

    play(story())


def test_a_car_that_drives_off_ends_its_transaction(play: Play) -> None:
    async def story() -> None:
        async with (
            CentralSystem() as central_system,
            VirtualChargePoint.instant(central_system.url()) as charge_point,
        ):
            await charge_point.start(1, "TAG")
            await charge_point.unplug(1)
            (stop,) = central_system.of("StopTransaction")
            assert stop["reason"] == "EVDisconnected"
            assert "idTag" not in stop
            assert central_system.statuses(1)[2:] == ["Charging", "SuspendedEV", "Finishing", "Available"]

    play(story())


def test_a_full_battery_suspends_the_charging(play: Play) -> None:
    async def story() -> None:
        async with (
            CentralSystem() as central_system,
            VirtualChargePoint.instant(central_system.url(), battery_wh=10_000.0, soc=0.5) as charge_point,
        ):
            await charge_point.start(1, "TAG")
            await charge_point.charge(1, 5_000)
            await charge_point.wait_for_status(1, "SuspendedEV")
            assert central_system.of("StopTransaction") == []

    play(story())


def test_the_car_charges_as_many_times_faster_as_asked_for(play: Play) -> None:
    async def story() -> None:
        async with (
            CentralSystem() as central_system,
            VirtualChargePoint.instant(central_system.url(), speed=3600.0, meter_interval=1) as charge_point,
        ):
            await charge_point.start(1, "TAG")
            await central_system.until(lambda: len(central_system.of("MeterValues")) == 2)
            begin, later = (p["meterValue"][0]["sampledValue"][0] for p in central_system.of("MeterValues"))
            assert later["context"] == "Sample.Periodic"
            # One second is an hour of an 11 kW charger; a slow machine may make more of it, never less.
            assert int(later["value"]) - int(begin["value"]) >= 10_500

    play(story())


def test_a_fault_ends_the_transaction_and_mending_brings_the_connector_back(play: Play) -> None:
    async def story() -> None:
        async with (
            CentralSystem() as central_system,
            VirtualChargePoint.instant(central_system.url(), auto_unplug=None) as charge_point,
        ):
            await charge_point.start(1, "TAG")
            await charge_point.fault(1, "OverCurrentFailure")
            faulted = central_system.of("StatusNotification")[-1]
            assert (faulted["status"], faulted["errorCode"]) == ("Faulted", "OverCurrentFailure")
            assert central_system.of("StopTransaction")[0]["reason"] == "Other"
            await charge_point.clear_fault(1)
            await charge_point.unplug(1)
            assert central_system.statuses(1)[-3:] == ["Faulted", "Finishing", "Available"]

    play(story())


def test_a_stop_kept_back_comes_on_command_with_its_own_time(play: Play) -> None:
    async def story() -> None:
        async with (
            CentralSystem() as central_system,
            VirtualChargePoint.instant(central_system.url()) as charge_point,
        ):
            await charge_point.start(1, "TAG")
            await charge_point.charge(1, 700)
            await charge_point.stop_silently(1)
            assert central_system.statuses(1)[-1] == "Available"
            assert central_system.of("StopTransaction") == []
            assert charge_point.snapshot()["withheld"] == 1

            await charge_point.start(1, "OTHER")
            await charge_point.charge(1, 300)
            assert await charge_point.release() == 1
            (stop,) = central_system.of("StopTransaction")
            assert (stop["transactionId"], stop["meterStop"]) == (1, 1700)
            assert stop["timestamp"] <= central_system.of("StartTransaction")[1]["timestamp"]

    play(story())


def test_what_happens_offline_is_told_in_order_with_its_own_times(play: Play) -> None:
    async def story() -> None:
        async with (
            CentralSystem() as central_system,
            VirtualChargePoint.instant(central_system.url()) as charge_point,
        ):
            await charge_point.start(1, "FIRST")
            await charge_point.offline()
            await charge_point.charge(1, 400)
            await charge_point.stop(1)
            await charge_point.start(1, "SECOND")
            await charge_point.charge(1, 600)
            await charge_point.stop(1)
            seen = len(central_system.calls)
            assert charge_point.queued == 6
            await charge_point.online()

            since = [call for call in central_system.calls[seen:] if call[0] in TRANSACTION_MESSAGES]
            assert [action for action, _ in since] == [
                "MeterValues",
                "StopTransaction",
                "StartTransaction",
                "MeterValues",
                "MeterValues",
                "StopTransaction",
            ]
            times = [p.get("timestamp") or p["meterValue"][0]["timestamp"] for _, p in since]
            assert times == sorted(times)
            assert [p["transactionId"] for action, p in since if action != "StartTransaction"] == [1, 1, 2, 2, 2]
            assert [p["meterStop"] for p in central_system.of("StopTransaction")] == [1400, 2000]

    play(story())


def test_a_tag_accepted_offline_that_turns_out_invalid_is_deauthorized(play: Play) -> None:
    async def story() -> None:
        answer = {"transactionId": 9, "idTagInfo": {"status": "Invalid"}}
        async with (
            CentralSystem(StartTransaction=answer) as central_system,
            VirtualChargePoint.instant(central_system.url()) as charge_point,
        ):
            await charge_point.offline()
            await charge_point.start(1, "TAG")
            assert charge_point.connector(1).status == "Charging"
            await charge_point.online()
            (stop,) = central_system.of("StopTransaction")
            assert (stop["transactionId"], stop["reason"]) == (9, "DeAuthorized")

    play(story())


def test_a_start_answered_too_late_comes_again_with_the_same_content(play: Play) -> None:
    async def story() -> None:
        def hang_up_first(request: dict[str, Any]) -> dict[str, Any]:
            if len(central_system.of("StartTransaction")) == 1:
                central_system.sockets[-1].transport.abort()
                raise Silence
            return {"transactionId": 3, "idTagInfo": {"status": "Accepted"}}

        async with (
            CentralSystem(StartTransaction=hang_up_first) as central_system,
            VirtualChargePoint.instant(central_system.url()) as charge_point,
        ):
            await charge_point.start(1, "TAG")
            assert (await charge_point.wait_for_transaction(1)).transaction_id == 3
            first, second = central_system.of("StartTransaction")
            assert first == second
            assert len(central_system.of("BootNotification")) == 1

    play(story())


def test_an_unanswered_start_is_repeated_until_it_is_answered(play: Play) -> None:
    async def story() -> None:
        def answer_the_fifth(request: dict[str, Any]) -> dict[str, Any]:
            if len(central_system.of("StartTransaction")) < 5:
                raise Silence
            return {"transactionId": 3, "idTagInfo": {"status": "Accepted"}}

        async with (
            CentralSystem(StartTransaction=answer_the_fifth) as central_system,
            VirtualChargePoint.instant(central_system.url(), call_timeout=0.05) as charge_point,
        ):
            charge_point.configuration.change(ConfigurationKey.transaction_message_retry_interval, "0")
            await charge_point.start(1, "TAG")
            assert (await charge_point.wait_for_transaction(1)).transaction_id == 3
            starts = central_system.of("StartTransaction")
            assert len(starts) == 5
            assert all(start == starts[0] for start in starts)

    play(story())


def test_after_as_many_errors_as_configured_a_start_is_given_up_and_the_rest_still_told(play: Play) -> None:
    async def story() -> None:
        def fail(_: dict[str, Any]) -> dict[str, Any]:
            raise CallError

        async with (
            CentralSystem(StartTransaction=fail) as central_system,
            VirtualChargePoint.instant(central_system.url()) as charge_point,
        ):
            charge_point.configuration.change(ConfigurationKey.transaction_message_retry_interval, "0")
            await charge_point.start(1, "TAG")
            await charge_point.stop(1)
            assert len(central_system.of("StartTransaction")) == 3
            (stop,) = central_system.of("StopTransaction")
            assert stop["transactionId"] == -1

    play(story())


def test_what_makes_no_sense_is_refused_with_words(play: Play) -> None:
    async def story() -> None:
        async with (
            CentralSystem() as central_system,
            VirtualChargePoint.instant(central_system.url(), auto_unplug=None) as charge_point,
        ):
            with pytest.raises(UnknownConnector, match="no connector 2"):
                await charge_point.plug(2)
            with pytest.raises(NotPossible, match="no car"):
                await charge_point.unplug(1)
            with pytest.raises(NotPossible, match="no transaction"):
                await charge_point.stop(1)
            await charge_point.start(1, "TAG")
            with pytest.raises(NotPossible, match="plugged in"):
                await charge_point.plug(1)
            with pytest.raises(NotPossible, match="another tag"):
                await charge_point.present(1, "OTHER")
            assert len(central_system.of("StartTransaction")) == 1

    play(story())


def test_a_sample_that_says_the_same_as_the_last_one_is_sent_and_not_printed(play: Play) -> None:
    async def story() -> None:
        lines: list[str] = []

        def report(text: str, connector_id: int | None = None, *, important: bool = False) -> None:
            lines.append(text)

        async with CentralSystem() as central_system:
            settings = VirtualChargePoint.instant(central_system.url()).settings
            async with VirtualChargePoint(settings, report) as charge_point:
                await charge_point.start(1)
                for _ in range(3):
                    await charge_point.sample(1)
                await charge_point.charge(1, 1000)
                await central_system.until(lambda: len(central_system.of("MeterValues")) == 5)
        assert [line[-20:] for line in lines if "kWh SoC" in line] == ["kW 0.00 kWh SoC 30 %", "kW 1.00 kWh SoC 32 %"]

    play(story())
