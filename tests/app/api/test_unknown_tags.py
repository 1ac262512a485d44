"""Unknown idTags: seen at a charge point, adopted or ignored by staff."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.storage.database import Storage
from app.transactions.guesses import LIMIT
from tests.app.charging import start, verdict
from tests.app.stories import problem
from tests.live import Api, Charger, Server

NOW = datetime(2036, 6, 15, 12, 0, tzinfo=UTC)
PATH = "/api/id_tags/unknown"


@pytest.fixture(scope="module")
def staff(server: Server, root: Api) -> Iterator[Api]:
    root.post("/api/users", username="unknown-tags", password="long enough", role="staff")
    api = server.log_in("unknown-tags", "long enough")
    yield api
    api.close()


def seen_at(staff: Api, charger: Charger, **query: Any) -> list[dict[str, Any]]:
    items = staff.get(PATH, limit=500, **query).json()["items"]
    return [one for one in items if one["charge_point_id"] == charger.charge_point_id]


def authorize(charger: Charger, id_tag: str) -> str:
    return str(charger.call("Authorize", {"idTag": id_tag})["idTagInfo"]["status"])


def a_tag() -> str:
    return uuid4().hex[:14].upper()


def test_a_card_held_to_a_charger_is_seen_adopted_and_charges(staff: Api, charger: Charger, driver: Api) -> None:
    tag = a_tag()
    assert authorize(charger, tag.lower()) == "Invalid"
    assert verdict(start(charger, tag, connector_id=2)) == "Invalid"
    (seen,) = seen_at(staff, charger)
    assert seen.items() >= {"idTag": tag, "count": 2, "connector_id": 2, "ignored": False}.items()
    assert seen["first_at"] < seen["last_at"]

    adopted = staff.post(f"{PATH}/{tag.lower()}/adopt", label="New card", username=driver.username)
    assert adopted.status_code == 201
    facts = {"idTag": tag, "kind": "card", "status": "Accepted", "label": "New card", "username": driver.username}
    assert adopted.json().items() >= facts.items()
    assert authorize(charger, tag) == "Accepted"
    assert seen_at(staff, charger) == []
    problem(staff.post(f"{PATH}/{tag}/adopt", {}), 404, "not_found")


def test_one_that_is_ignored_is_listed_apart_and_stays_unknown(staff: Api, charger: Charger) -> None:
    tag = a_tag()
    authorize(charger, tag)
    assert staff.post(f"{PATH}/{tag}/ignore", {}).status_code == 204
    assert authorize(charger, tag) == "Invalid"
    assert seen_at(staff, charger) == []
    assert [one["count"] for one in seen_at(staff, charger, ignored=True)] == [2]
    assert staff.delete(f"{PATH}/{tag}/ignore").status_code == 204
    assert [one["idTag"] for one in seen_at(staff, charger)] == [tag]


def test_one_that_is_added_by_hand_is_unknown_no_more(staff: Api, charger: Charger) -> None:
    tag = a_tag()
    authorize(charger, tag)
    assert staff.post("/api/id_tags", idTag=tag).status_code == 201
    assert seen_at(staff, charger) == []


def test_blocked_ones_and_what_can_be_no_tag_are_not_listed(staff: Api, charger: Charger) -> None:
    blocked = staff.post("/api/id_tags", status="Blocked").json()["idTag"]
    for shown in (blocked, "", "two words", "ä", "<b>\u202e"):
        authorize(charger, shown)
    assert [one["idTag"] for one in seen_at(staff, charger)] == []


def test_a_charge_point_that_guesses_fills_no_list(staff: Api, charger: Charger) -> None:
    for _ in range(LIMIT + 10):
        assert authorize(charger, a_tag()) == "Invalid"
    for number in range(10):
        start(charger, a_tag(), meterStart=number)
    assert len(seen_at(staff, charger)) == LIMIT - 1


def test_nobody_adopts_what_was_never_seen(staff: Api, driver: Api) -> None:
    for answer in (
        staff.post(f"{PATH}/NEVERSEEN/adopt", {}),
        staff.post(f"{PATH}/NEVERSEEN/ignore", {}),
        staff.delete(f"{PATH}/NEVERSEEN/ignore"),
    ):
        problem(answer, 404, "not_found")
    problem(driver.get(PATH), 403, "forbidden")


def test_so_many_are_kept_of_one_charge_point_and_of_all(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = storage.unknown_tags
    monkeypatch.setattr(type(unknown), "most", 5)
    monkeypatch.setattr(type(unknown), "most_per_charge_point", 3)
    for charge_point_id in ("CP1", "CP2", "CP3"):
        for number in range(4):
            unknown.record(f"{charge_point_id}-{number}", charge_point_id, None, NOW)
    assert [one.id_tag for one in unknown.find({}, sort=[("_id", 1)])] == ["CP1-0", "CP1-1", "CP1-2", "CP2-0", "CP2-1"]
    # Those that are known already are counted still.
    unknown.record("CP1-0", "CP2", 1, NOW + timedelta(minutes=1))
    again = unknown.get("CP1-0")
    assert again is not None
    assert (again.count, again.charge_point_id, again.first_at) == (2, "CP2", NOW)
