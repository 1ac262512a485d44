"""Sessions that end by a rule of their driver's: the server asks the charge point to stop, until it has."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.storage.database import Storage
from app.storage.embedded import running_uri
from tests.app.charging import events_of, meter, value
from tests.app.stories import begin, finish, press_start, problem
from tests.live import Api, Charger, Server, plug_in, until

STOP = "RemoteStopTransaction"


@pytest.fixture(scope="module")
def driver(server: Server) -> Iterator[Api]:
    """One driver for all of this, who has one session after the other."""
    api = server.sign_up()
    yield api
    api.close()


@pytest.fixture(scope="module")
def kept(server: Server) -> Iterator[Storage]:
    """The server's own database, to put its clock forward in."""
    storage = Storage(running_uri(server.data_dir) or "")
    yield storage
    storage.close()


@pytest.fixture
def ended(driver: Api, charger: Charger) -> Iterator[Callable[[int], None]]:
    """End a transaction when the test is over, so that the driver may begin the next one."""
    numbers: list[int] = []
    yield numbers.append
    for number in numbers:
        finish(charger, number)


@pytest.fixture
def charging(driver: Api, charger: Charger, ended: Callable[[int], None]) -> Callable[..., dict[str, Any]]:
    """Start charging under some rules; the meter shows 1000 Wh at the start."""

    def start(**stop_at: Any) -> dict[str, Any]:
        answer = press_start(driver, charger, stop_at=stop_at)
        assert answer.status_code == 200, answer.text
        ended(begin(charger, driver.id_tag)["transactionId"])
        return dict(driver.get(f"/api/sessions/{answer.json()['session_id']}").json())

    return start


def asked_to_stop(charger: Charger, session: dict[str, Any]) -> None:
    assert charger.serve(1) == [(STOP, {"transactionId": session["transaction_id"]})]


def due(kept: Storage, session: dict[str, Any], **also: Any) -> None:
    """Let the time for the next look have come."""
    kept.sessions.update(session["session_id"], {"stop_due_at": datetime.now(UTC), **also})


def look(api: Api, session: dict[str, Any]) -> dict[str, Any]:
    return dict(api.get(f"/api/sessions/{session['session_id']}").json())


def test_energy_that_is_drawn_stops_the_session_which_says_so(
    driver: Api, charger: Charger, charging: Callable[..., Any]
) -> None:
    session = charging(energy_wh=1000, soc=90, minutes=600)
    assert session["stop_at"] == {"energy_wh": 1000, "soc": 90, "minutes": 600}
    meter(charger, session["transaction_id"], value("1999"))
    meter(charger, session["transaction_id"], value("2000"))
    asked_to_stop(charger, session)
    stopping = driver.session_in(session["session_id"], "stopping")
    assert (stopping["stopped_by"], stopping["reason_code"]) == ("energy_wh", "stopping")
    finish(charger, session["transaction_id"])
    over = look(driver, session)
    assert (over["state"], over["stopped_by"], over["reason_code"]) == (
        "completed",
        "energy_wh",
        "stopped_by_energy_wh",
    )
    assert over["reason"] == "the energy asked for was reached"


def test_a_state_of_charge_that_is_told_stops_the_session(charger: Charger, charging: Callable[..., Any]) -> None:
    session = charging(soc=80)
    told = {"sampledValue": [{"value": "80", "measurand": "SoC", "unit": "Percent"}]}
    meter(charger, session["transaction_id"], {"timestamp": datetime.now(UTC).isoformat(), **told})
    asked_to_stop(charger, session)


def test_what_it_costs_stops_the_session(
    driver: Api, root: Api, charger: Charger, charging: Callable[..., Any]
) -> None:
    tariff = root.post("/api/tariffs", name="Day", currency="EUR", price_per_kwh=50).json()
    root.patch(f"/api/charge_points/{charger.charge_point_id}", tariff_id=tariff["tariff_id"])
    session = charging(cost=100)
    meter(charger, session["transaction_id"], value("3000"))
    asked_to_stop(charger, session)
    assert driver.session_in(session["session_id"], "stopping")["stopped_by"] == "cost"


def test_a_limit_on_the_cost_needs_a_tariff(driver: Api, charger: Charger, charging: Callable[..., Any]) -> None:
    body = {"evse_id": charger.charge_point_id, "connector_id": 1, "stop_at": {"cost": 100}}
    needs = [{"field": "stop_at.cost", "message": "there is no tariff at this charge point"}]
    assert problem(driver.post("/api/start_charging", body), 422, "bad_input")["errors"] == needs
    session = charging(minutes=600)
    refused = driver.patch(f"/api/sessions/{session['session_id']}", stop_at={"cost": 100})
    assert problem(refused, 422, "bad_input")["errors"] == needs


def test_a_time_that_has_come_stops_a_session_that_was_given_it_while_charging(
    driver: Api, charger: Charger, charging: Callable[..., Any]
) -> None:
    session = charging(minutes=600)
    soon = datetime.now(UTC) + timedelta(seconds=0.3)
    changed = driver.patch(f"/api/sessions/{session['session_id']}", stop_at={"time": soon.isoformat()})
    assert list(changed.json()["stop_at"]) == ["time"]
    asked_to_stop(charger, session)


