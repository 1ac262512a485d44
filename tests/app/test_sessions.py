"""Start and stop as an app presses them, with everything a charge point can make of it."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.app.stories import ask_to_start, begin, finish, meanwhile, new_charger, press_start, problem
from tests.live import Api, Charger, Server, until

REFUSED = {"status": "Rejected"}


@pytest.fixture(scope="module")
def stranger(server: Server) -> Iterator[Api]:
    """Another driver, whose things are nobody else's."""
    api = server.sign_up()
    yield api
    api.close()


@pytest.fixture(scope="module")
def staff(server: Server, root: Api) -> Iterator[Api]:
    root.post("/api/users", username="staff-of-sessions", password="long enough", role="staff")
    api = server.log_in("staff-of-sessions", "long enough")
    yield api
    api.close()


class TestWhatIsRefusedBeforeTheChargePointIsAsked:
    def test_a_charge_point_that_is_not_there(self, driver: Api) -> None:
        refused = driver.post("/api/start_charging", evse_id="Nowhere", connector_id=1)
        assert "Nowhere" in problem(refused, 404, "not_found")["detail"]

    def test_one_that_is_offline(self, driver: Api, new_charge_point: Callable[..., Any]) -> None:
        charge_point_id, _password = new_charge_point()
        refused = driver.post("/api/start_charging", evse_id=charge_point_id, connector_id=1)
        problem(refused, 409, "charge_point_offline")
        assert driver.get("/api/sessions").json()["items"] == []

    def test_one_that_is_not_in_service_yet(self, driver: Api, root: Api, charger: Charger) -> None:
        root.patch(f"/api/charge_points/{charger.charge_point_id}", registration="Pending")
        problem(ask_to_start(driver, charger), 409, "charge_point_not_accepted")

    def test_a_connector_it_does_not_have_with_those_it_has(self, driver: Api, charger: Charger) -> None:
        errors = problem(ask_to_start(driver, charger, 3), 422, "bad_input")["errors"]
        assert errors == [{"field": "connector_id", "message": "this charge point has the connectors 1, 2"}]

    def test_a_tag_of_another_driver_looks_like_one_that_does_not_exist(
        self, driver: Api, stranger: Api, charger: Charger
    ) -> None:
        theirs = problem(ask_to_start(driver, charger, idTag=stranger.id_tag), 404, "not_found")
        nobodys = problem(ask_to_start(driver, charger, idTag="NOSUCHTAG"), 404, "not_found")
        assert theirs["detail"] == nobodys["detail"]

    @pytest.mark.parametrize(
        ("change", "status"),
        [({"status": "Blocked"}, "Blocked"), ({"expiry_date": "2024-01-01T00:00:00Z"}, "Expired")],
    )
    def test_a_tag_that_may_not_charge(
        self, driver: Api, root: Api, charger: Charger, change: dict[str, str], status: str
    ) -> None:
        root.patch(f"/api/id_tags/{driver.id_tag}", **change)
        assert problem(ask_to_start(driver, charger), 409, "id_tag_not_accepted")["id_tag_status"] == status

    def test_a_tag_that_charges_elsewhere(self, driver: Api, charger: Charger) -> None:
        press_start(driver, charger)
        begin(charger, driver.id_tag)
        refused = problem(ask_to_start(driver, charger, 2), 409, "id_tag_not_accepted")
        assert refused["id_tag_status"] == "ConcurrentTx"

    def test_a_connector_that_is_in_use(self, driver: Api, stranger: Api, charger: Charger) -> None:
        press_start(driver, charger)
        assert "session_id" not in problem(ask_to_start(stranger, charger), 409, "connector_busy")
        begin(charger, driver.id_tag)
        problem(ask_to_start(stranger, charger), 409, "connector_busy")

    def test_who_starts_twice_is_told_his_session_and_the_charge_point_is_asked_once(
        self, driver: Api, root: Api, charger: Charger
    ) -> None:
        session_id = press_start(driver, charger).json()["session_id"]
        refused = problem(ask_to_start(driver, charger), 409, "connector_busy")
        assert refused["session_id"] == session_id
        assert len(root.get("/api/commands", charge_point_id=charger.charge_point_id).json()["items"]) == 1


