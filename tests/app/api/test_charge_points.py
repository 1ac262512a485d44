"""Charge points as admins keep them and as drivers see them; a password is told once."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.app.stories import begin, finish, press_start, problem
from tests.live import Api, Charger

PASSWORD = "sixteen or more bytes"


def is_sent_away(charger: Charger) -> bool:
    """Wait for the close that asks a charge point to come in again."""
    try:
        charger.receive()
    except ConnectionClosed as closed:
        return closed.rcvd is not None and closed.rcvd.code == 1008
    return False


def test_a_password_is_made_told_once_and_opens_the_door(root: Api, connect: Callable[..., Charger]) -> None:
    added = root.post("/api/charge_points", id=f"CP-{uuid4().hex[:8]}", name="Level 1", place="Car park")
    assert added.status_code == 201
    answer = added.json()
    assert 16 <= len(answer["password"]) <= 20
    assert answer["url"].endswith(f"/ocpp/{answer['id']}")
    assert (answer["security_profile"], answer["online"], answer["name"]) == (1, False, "Level 1")
    shown = root.get(f"/api/charge_points/{answer['id']}")
    assert answer["password"] not in shown.text
    assert "password" not in shown.text
    assert connect(answer["id"], answer["password"]).boot()["status"] == "Accepted"
    assert root.get(f"/api/charge_points/{answer['id'].lower()}").json()["online"] is True


def test_a_password_of_ones_own_is_taken(root: Api, connect: Callable[..., Charger]) -> None:
    added = root.post("/api/charge_points", id=f"CP-{uuid4().hex[:8]}", password=PASSWORD).json()
    assert added["password"] == PASSWORD
    connect(added["id"], PASSWORD)
    for password in ("too short", "x" * 41):
        refused = problem(root.post(f"/api/charge_points/{added['id']}/password", password=password), 422, "bad_input")
        assert refused["errors"][0]["field"] == "password"


def test_an_id_is_taken_whatever_its_case(root: Api, new_charge_point: Callable[..., Any]) -> None:
    charge_point_id, _password = new_charge_point()
    problem(root.post("/api/charge_points", id=charge_point_id.lower()), 409, "charge_point_exists")


@pytest.mark.parametrize("wrong", ["", " ", "a/b", "x" * 49, "..", ".", "ünï", "a\tb", "a?b", "a%2Fb", " a", "<b>"])
def test_an_id_that_cannot_be_part_of_an_address_is_refused(root: Api, wrong: str) -> None:
    assert problem(root.post("/api/charge_points", id=wrong), 422, "bad_input")["errors"][0]["field"] == "id"


def test_a_new_password_ends_the_connection_and_the_old_one(
    root: Api, charger: Charger, connect: Callable[..., Charger]
) -> None:
    path = f"/api/charge_points/{charger.charge_point_id}"
    password = root.post(f"{path}/password", password=PASSWORD).json()["password"]
    assert is_sent_away(charger)
    with pytest.raises(InvalidStatus, match="401"):
        connect(charger.charge_point_id, "not the password")
    connect(charger.charge_point_id, password)
    assert password not in root.get(path).text


@pytest.mark.parametrize("change", [{"registration": "Rejected"}, {"registration": "Pending"}, {"security_profile": 0}])
def test_a_change_of_the_rules_sends_the_charge_point_away_to_come_in_by_them(
    root: Api, charger: Charger, change: dict[str, Any]
) -> None:
    changed = root.patch(f"/api/charge_points/{charger.charge_point_id}", **change)
    assert changed.json().items() >= change.items()
    assert is_sent_away(charger)


def test_a_change_of_its_name_leaves_a_charge_point_alone(root: Api, charger: Charger) -> None:
    path = f"/api/charge_points/{charger.charge_point_id}"
    assert root.patch(path, name="New", place="There").json().items() >= {"name": "New", "place": "There"}.items()
    assert "name" not in root.patch(path, name=None).json()
    assert "currentTime" in charger.call("Heartbeat", {})


def test_a_profile_with_a_password_needs_one(root: Api) -> None:
    added = root.post("/api/charge_points", id=f"CP-{uuid4().hex[:8]}", security_profile=0).json()
    assert "password" not in added
    path = f"/api/charge_points/{added['id']}"
    problem(root.patch(path, security_profile=1), 409, "password_missing")
    root.post(f"{path}/password", {})
    assert root.patch(path, security_profile=1).json()["security_profile"] == 1


def test_it_cannot_be_removed_while_it_charges_and_its_sessions_stay(
    driver: Api, root: Api, charger: Charger, connect: Callable[..., Charger]
) -> None:
    path = f"/api/charge_points/{charger.charge_point_id}"
    started = press_start(driver, charger).json()["session_id"]
    problem(root.delete(path), 409, "charge_point_busy")
    transaction = begin(charger, driver.id_tag)["transactionId"]
    problem(root.delete(path), 409, "charge_point_busy")
    finish(charger, transaction)
    removed = root.delete(path)
    assert (removed.status_code, removed.content) == (204, b"")
    assert is_sent_away(charger)
    problem(root.get(path), 404, "not_found")
    problem(root.delete(path), 404, "not_found")
    with pytest.raises(InvalidStatus, match="404"):
        connect(charger.charge_point_id, PASSWORD)
    assert driver.get(f"/api/sessions/{started}/receipt").json()["energy_wh"] == 1234


def test_drivers_see_where_to_charge_and_nothing_of_the_works(driver: Api, root: Api, charger: Charger) -> None:
    root.patch(f"/api/charge_points/{charger.charge_point_id}", name="Level 1")
    seen = driver.get(f"/api/charge_points/{charger.charge_point_id}").json()
    assert set(seen) == {"id", "name", "online", "connectors"}
    assert [set(each) for each in seen["connectors"]] == [{"connector_id", "status", "status_at", "online"}] * 2
    problem(driver.get(f"/api/charge_points/{charger.charge_point_id}/events"), 403, "forbidden")


def test_drivers_are_not_shown_what_is_not_in_service(driver: Api, root: Api, charger: Charger) -> None:
    root.patch(f"/api/charge_points/{charger.charge_point_id}", registration="Pending")
    listed = driver.get("/api/charge_points", limit=500, registration="Pending").json()["items"]
    assert charger.charge_point_id not in {each["id"] for each in listed}
    staffs = root.get("/api/charge_points", limit=500, registration="Pending").json()["items"]
    assert charger.charge_point_id in {each["id"] for each in staffs}


def test_a_refused_connection_can_be_looked_up(
    root: Api, new_charge_point: Callable[..., Any], connect: Callable[..., Charger]
) -> None:
    charge_point_id, _password = new_charge_point()
    for _ in range(2):
        with pytest.raises(InvalidStatus, match="401"):
            connect(charge_point_id, "guess-guess-guess")
    (refusal,) = root.get("/api/refusals", charge_point_id=charge_point_id).json()["items"]
    assert (refusal["status"], refusal["count"], refusal["username"]) == (401, 2, charge_point_id)
    assert "password" in refusal["reason"]
    assert "guess-guess" not in str(refusal)
