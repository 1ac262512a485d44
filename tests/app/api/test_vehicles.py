"""Vehicles: kept by their owners, charging by tags of their own."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.domain.vehicles import MOST_PER_ACCOUNT
from tests.app.stories import ask_to_start, begin, finish, press_start, problem
from tests.live import Api, Charger, Server


@pytest.fixture(scope="module")
def owner(server: Server) -> Iterator[Api]:
    api = server.sign_up()
    yield api
    api.close()


@pytest.fixture(scope="module")
def stranger(server: Server) -> Iterator[Api]:
    api = server.sign_up()
    yield api
    api.close()


def new_vehicle(api: Api, name: str = "Red", **facts: Any) -> dict[str, Any]:
    added = api.post("/api/me/vehicles", name=name, **facts)
    assert added.status_code == 201, added.text
    return dict(added.json())


def vehicles(api: Api) -> list[str]:
    return [vehicle["vehicle_id"] for vehicle in api.get("/api/me/vehicles").json()["items"]]


def test_a_vehicle_is_added_changed_and_removed(owner: Api, root: Api) -> None:
    added = new_vehicle(owner, " Red ", plate="AB-C 123", vin="wvwzzze1zmp000001", battery_kwh=58.5)
    facts = {"name": "Red", "plate": "AB-C 123", "vin": "WVWZZZE1ZMP000001", "battery_kwh": 58.5}
    assert added.items() >= facts.items()
    assert set(added) == {*facts, "vehicle_id", "idTag", "created_at"}

    path = f"/api/me/vehicles/{added['vehicle_id']}"
    changed = owner.patch(path, name="Blue", plate=None, battery_kwh=77)
    assert changed.json() == {k: v for k, v in added.items() if k != "plate"} | {"name": "Blue", "battery_kwh": 77}
    assert owner.get("/api/me/vehicles").json() == {"items": [changed.json()], "next": None}
    assert root.get(f"/api/users/{owner.username.upper()}/vehicles").json()["items"] == [changed.json()]

    assert owner.delete(path).status_code == 204
    assert vehicles(owner) == []
    problem(owner.delete(path), 404, "not_found")


def test_its_tag_is_a_child_of_the_accounts(owner: Api, root: Api) -> None:
    vehicle = new_vehicle(owner)
    tags = owner.get("/api/me/id_tags").json()["items"]
    assert {tag["kind"] for tag in tags if tag["idTag"] == owner.id_tag} == {"account"}
    (tag,) = [tag for tag in tags if tag["idTag"] == vehicle["idTag"]]
    expected = {"kind": "vehicle", "status": "Accepted", "parent_id_tag": owner.id_tag, "label": "Red"}
    assert tag.items() >= {**expected, "vehicle_id": vehicle["vehicle_id"], "concurrent_limit": 1}.items()

    owner.patch(f"/api/me/vehicles/{vehicle['vehicle_id']}", name="Blue")
    assert root.get(f"/api/id_tags/{vehicle['idTag']}").json()["label"] == "Blue"
    owner.delete(f"/api/me/vehicles/{vehicle['vehicle_id']}")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", {"$ne": None}),
        ("name", ["Red"]),
        ("name", ""),
        ("name", "x" * 61),
        ("name", "two\nlines"),
        ("name", None),
        ("plate", {"$gt": ""}),
        ("plate", "x" * 21),
        ("vin", "WVWZZZE1ZMP00000O"),
        ("vin", {"$regex": "."}),
        ("battery_kwh", 0),
        ("battery_kwh", 1e300),
        ("battery_kwh", "58"),
        ("battery_kwh", {"$gt": 0}),
        ("idTag", "MINE"),
        ("username", "root"),
        ("vehicle_id", "mine"),
    ],
)
def test_what_is_no_vehicle_is_refused_with_the_fields_name(owner: Api, field: str, value: object) -> None:
    for answer in (
        owner.post("/api/me/vehicles", {"name": "Red", field: value}),
        owner.patch("/api/me/vehicles/any", **{field: value}),
    ):
        assert problem(answer, 422, "bad_input")["errors"][0]["field"] == field
    assert vehicles(owner) == []


def test_somebody_elses_vehicle_is_not_there(owner: Api, stranger: Api, charger: Charger) -> None:
    vehicle_id = new_vehicle(owner)["vehicle_id"]
    path = f"/api/me/vehicles/{vehicle_id}"
    for answer in (
        stranger.patch(path, name="Mine"),
        stranger.delete(path),
        ask_to_start(stranger, charger, vehicle_id=vehicle_id),
        stranger.patch("/api/me/vehicles/no-such-thing", name="Mine"),
        ask_to_start(stranger, charger, vehicle_id="no-such-thing"),
    ):
        assert problem(answer, 404, "not_found")["detail"] == "there is no such vehicle among yours"
    assert vehicles(stranger) == []
    problem(stranger.get(f"/api/users/{owner.username}/vehicles"), 403, "forbidden")
    assert stranger.get("/api/sessions", vehicle_id=vehicle_id).json()["items"] == []
    owner.delete(path)


def test_an_account_has_so_many_vehicles_and_no_more(stranger: Api) -> None:
    added = [new_vehicle(stranger, f"No. {n}")["vehicle_id"] for n in range(MOST_PER_ACCOUNT)]
    problem(stranger.post("/api/me/vehicles", name="One more"), 409, "too_many_vehicles")
    assert sorted(vehicles(stranger)) == sorted(added)
    for vehicle_id in added:
        stranger.delete(f"/api/me/vehicles/{vehicle_id}")


def test_two_vehicles_of_one_account_charge_at_once_and_each_once(owner: Api, charger: Charger) -> None:
    red, blue = new_vehicle(owner), new_vehicle(owner, "Blue")
    answer = press_start(owner, charger, vehicle_id=red["vehicle_id"]).json()
    assert answer["status"] == "Accepted"
    assert charger.called[-1][1]["idTag"] == red["idTag"]
    first = begin(charger, red["idTag"])

    # The other one is plugged in and shows its tag at the charge point itself.
    second = begin(charger, blue["idTag"], 2)
    assert second["idTagInfo"] == {"status": "Accepted", "parentIdTag": owner.id_tag}
    sessions = owner.get("/api/sessions").json()["items"]
    assert [(s["connector_id"], s["vehicle_id"], s["state"]) for s in sessions] == [
        (2, blue["vehicle_id"], "charging"),
        (1, red["vehicle_id"], "charging"),
    ]
    again = problem(ask_to_start(owner, charger, 2, vehicle_id=red["vehicle_id"]), 409, "connector_busy")
    assert again["session_id"] == sessions[0]["session_id"]
    for transaction in (first, second):
        finish(charger, transaction["transactionId"])

    of_red = owner.get("/api/sessions", vehicle_id=red["vehicle_id"]).json()["items"]
    assert [session["session_id"] for session in of_red] == [answer["session_id"]]
    assert owner.get(f"/api/sessions/{answer['session_id']}/receipt").json()["vehicle_id"] == red["vehicle_id"]
    for vehicle in (red, blue):
        owner.delete(f"/api/me/vehicles/{vehicle['vehicle_id']}")


def test_a_removed_vehicles_tag_is_blocked_and_its_sessions_stay(owner: Api, charger: Charger) -> None:
    vehicle = new_vehicle(owner)
    transaction = begin(charger, vehicle["idTag"])
    assert owner.delete(f"/api/me/vehicles/{vehicle['vehicle_id']}").status_code == 204
    assert begin(charger, vehicle["idTag"], 2)["idTagInfo"]["status"] == "Blocked"
    finish(charger, transaction["transactionId"])
    (kept,) = owner.get("/api/sessions", vehicle_id=vehicle["vehicle_id"], connector_id=1).json()["items"]
    assert (kept["state"], kept["energy_wh"]) == ("completed", 1234)


def test_a_vehicle_is_named_by_itself_or_by_its_tag_not_by_both(owner: Api, charger: Charger) -> None:
    answer = ask_to_start(owner, charger, vehicle_id="any", idTag=owner.id_tag)
    assert "give either vehicle_id or idTag" in problem(answer, 422, "bad_input")["detail"]
    problem(ask_to_start(owner, charger, vehicle_id={"$ne": None}), 422, "bad_input")


def test_an_idempotency_key_is_for_one_vehicle(owner: Api, charger: Charger) -> None:
    vehicle = new_vehicle(owner)
    key = f"key-{vehicle['vehicle_id']}"
    charger.answers["RemoteStartTransaction"] = {"status": "Rejected"}
    first = press_start(owner, charger, key=key, vehicle_id=vehicle["vehicle_id"])
    assert ask_to_start(owner, charger, key=key, vehicle_id=vehicle["vehicle_id"]).json() == first.json()
    problem(ask_to_start(owner, charger, key=key), 409, "idempotency_key_reused")
    owner.delete(f"/api/me/vehicles/{vehicle['vehicle_id']}")
