"""idTags as staff keep them."""

from uuid import uuid4

import pytest

from tests.app.stories import problem
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
