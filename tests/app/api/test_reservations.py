"""Reservations over HTTP: who may make, see and cancel which, and what is refused before the charge point is asked."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.app.charging import new_tag
from tests.app.reservation_stories import ask_to_reserve, cancel, held, look, reserve, soon
from tests.app.stories import meanwhile, press_start, problem
from tests.live import Api, Charger, Server


@pytest.fixture
def stranger(server: Server) -> Iterator[Api]:
    """Another driver, whose things are nobody else's."""
    api = server.sign_up()
    yield api
    api.close()


def ids(api: Api, **query: Any) -> list[int]:
    return [item["reservation_id"] for item in api.get("/api/reservations", **query).json()["items"]]


def lasts(reservation: dict[str, Any]) -> timedelta:
    begin, end = (datetime.fromisoformat(reservation[name]) for name in ("requested_at", "expires_at"))
    return end - begin


def test_a_driver_reserves_for_himself_for_half_an_hour(driver: Api, charger: Charger) -> None:
    reservation = reserve(driver, charger)
    expected = {"state": "reserved", "reserve_status": "Accepted", "connector_id": 1, "idTag": driver.id_tag}
    assert reservation.items() >= expected.items()
    assert (reservation["username"], reservation["requested_by"]) == (driver.username, driver.username)
    assert lasts(reservation) == timedelta(minutes=30)
    assert not {"reason", "hint", "session_id", "ended_at"} & reservation.keys()
    assert charger.called[-1] == (
        "ReserveNow",
        {
            "connectorId": 1,
            "idTag": driver.id_tag,
            "expiryDate": reservation["expires_at"],
            "reservationId": reservation["reservation_id"],
        },
    )
    assert look(driver, reservation["reservation_id"]) == reservation
    command = driver.get(f"/api/commands/{reservation['command_id']}").json()
    assert (command["action"], command["status"]) == ("ReserveNow", "Accepted")