def test_rules_can_be_taken_away(driver: Api, charger: Charger, kept: Storage, charging: Callable[..., Any]) -> None:
    session = charging(energy_wh=1000)
    changed = driver.patch(f"/api/sessions/{session['session_id']}", stop_at=None)
    assert "stop_at" not in changed.json()
    stored = kept.sessions.get(session["session_id"])
    assert stored is not None
    assert (stored.stop_at, stored.stop_due_at) == (None, None)


class TestAChargePointThatDoesNotStop:
    def test_is_asked_again(self, driver: Api, charger: Charger, kept: Storage, charging: Callable[..., Any]) -> None:
        session = charging(energy_wh=1)
        charger.answers[STOP] = {"status": "Rejected"}
        meter(charger, session["transaction_id"], value("1001"))
        asked_to_stop(charger, session)
        refused = until(lambda: (now := look(driver, session)).get("reason_code") == "stop_asked_again" and now)
        assert (refused["state"], "stopped_by" in refused) == ("charging", False)
        charger.answers[STOP] = ["InternalError", "no", {}]
        due(kept, session)
        asked_to_stop(charger, session)
        del charger.answers[STOP]
        until(lambda: not kept.sessions.with_stop_due(datetime.now(UTC), charger.charge_point_id))
        due(kept, session)
        asked_to_stop(charger, session)
        assert driver.session_in(session["session_id"], "stopping")["stopped_by"] == "energy_wh"

    def test_is_asked_again_if_it_said_yes_and_went_on(
        self, driver: Api, charger: Charger, kept: Storage, charging: Callable[..., Any]
    ) -> None:
        session = charging(energy_wh=1)
        meter(charger, session["transaction_id"], value("1001"))
        asked_to_stop(charger, session)
        driver.session_in(session["session_id"], "stopping")
        due(kept, session)
        asked_to_stop(charger, session)

    def test_is_given_up_with_an_event_and_a_hint(
        self, driver: Api, root: Api, charger: Charger, kept: Storage, charging: Callable[..., Any]
    ) -> None:
        session = charging(energy_wh=1)
        charger.answers[STOP] = {"status": "Rejected"}
        meter(charger, session["transaction_id"], value("1001"))
        asked_to_stop(charger, session)
        until(lambda: look(driver, session).get("reason_code") == "stop_asked_again")
        due(kept, session, stop_attempts=10)
        given_up = until(lambda: (now := look(driver, session)).get("reason_code") == "stop_given_up" and now)
        assert "at the charge point" in given_up["hint"]
        (event,) = until(lambda: [e for e in events_of(root, charger) if e["kind"] == "stop_rule_given_up"])
        assert (event["session_id"], event["rule"]) == (session["session_id"], "energy_wh")
        more = driver.patch(f"/api/sessions/{session['session_id']}", stop_at={"energy_wh": 5000}).json()
        assert "reason_code" not in more

    def test_is_waited_for_while_it_is_away_and_asked_when_it_is_back(
        self, driver: Api, server: Server, new_charge_point: Callable[..., Any]
    ) -> None:
        charger = plug_in(server, *(one := new_charge_point()))
        charger.boot()
        charger.status(1, "Preparing")
        soon = datetime.now(UTC) + timedelta(seconds=1)
        session = press_start(driver, charger, stop_at={"time": soon.isoformat()}).json()
        number = begin(charger, driver.id_tag)["transactionId"]
        charger.close()
        pending = until(lambda: (now := look(driver, session)).get("reason_code") == "stop_pending" and now)
        assert pending["state"] == "charging"
        charger = plug_in(server, *one)
        assert charger.serve(1) == [(STOP, {"transactionId": number})]
        assert driver.session_in(session["session_id"], "stopping")["reason_code"] == "stopping"
        finish(charger, number)
        charger.close()