class TestTheChargePointsAnswer:
    def test_accepted_without_a_cable_waits_for_the_vehicle(self, driver: Api, charger: Charger) -> None:
        started = press_start(driver, charger).json()
        assert started["status"] == "Accepted"
        assert "cable" in started["hint"]
        assert driver.get(f"/api/sessions/{started['session_id']}").json()["state"] == "waiting_for_vehicle"

    def test_a_charge_point_is_found_by_its_id_in_any_case(self, driver: Api, charger: Charger) -> None:
        answer = meanwhile(
            lambda: driver.post("/api/start_charging", evse_id=charger.charge_point_id.lower(), connector_id=1)
        )
        charger.serve()
        assert answer().json()["status"] == "Accepted"

    def test_rejected_is_an_answer_with_a_hint_and_frees_the_connector(self, driver: Api, charger: Charger) -> None:
        charger.answers["RemoteStartTransaction"] = REFUSED
        answer = press_start(driver, charger)
        assert answer.status_code == 200
        assert answer.json()["status"] == "Rejected"
        assert answer.json()["hint"]
        session = driver.get(f"/api/sessions/{answer.json()['session_id']}").json()
        assert (session["state"], session["reason"]) == ("rejected", "the charge point refused")
        del charger.answers["RemoteStartTransaction"]
        assert press_start(driver, charger).json()["status"] == "Accepted"

    def test_a_callerror_is_told_with_its_code(self, driver: Api, charger: Charger) -> None:
        charger.answers["RemoteStartTransaction"] = ["InternalError", "out of \x1b[31m coffee\n", {}]
        failed = problem(press_start(driver, charger), 502, "call_error")
        assert (failed["ocpp_error"], failed["outcome"]) == ("InternalError", "call_error")
        assert driver.get(f"/api/sessions/{failed['session_id']}").json()["state"] == "failed"
        command = driver.get(f"/api/commands/{failed['command_id']}").json()
        assert command["outcome"] == "call_error"
        assert command["response"]["errorCode"] == "InternalError"

    def test_nonsense_for_an_answer_is_told_as_such(self, driver: Api, charger: Charger) -> None:
        charger.answers["RemoteStartTransaction"] = {"state": "perhaps"}
        failed = problem(press_start(driver, charger), 502, "invalid_answer")
        assert driver.get(f"/api/sessions/{failed['session_id']}").json()["state"] == "failed"

    def test_a_hang_up_is_told_at_once(self, driver: Api, charger: Charger) -> None:
        answer = meanwhile(lambda: ask_to_start(driver, charger))
        charger.receive()
        began = time.monotonic()
        charger.close()
        failed = problem(answer(), 502, "charge_point_disconnected")
        assert time.monotonic() - began < 1.0
        session = driver.get(f"/api/sessions/{failed['session_id']}").json()
        assert (session["state"], "may still start" in session["hint"]) == ("requested", True)

    def test_starttransaction_may_come_before_the_answer(self, driver: Api, charger: Charger) -> None:
        answer = meanwhile(lambda: ask_to_start(driver, charger))
        _two, message_id, _action, _payload = charger.receive()
        transaction = begin(charger, driver.id_tag)
        charger.send([3, message_id, {"status": "Accepted"}])
        started = answer().json()
        assert started["status"] == "Accepted"
        session = driver.get(f"/api/sessions/{started['session_id']}").json()
        assert (session["state"], session["transaction_id"]) == ("charging", transaction["transactionId"])