def test_its_end_is_chosen_in_minutes_or_as_a_time(driver: Api, charger: Charger) -> None:
    reservation = reserve(driver, charger, minutes=240)
    assert lasts(reservation) == timedelta(hours=4)
    cancel(driver, charger, reservation["reservation_id"])
    until_then = reserve(driver, charger, expires_at=soon(7200))
    assert timedelta(minutes=119) < lasts(until_then) <= timedelta(hours=2)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"minutes": 241}, "minutes"),
        ({"minutes": 0}, "minutes"),
        ({"expires_at": "2024-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2099-01-01T00:00:00Z"}, "expires_at"),
        ({"minutes": 5, "expires_at": "2099-01-01T00:00:00Z"}, "body"),
        ({"connector_id": 3}, "connector_id"),
        ({"connector_id": -1}, "connector_id"),
        ({"connector_id": "1"}, "connector_id"),
        ({"idTag": "has a space"}, "idTag"),
        ({"username": "me"}, "username"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field(
    driver: Api, charger: Charger, wrong: dict[str, Any], field: str
) -> None:
    body = {"evse_id": charger.charge_point_id, "connector_id": 1, **wrong}
    refused = problem(driver.post("/api/reservations", body), 422, "bad_input")
    assert [error["field"] for error in refused["errors"]] == [field]
    assert ids(driver) == []


def test_nobody_reserves_where_nobody_can_be_asked(
    driver: Api, root: Api, charger: Charger, new_charge_point: Callable[..., Any]
) -> None:
    charge_point_id, _password = new_charge_point()
    offline = driver.post("/api/reservations", evse_id=charge_point_id, connector_id=1)
    problem(offline, 409, "charge_point_offline")
    problem(driver.post("/api/reservations", evse_id="Nowhere", connector_id=1), 404, "not_found")
    root.patch(f"/api/charge_points/{charger.charge_point_id}", registration="Pending")
    problem(ask_to_reserve(driver, charger), 409, "charge_point_not_accepted")
    assert ids(driver) == []


def test_what_the_charge_point_says_it_cannot_is_not_asked_for(driver: Api, root: Api, charger: Charger) -> None:
    def tell(key: str, value: str) -> None:
        charger.answers["GetConfiguration"] = {"configurationKey": [{"key": key, "readonly": True, "value": value}]}
        path = f"/api/charge_points/{charger.charge_point_id}/commands/GetConfiguration"
        asked = meanwhile(lambda: root.post(path, {"key": [key]}))
        charger.serve()
        assert asked().status_code == 200

    tell("ReserveConnectorZeroSupported", "false")
    problem(ask_to_reserve(driver, charger, 0), 409, "not_supported_by_charge_point")
    tell("SupportedFeatureProfiles", "Core,RemoteTrigger")
    problem(ask_to_reserve(driver, charger, 1), 409, "not_supported_by_charge_point")
    tell("SupportedFeatureProfiles", "Core,Reservation")
    assert reserve(driver, charger, 1)["state"] == "reserved"


def test_a_tag_that_may_not_charge_reserves_nothing(driver: Api, root: Api, charger: Charger) -> None:
    root.patch(f"/api/id_tags/{driver.id_tag}", status="Blocked")
    assert problem(ask_to_reserve(driver, charger), 409, "id_tag_not_accepted")["id_tag_status"] == "Blocked"


def test_a_driver_names_only_tags_of_his_own(driver: Api, stranger: Api, root: Api, charger: Charger) -> None:
    card = new_tag(root, username=driver.username)
    problem(ask_to_reserve(stranger, charger, idTag=card), 404, "not_found")
    assert reserve(driver, charger, idTag=card.lower())["idTag"] == card


def test_staff_reserve_for_anybodys_tag_and_it_is_his(driver: Api, root: Api, charger: Charger, id_tag: str) -> None:
    for_driver = reserve(root, charger, 1, idTag=driver.id_tag)
    for_card = reserve(root, charger, 2, idTag=id_tag)
    assert (for_driver["username"], for_driver["requested_by"]) == (driver.username, "root")
    assert "username" not in for_card
    assert ids(driver) == [for_driver["reservation_id"]]
    assert cancel(driver, charger, for_driver["reservation_id"]).json()["state"] == "cancelled"


def test_another_drivers_reservation_looks_like_none(driver: Api, stranger: Api, root: Api, charger: Charger) -> None:
    number = reserve(driver, charger)["reservation_id"]
    for answer in (stranger.get(f"/api/reservations/{number}"), stranger.delete(f"/api/reservations/{number}")):
        problem(answer, 404, "not_found")
    problem(driver.get("/api/reservations/2147483647"), 404, "not_found")
    assert ids(stranger, username=driver.username) == []
    assert look(root, number)["username"] == driver.username


def test_lists_are_the_newest_first_in_pages_and_filtered(root: Api, charger: Charger) -> None:
    here = {"charge_point_id": charger.charge_point_id}
    tags = [new_tag(root) for _ in range(4)]
    numbers = [reserve(root, charger, 0, idTag=tag)["reservation_id"] for tag in tags[:3]]
    refused = reserve(root, charger, 2, says="Occupied", idTag=tags[3])["reservation_id"]
    assert ids(root, **here) == [refused, *reversed(numbers)]
    first = root.get("/api/reservations", limit=3, **here).json()
    assert ids(root, limit=3, cursor=first["next"], **here) == [numbers[0]]
    assert ids(root, state="refused", **here) == ids(root, connector_id=2, **here) == [refused]
    assert ids(root, idTag=tags[0].lower(), charge_point_id=charger.charge_point_id.lower()) == [numbers[0]]


def test_an_account_has_one_open_reservation(driver: Api, root: Api, charger: Charger) -> None:
    card = new_tag(root, username=driver.username)
    number = reserve(driver, charger)["reservation_id"]
    problem(ask_to_reserve(driver, charger, 2), 409, "reservation_open")
    problem(ask_to_reserve(root, charger, 2, idTag=card), 409, "reservation_open")
    cancel(driver, charger, number)
    assert reserve(driver, charger, 2, idTag=card)["state"] == "reserved"


def test_of_two_drivers_the_first_gets_the_connector(driver: Api, stranger: Api, charger: Charger) -> None:
    number = reserve(driver, charger)["reservation_id"]
    problem(ask_to_reserve(stranger, charger), 409, "connector_reserved")
    cancel(driver, charger, number)
    assert reserve(stranger, charger)["state"] == "reserved"


def test_how_many_hold_any_connector_is_for_the_charge_point_to_say(
    driver: Api, stranger: Api, charger: Charger
) -> None:
    assert reserve(driver, charger, 0)["state"] == reserve(stranger, charger, 0)["state"] == "reserved"


class TestStartingOnAReservedConnector:
    def test_another_driver_is_told_until_when(self, driver: Api, stranger: Api, charger: Charger) -> None:
        number = held(driver, charger)
        start = {"evse_id": charger.charge_point_id, "connector_id": 1}
        refused = problem(stranger.post("/api/start_charging", start), 409, "connector_reserved")
        assert refused["until"] == look(driver, number)["expires_at"]
        assert press_start(stranger, charger, 2).json()["status"] == "Accepted"

    def test_its_driver_starts(self, driver: Api, charger: Charger) -> None:
        held(driver, charger)
        assert press_start(driver, charger).json()["status"] == "Accepted"

    def test_the_family_starts(self, driver: Api, stranger: Api, root: Api, charger: Charger) -> None:
        parent = new_tag(root)
        for api in (driver, stranger):
            root.patch(f"/api/id_tags/{api.id_tag}", parent_id_tag=parent)
        held(driver, charger)
        assert charger.called[-1][1]["parentIdTag"] == parent
        assert press_start(stranger, charger).json()["status"] == "Accepted"

    def test_anybody_starts_once_it_is_over(self, driver: Api, stranger: Api, charger: Charger) -> None:
        number = held(driver, charger)
        cancel(driver, charger, number)
        assert press_start(stranger, charger).json()["status"] == "Accepted"
