"""idTags as staff keep them."""

from uuid import uuid4

import pytest

from tests.app.stories import begin, problem
from tests.live import Api, Charger


def a_tag() -> str:
    return uuid4().hex[:12].upper()


def test_a_tag_is_made_or_given_and_found_in_any_case(root: Api) -> None:
    made = root.post("/api/id_tags", {}).json()
    assert made.items() >= {"status": "Accepted", "concurrent_limit": 1}.items()
    given = a_tag()
    added = root.post("/api/id_tags", idTag=given.lower(), label="Fleet card 7")
    assert (added.status_code, added.json()["idTag"], added.json()["label"]) == (201, given, "Fleet card 7")
    assert root.get(f"/api/id_tags/{given.lower()}").json() == added.json()
    problem(root.post("/api/id_tags", idTag=given), 409, "id_tag_exists")


@pytest.mark.parametrize("wrong", ["", " ", "x" * 21, "two words", "a\nb", "ä", {"$ne": ""}])
def test_what_no_charge_point_could_send_is_refused(root: Api, wrong: object) -> None:
    assert problem(root.post("/api/id_tags", idTag=wrong), 422, "bad_input")["errors"][0]["field"] == "idTag"


def test_what_a_tag_refers_to_must_exist(root: Api, driver: Api) -> None:
    for field in ("parent_id_tag", "username"):
        refused = problem(root.post("/api/id_tags", {field: "NOSUCHTHING"}), 422, "bad_input")
        assert refused["errors"][0]["field"] == field
    tag = root.post("/api/id_tags", parent_id_tag=driver.id_tag.lower(), username=driver.username.upper()).json()
    assert (tag["parent_id_tag"], tag["username"]) == (driver.id_tag, driver.username)
    own = problem(root.patch(f"/api/id_tags/{tag['idTag']}", parent_id_tag=tag["idTag"]), 422, "bad_input")
    assert own["errors"][0]["field"] == "parent_id_tag"
    assert {t["idTag"] for t in driver.get("/api/me/id_tags").json()["items"]} == {driver.id_tag, tag["idTag"]}
    children = root.get("/api/id_tags", parent_id_tag=driver.id_tag).json()["items"]
    assert [child["idTag"] for child in children] == [tag["idTag"]]


def test_a_change_counts_with_the_next_word_of_a_charge_point(root: Api, charger: Charger) -> None:
    tag = root.post("/api/id_tags", {}).json()["idTag"]
    path = f"/api/id_tags/{tag}"
    for change, status in (
        ({}, "Accepted"),
        ({"status": "Blocked"}, "Blocked"),
        ({"status": "Accepted", "expiry_date": "2025-01-01T00:00:00Z"}, "Expired"),
        ({"expiry_date": None}, "Accepted"),
    ):
        assert root.patch(path, **change).status_code == 200
        assert charger.call("Authorize", {"idTag": tag})["idTagInfo"]["status"] == status


def test_an_unknown_tag_is_not_found(root: Api) -> None:
    problem(root.get("/api/id_tags/NOSUCHTAG"), 404, "not_found")
    problem(root.patch("/api/id_tags/NOSUCHTAG", status="Blocked"), 404, "not_found")


def test_an_accounts_a_vehicles_and_nobodys_tag_are_told_apart(root: Api, driver: Api) -> None:
    vehicle = driver.post("/api/me/vehicles", name="Red").json()["idTag"]
    card = root.post("/api/id_tags", username=driver.username).json()["idTag"]
    for kind, tag in (("account", driver.id_tag), ("vehicle", vehicle), ("card", card)):
        found = root.get("/api/id_tags", kind=kind, username=driver.username).json()["items"]
        assert [one["idTag"] for one in found] == [tag]


def test_a_tag_that_is_an_accounts_or_a_vehicles_stays_so(root: Api, driver: Api) -> None:
    vehicle = driver.post("/api/me/vehicles", name="Red").json()["idTag"]
    for tag in (driver.id_tag, vehicle):
        refused = problem(root.patch(f"/api/id_tags/{tag}", username="root"), 422, "bad_input")
        assert refused["errors"][0]["field"] == "username"
        assert "block it" in problem(root.delete(f"/api/id_tags/{tag}"), 409, "id_tag_in_use")["detail"]
    for parent in (a_card(root), None):
        refused = problem(root.patch(f"/api/id_tags/{vehicle}", parent_id_tag=parent), 422, "bad_input")
        assert refused["errors"][0]["field"] == "parent_id_tag"


def a_card(root: Api, **facts: str) -> str:
    return str(root.post("/api/id_tags", facts).json()["idTag"])


def test_a_family_is_one_level_and_has_no_circles(root: Api) -> None:
    parent, other = a_card(root), a_card(root)
    child = a_card(root, parent_id_tag=parent)
    for tag, wanted, why in (
        (parent, child, f"{child} has a parent itself, {parent}; take that"),
        (other, child, f"{child} has a parent itself, {parent}; take that"),
        (parent, other, "this tag is a parent itself, and a parent has none"),
        (other, other.lower(), "a tag cannot be its own parent"),
    ):
        refused = problem(root.patch(f"/api/id_tags/{tag}", parent_id_tag=wanted), 422, "bad_input")
        assert refused["errors"] == [{"field": "parent_id_tag", "message": why}]
    new = problem(root.post("/api/id_tags", parent_id_tag=child), 422, "bad_input")
    assert new["errors"][0]["field"] == "parent_id_tag"
    assert root.patch(f"/api/id_tags/{child}", parent_id_tag=None).status_code == 200
    assert root.patch(f"/api/id_tags/{parent}", parent_id_tag=child).json()["parent_id_tag"] == child


def test_a_vehicle_fares_as_its_account_and_as_the_family_of_that(root: Api, driver: Api, charger: Charger) -> None:
    vehicle, family = driver.post("/api/me/vehicles", name="Red").json()["idTag"], a_card(root)
    assert root.patch(f"/api/id_tags/{driver.id_tag}", parent_id_tag=family).status_code == 200
    for tag in (driver.id_tag, family):
        for status in ("Blocked", "Accepted"):
            root.patch(f"/api/id_tags/{tag}", status=status)
            assert charger.call("Authorize", {"idTag": vehicle})["idTagInfo"]["status"] == status


def test_only_a_card_that_was_never_used_is_removed(root: Api, charger: Charger) -> None:
    unused, used, parent = a_card(root), a_card(root), a_card(root)
    a_card(root, parent_id_tag=parent)
    begin(charger, used)
    for tag, why in ((used, "sessions"), (parent, "parent")):
        refused = problem(root.delete(f"/api/id_tags/{tag}"), 409, "id_tag_in_use")
        assert why in refused["detail"]
        assert refused["detail"].endswith("block it instead")
    assert root.delete(f"/api/id_tags/{unused.lower()}").status_code == 204
    problem(root.delete(f"/api/id_tags/{unused}"), 404, "not_found")
    assert charger.call("Authorize", {"idTag": unused})["idTagInfo"]["status"] == "Invalid"