class TestNoAnswer:
    def test_is_told_as_unknown_and_ends_by_its_deadline(self, impatient_driver: Api, silent_charger: Charger) -> None:
        began = time.monotonic()
        failed = problem(press_start(impatient_driver, silent_charger), 504, "charge_point_timeout")
        assert 0.4 < time.monotonic() - began < 1.5
        assert failed["outcome"] == "timeout"
        command = impatient_driver.get(f"/api/commands/{failed['command_id']}").json()
        assert (command["outcome"], command["action"]) == ("timeout", "RemoteStartTransaction")
        session = impatient_driver.get(f"/api/sessions/{failed['session_id']}").json()
        assert (session["state"], "may still start" in session["hint"]) == ("requested", True)

        ended = impatient_driver.session_in(failed["session_id"], "expired")
        assert ended["reason"] == "deadline_passed"
        assert "Start again" in ended["hint"]
        silent_charger.answers.clear()
        assert press_start(impatient_driver, silent_charger).json()["status"] == "Accepted"

    def test_goes_on_when_the_transaction_starts_after_all(
        self, impatient_driver: Api, silent_charger: Charger
    ) -> None:
        failed = press_start(impatient_driver, silent_charger).json()
        transaction = begin(silent_charger, impatient_driver.id_tag)
        session = impatient_driver.get(f"/api/sessions/{failed['session_id']}").json()
        assert (session["state"], session["transaction_id"]) == ("charging", transaction["transactionId"])
        assert "hint" not in session
        finish(silent_charger, transaction["transactionId"])
        receipt = impatient_driver.get(f"/api/sessions/{failed['session_id']}/receipt").json()
        assert receipt["energy_wh"] == 1234

    @pytest.mark.parametrize(
        ("late", "state"), [("Accepted", "waiting_for_vehicle"), ("Rejected", "rejected")], ids=str
    )
    def test_a_late_one_is_followed(
        self, impatient_driver: Api, silent_charger: Charger, late: str, state: str
    ) -> None:
        answer = meanwhile(lambda: ask_to_start(impatient_driver, silent_charger))
        _two, message_id, _action, _payload = silent_charger.receive()
        failed = problem(answer(), 504, "charge_point_timeout")
        silent_charger.send([3, message_id, {"status": late}])
        impatient_driver.session_in(failed["session_id"], state)
        command = impatient_driver.get(f"/api/commands/{failed['command_id']}").json()
        assert (command["outcome"], command["response"]) == ("timeout", {"status": late})

    def test_accepted_but_nobody_plugs_in_ends_by_its_deadline_too(
        self, impatient_driver: Api, silent_charger: Charger
    ) -> None:
        silent_charger.answers.clear()
        started = press_start(impatient_driver, silent_charger).json()
        assert started["status"] == "Accepted"
        ended = impatient_driver.session_in(started["session_id"], "expired")
        assert "stopped_at" in ended