class TestAStopThatWasPressedWhileTheChargePointWasAway:
    @pytest.fixture
    def away(
        self, driver: Api, server: Server, new_charge_point: Callable[..., tuple[str, str | None]]
    ) -> Iterator[tuple[Callable[[], Charger], dict[str, Any]]]:
        """How the charge point comes back, and its session, which is to stop."""
        charger = plug_in(server, *(one := new_charge_point()))
        charger.boot()
        charger.status(1, "Preparing")
        started = press_start(driver, charger).json()
        begin(charger, driver.id_tag)
        session = look(driver, started)
        charger.close()
        until(lambda: not driver.get(f"/api/charge_points/{charger.charge_point_id}").json()["online"])
        problem(driver.post("/api/stop_charging", session_id=session["session_id"]), 409, "charge_point_offline")
        back: list[Charger] = []

        def come_back() -> Charger:
            back.append(plug_in(server, *one))
            return back[0]

        yield come_back, session
        charger = back[0] if back else come_back()
        finish(charger, session["transaction_id"])
        charger.close()

    def test_is_carried_out_when_it_is_back(self, driver: Api, root: Api, away: Any) -> None:
        come_back, session = away
        charger = come_back()
        asked_to_stop(charger, session)
        assert driver.session_in(session["session_id"], "stopping")["reason_code"] == "stopping"
        finish(charger, session["transaction_id"])
        over = look(driver, session)
        assert (over["state"], "stopped_by" in over, "reason_code" in over) == ("completed", False, False)
        sent = root.get("/api/commands", charge_point_id=charger.charge_point_id, action=STOP).json()["items"]
        assert [(one["requested_by"], one["outcome"]) for one in sent] == [
            ("remembered stop", "answered"),
            (driver.username, "offline"),
        ]

    def test_can_be_taken_back(self, driver: Api, kept: Storage, away: Any) -> None:
        _come_back, session = away
        changed = driver.patch(f"/api/sessions/{session['session_id']}", stop_at=None).json()
        assert changed["reason_code"] == "charge_point_offline"
        assert session["session_id"] not in [one.session_id for one in kept.sessions.with_stop_due(datetime.now(UTC))]

    def test_is_forgotten_when_the_charge_point_has_ended_it_by_itself(
        self, driver: Api, kept: Storage, away: Any
    ) -> None:
        come_back, session = away
        finish(come_back(), session["transaction_id"])
        assert look(driver, session)["state"] == "completed"
        assert session["session_id"] not in [one.session_id for one in kept.sessions.with_stop_due(datetime.now(UTC))]


class TestWhoMayChangeRules:
    def test_staff_may(self, root: Api, charging: Callable[..., Any]) -> None:
        session = charging(minutes=600)
        changed = root.patch(f"/api/sessions/{session['session_id']}", stop_at={"soc": 100})
        assert changed.json()["stop_at"] == {"soc": 100}
        (line,) = root.get("/api/audit", kind="session", key=session["session_id"]).json()["items"]
        assert (line["before"], line["after"]) == ({"stop_at": {"minutes": 600}}, {"stop_at": {"soc": 100}})

    def test_another_driver_sees_no_session(self, server: Server, charging: Callable[..., Any]) -> None:
        session = charging(minutes=600)
        other = server.sign_up()
        problem(other.patch(f"/api/sessions/{session['session_id']}", stop_at={"soc": 100}), 404, "not_found")
        other.close()

    def test_nobody_when_it_is_being_stopped_or_over(
        self, driver: Api, charger: Charger, charging: Callable[..., Any]
    ) -> None:
        session = charging(energy_wh=1)
        meter(charger, session["transaction_id"], value("1001"))
        asked_to_stop(charger, session)
        driver.session_in(session["session_id"], "stopping")
        path = f"/api/sessions/{session['session_id']}"
        problem(driver.patch(path, stop_at={"soc": 100}), 409, "session_stopping")
        finish(charger, session["transaction_id"])
        problem(driver.patch(path, stop_at={"soc": 100}), 409, "session_ended")


PAST = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()


@pytest.mark.parametrize(
    ("stop_at", "field"),
    [
        ({}, "stop_at"),
        ({"energy_wh": 0}, "stop_at.energy_wh"),
        ({"energy_wh": 1.5}, "stop_at.energy_wh"),
        ({"energy_wh": {"$gt": 0}}, "stop_at.energy_wh"),
        ({"cost": -1}, "stop_at.cost"),
        ({"minutes": 0}, "stop_at.minutes"),
        ({"minutes": True}, "stop_at.minutes"),
        ({"soc": 101}, "stop_at.soc"),
        ({"soc": "80"}, "stop_at.soc"),
        ({"time": PAST}, "stop_at.time"),
        ({"time": "2030-01-01T00:00:00"}, "stop_at.time"),
        ({"time": "tomorrow"}, "stop_at.time"),
        ({"kwh": 20}, "stop_at.kwh"),
        (["soc", 80], "stop_at"),
    ],
    ids=lambda value: str(value).replace(PAST, "a minute ago"),  # the same in every test process
)
def test_rules_that_make_no_sense_are_refused_by_their_field(driver: Api, stop_at: Any, field: str) -> None:
    body = {"evse_id": "CP001", "connector_id": 1, "stop_at": stop_at}
    errors = problem(driver.post("/api/start_charging", body), 422, "bad_input")["errors"]
    assert [error["field"] for error in errors] == [field]


def test_a_change_is_looked_at_like_a_start(driver: Api) -> None:
    path = f"/api/sessions/{uuid4().hex}"
    assert problem(driver.patch(path), 422, "bad_input")["errors"] == [{"field": "stop_at", "message": "is required"}]
    problem(driver.patch(path, stop_at={"soc": 80}), 404, "not_found")


def test_another_rule_is_another_request(driver: Api, charger: Charger) -> None:
    first = press_start(driver, charger, key="rules", stop_at={"soc": 80})
    again = {"evse_id": charger.charge_point_id, "connector_id": 1, "stop_at": {"soc": 81}}
    refused = driver.post("/api/start_charging", again, headers={"Idempotency-Key": "rules"})
    problem(refused, 409, "idempotency_key_reused")
    assert first.json()["status"] == "Accepted"
