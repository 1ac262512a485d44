"""Whatever becomes of a start, its session ends, and says on the way what it waits for and in the end why it ended."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.app.charging import ago, session_of, sessions_on, stop
from tests.app.stories import begin, finish, meanwhile, new_charger, press_start, problem
from tests.live import Api, Charger, Server, plug_in, until

START, REFUSED = "RemoteStartTransaction", {"status": "Rejected"}


def say(session: dict[str, Any]) -> tuple[str, str | None]:
    return session["state"], session.get("reason_code")


def look(api: Api, session_id: str) -> dict[str, Any]:
    return dict(api.get(f"/api/sessions/{session_id}").json())


class TestAStartThatComesToNothing:
    @pytest.fixture
    def charger(self, impatient_server: Server, impatient_root: Api) -> Iterator[Charger]:
        charger = new_charger(impatient_server, impatient_root)
        yield charger
        charger.close()

    def test_nobody_plugs_in(self, impatient_driver: Api, charger: Charger) -> None:
        started = press_start(impatient_driver, charger).json()
        assert say(look(impatient_driver, started["session_id"])) == ("waiting_for_vehicle", "plug_in")
        ended = impatient_driver.session_in(started["session_id"], "expired")
        assert (ended["reason_code"], ended["reason"]) == ("not_plugged_in", "deadline_passed")

    def test_the_vehicle_is_plugged_in_and_does_not_begin(self, impatient_driver: Api, charger: Charger) -> None:
        started = press_start(impatient_driver, charger).json()
        charger.status(1, "Preparing")
        assert say(look(impatient_driver, started["session_id"])) == ("waiting_for_vehicle", "starting")
        ended = impatient_driver.session_in(started["session_id"], "expired")
        assert "ready" in ended["hint"]
        assert ended["reason_code"] == "never_began"

    def test_the_cable_is_taken_out_again(self, impatient_driver: Api, charger: Charger) -> None:
        charger.status(1, "Preparing")
        started = press_start(impatient_driver, charger).json()
        assert say(look(impatient_driver, started["session_id"])) == ("accepted", None)
        charger.status(1, "Available")
        assert say(look(impatient_driver, started["session_id"])) == ("accepted", "plug_in")

    def test_the_charge_point_never_answers_and_starts_when_it_is_over(
        self, impatient_driver: Api, impatient_root: Api, silent_charger: Charger
    ) -> None:
        failed = problem(press_start(impatient_driver, silent_charger), 504, "charge_point_timeout")
        assert say(look(impatient_driver, failed["session_id"])) == ("requested", "charge_point_timeout")
        ended = impatient_driver.session_in(failed["session_id"], "expired")
        assert ended["reason_code"] == "never_answered"
        number = begin(silent_charger, impatient_driver.id_tag)["transactionId"]
        finish(silent_charger, number)
        assert say(session_of(impatient_root, number)) == ("completed", None)
        assert look(impatient_driver, failed["session_id"]) == ended
        assert len(sessions_on(impatient_root, silent_charger)) == 2


class TestARefusal:
    def test_by_a_charge_point_that_looks_into_its_own_list(self, driver: Api, root: Api, charger: Charger) -> None:
        keys = ("AuthorizeRemoteTxRequests", "LocalAuthListEnabled", "LocalPreAuthorize")
        told = [{"key": key, "value": "true", "readonly": False} for key in keys]
        charger.answers["GetConfiguration"] = {"configurationKey": told}
        charger.answers[START] = REFUSED
        path = f"/api/charge_points/{charger.charge_point_id}/commands/GetConfiguration"
        read = meanwhile(lambda: root.post(path, {}))
        charger.serve(1)
        assert read().status_code == 200
        refused = press_start(driver, charger).json()
        assert "local list" in refused["hint"]
        assert say(look(driver, refused["session_id"])) == ("rejected", "refused_not_in_local_list")

    def test_by_an_error(self, driver: Api, charger: Charger) -> None:
        charger.answers[START] = ["InternalError", "no", {}]
        failed = problem(press_start(driver, charger), 502, "call_error")
        session = look(driver, failed["session_id"])
        assert say(session) == ("failed", "call_error")
        assert session["hint"]

    def test_of_the_tag_when_it_begins(self, root: Api, charger: Charger, id_tag: str) -> None:
        root.patch(f"/api/id_tags/{id_tag}", status="Blocked")
        number = begin(charger, id_tag)["transactionId"]
        assert say(session_of(root, number)) == ("charging", "id_tag_blocked")
        finish(charger, number)
        assert say(session_of(root, number)) == ("completed", "id_tag_blocked")


class TestWhileItCharges:
    def test_a_charge_point_that_is_offline_is_told_until_it_is_back(
        self, root: Api, server: Server, new_charge_point: Callable[..., Any], id_tag: str
    ) -> None:
        charger = plug_in(server, *(one := new_charge_point()))
        charger.boot()
        number = begin(charger, id_tag)["transactionId"]
        assert say(session_of(root, number)) == ("charging", None)
        charger.close()
        until(lambda: say(session_of(root, number)) == ("charging", "charge_point_offline"))
        charger = plug_in(server, *one)
        assert say(session_of(root, number)) == ("charging", None)
        finish(charger, number)
        assert say(session_of(root, number)) == ("completed", None)
        charger.close()

    def test_a_fault_is_told_until_it_is_over(self, root: Api, charger: Charger, id_tag: str) -> None:
        number = begin(charger, id_tag)["transactionId"]
        charger.status(1, "Faulted", errorCode="OverVoltage")
        session = session_of(root, number)
        assert say(session) == ("charging", "faulted")
        assert "the voltage is too high" in session["reason"]
        charger.status(1, "Charging")
        assert say(session_of(root, number)) == ("charging", None)

    @pytest.mark.parametrize("first", ["StatusNotification", "StopTransaction"])
    def test_a_fault_that_ends_it_is_told_in_whichever_order(
        self, root: Api, charger: Charger, id_tag: str, first: str
    ) -> None:
        number = begin(charger, id_tag)["transactionId"]
        if first == "StatusNotification":
            charger.status(1, "Faulted", errorCode="GroundFailure")
        stop(charger, number, reason="Other")
        if first == "StopTransaction":
            assert say(session_of(root, number)) == ("completed", "ended_by_charge_point")
            charger.status(1, "Faulted", errorCode="GroundFailure")
        session = session_of(root, number)
        assert say(session) == ("completed", "faulted")
        assert "residual current" in session["reason"]

    def test_who_pauses_it_is_told(self, root: Api, charger: Charger, id_tag: str) -> None:
        number = begin(charger, id_tag)["transactionId"]
        for status, code in (("SuspendedEV", "paused_by_vehicle"), ("SuspendedEVSE", "paused_by_charge_point")):
            charger.status(1, status)
            assert say(session_of(root, number)) == ("suspended", code)
        finish(charger, number)
        assert say(session_of(root, number)) == ("completed", None)

    def test_the_next_transaction_ends_one_whose_stop_was_lost(self, root: Api, charger: Charger, id_tag: str) -> None:
        first = charger.call(
            "StartTransaction", {"connectorId": 1, "idTag": id_tag, "meterStart": 0, "timestamp": ago(minutes=9)}
        )["transactionId"]
        second = begin(charger, id_tag)["transactionId"]
        assert say(session_of(root, first)) == ("completed", "superseded")
        finish(charger, second)