class TestIdempotencyKey:
    def test_the_first_acceptance_is_told_again_and_nothing_is_sent(self, driver: Api, charger: Charger) -> None:
        first = press_start(driver, charger, key="abc")
        again = ask_to_start(driver, charger, key="abc")
        assert (again.status_code, again.json()) == (200, first.json())
        begin(charger, driver.id_tag)
        assert ask_to_start(driver, charger, key="abc").json()["session_id"] == first.json()["session_id"]
        assert len(charger.called) == 1

    def test_so_is_the_first_refusal(self, driver: Api, charger: Charger) -> None:
        charger.answers["RemoteStartTransaction"] = REFUSED
        first = press_start(driver, charger, key="abc")
        assert ask_to_start(driver, charger, key="abc").json() == first.json()

    def test_so_is_the_first_failure(self, driver: Api, charger: Charger) -> None:
        charger.answers["RemoteStartTransaction"] = ["InternalError", "no", {}]
        first = problem(press_start(driver, charger, key="abc"), 502, "call_error")
        again = problem(ask_to_start(driver, charger, key="abc"), 502, "call_error")
        del first["request_id"], again["request_id"]
        assert again == first

    def test_so_is_the_first_silence(self, impatient_driver: Api, silent_charger: Charger) -> None:
        first = problem(press_start(impatient_driver, silent_charger, key="abc"), 504, "charge_point_timeout")
        again = problem(ask_to_start(impatient_driver, silent_charger, key="abc"), 504, "charge_point_timeout")
        del first["request_id"], again["request_id"]
        assert again == first

    def test_for_another_request_the_key_is_refused(self, driver: Api, charger: Charger) -> None:
        press_start(driver, charger, key="abc")
        problem(ask_to_start(driver, charger, 2, key="abc"), 409, "idempotency_key_reused")
        problem(ask_to_start(driver, charger, idTag=driver.id_tag, key="abc"), 409, "idempotency_key_reused")

    def test_another_drivers_key_is_another_key(self, driver: Api, stranger: Api, charger: Charger) -> None:
        mine = press_start(driver, charger, 1, key="abc").json()
        theirs = press_start(stranger, charger, 2, key="abc").json()
        assert mine["session_id"] != theirs["session_id"]
        problem(stranger.get(f"/api/sessions/{mine['session_id']}"), 404, "not_found")

    def test_it_holds_for_staff_who_start_with_a_drivers_tag(self, driver: Api, staff: Api, charger: Charger) -> None:
        first = press_start(staff, charger, idTag=driver.id_tag, key="abc")
        again = ask_to_start(staff, charger, idTag=driver.id_tag, key="abc")
        assert again.json() == first.json()
        assert driver.get(f"/api/sessions/{first.json()['session_id']}").json()["username"] == driver.username

    def test_a_double_tap_starts_once_and_is_told_to_follow(self, driver: Api, charger: Charger) -> None:
        answers = [meanwhile(lambda: ask_to_start(driver, charger, key="abc")) for _ in range(4)]
        _two, message_id, _action, _payload = charger.receive()
        # The others are answered while the charge point thinks.
        until(lambda: sum(answer.done() for answer in answers) == 3)
        charger.send([3, message_id, {"status": "Accepted"}])
        told = [answer() for answer in answers]
        assert sorted(each.status_code for each in told) == [200, 409, 409, 409]
        sessions = {each.json()["session_id"] for each in told}
        assert len(sessions) == 1
        assert {each.json().get("code") for each in told} == {None, "request_in_progress"}

    @pytest.mark.parametrize("key", ["x" * 101])
    def test_a_key_has_bounds(self, driver: Api, charger: Charger, key: str) -> None:
        problem(ask_to_start(driver, charger, key=key), 422, "bad_input")


def test_of_many_drivers_who_press_start_at_once_exactly_one_wins(
    server: Server, driver: Api, stranger: Api, charger: Charger
) -> None:
    answers = [meanwhile(lambda api=api: ask_to_start(api, charger)) for api in (driver, stranger) * 3]
    charger.serve(1)
    codes = sorted(answer().json().get("code", "started") for answer in answers)
    assert codes.count("started") == 1
    assert set(codes) <= {"started", "connector_busy", "id_tag_not_accepted"}
    assert len(charger.called) == 1


class TestStop:
    @pytest.fixture
    def session(self, driver: Api, charger: Charger) -> dict[str, Any]:
        """A session that charges."""
        started = press_start(driver, charger).json()
        begin(charger, driver.id_tag)
        return driver.get(f"/api/sessions/{started['session_id']}").json()

    def stop(self, api: Api, charger: Charger, **which: Any) -> Any:
        answer = meanwhile(lambda: api.post("/api/stop_charging", **which))
        charger.serve(1)
        return answer()

    def test_by_session(self, driver: Api, charger: Charger, session: dict[str, Any]) -> None:
        stopped = self.stop(driver, charger, session_id=session["session_id"]).json()
        assert stopped == {"status": "Accepted", "session_id": session["session_id"]}
        assert charger.called[-1] == ("RemoteStopTransaction", {"transactionId": session["transaction_id"]})
        assert driver.get(f"/api/sessions/{session['session_id']}").json()["state"] == "stopping"

    def test_by_place(self, driver: Api, charger: Charger, session: dict[str, Any]) -> None:
        stopped = self.stop(driver, charger, evse_id=charger.charge_point_id.lower(), connector_id=1).json()
        assert stopped == {"status": "Accepted", "session_id": session["session_id"]}

    def test_never_by_another_driver(self, stranger: Api, charger: Charger, session: dict[str, Any]) -> None:
        problem(stranger.post("/api/stop_charging", session_id=session["session_id"]), 404, "not_found")
        by_place = stranger.post("/api/stop_charging", evse_id=charger.charge_point_id, connector_id=1)
        problem(by_place, 404, "not_found")
        for path in ("", "/meter_values", "/receipt"):
            problem(stranger.get(f"/api/sessions/{session['session_id']}{path}"), 404, "not_found")
        assert session["session_id"] not in stranger.get("/api/sessions", username=session["username"]).text

    def test_any_by_staff(self, staff: Api, charger: Charger, session: dict[str, Any]) -> None:
        stopped = self.stop(staff, charger, evse_id=charger.charge_point_id, connector_id=1).json()
        assert stopped["session_id"] == session["session_id"]

    def test_refused_by_the_charge_point(self, driver: Api, charger: Charger, session: dict[str, Any]) -> None:
        charger.answers["RemoteStopTransaction"] = REFUSED
        answer = self.stop(driver, charger, session_id=session["session_id"])
        assert (answer.status_code, answer.json()["status"]) == (200, "Rejected")
        assert answer.json()["hint"]
        assert driver.get(f"/api/sessions/{session['session_id']}").json()["state"] == "charging"

    def test_before_it_has_begun(self, driver: Api, charger: Charger) -> None:
        started = press_start(driver, charger).json()
        refused = driver.post("/api/stop_charging", session_id=started["session_id"])
        deadline = problem(refused, 409, "session_not_started")["deadline_at"]
        assert deadline == driver.get(f"/api/sessions/{started['session_id']}").json()["deadline_at"]
        assert deadline.endswith("Z")
        assert datetime.fromisoformat(deadline)

    def test_after_it_has_ended(self, driver: Api, charger: Charger, session: dict[str, Any]) -> None:
        finish(charger, session["transaction_id"])
        refused = driver.post("/api/stop_charging", session_id=session["session_id"])
        assert "completed" in problem(refused, 409, "session_ended")["detail"]
        by_place = driver.post("/api/stop_charging", evse_id=charger.charge_point_id, connector_id=1)
        problem(by_place, 404, "not_found")

    def test_while_the_charge_point_is_away(self, driver: Api, charger: Charger, session: dict[str, Any]) -> None:
        charger.close()
        until(lambda: not driver.get(f"/api/charge_points/{charger.charge_point_id}").json()["online"])
        refused = driver.post("/api/stop_charging", session_id=session["session_id"])
        told = problem(refused, 409, "charge_point_offline")
        assert (told["stop_remembered"], told["outcome"]) == (True, "offline")
        assert told["detail"].endswith("it is asked to stop as soon as it is back")
        now = driver.get(f"/api/sessions/{session['session_id']}").json()
        assert (now["state"], now["reason_code"]) == ("charging", "stop_pending")

    @pytest.mark.parametrize(
        "body", [{}, {"evse_id": "CP1"}, {"connector_id": 1}, {"session_id": "x", "evse_id": "CP1", "connector_id": 1}]
    )
    def test_needs_one_way_to_say_which(self, stranger: Api, body: dict[str, Any]) -> None:
        errors = problem(stranger.post("/api/stop_charging", body), 422, "bad_input")["errors"]
        assert errors == [{"field": "body", "message": "give either session_id, or evse_id and connector_id"}]


def test_the_session_that_charges_is_stopped_and_not_a_request_beside_it(
    impatient_driver: Api, impatient_server: Server, impatient_root: Api
) -> None:
    """A charge point whose clock was wrong starts a transaction that cannot be told to be the one asked for."""
    charger = new_charger(impatient_server, impatient_root)
    charger.answers["RemoteStartTransaction"] = None
    pending = press_start(impatient_driver, charger).json()["session_id"]
    charger.call(
        "StartTransaction",
        {
            "connectorId": 1,
            "idTag": impatient_driver.id_tag,
            "meterStart": 0,
            "timestamp": "2024-01-01T00:00:00Z",
        },
    )
    answer = meanwhile(
        lambda: impatient_driver.post("/api/stop_charging", evse_id=charger.charge_point_id, connector_id=1)
    )
    charger.serve(1)
    assert answer().json()["session_id"] != pending
    charger.close()
