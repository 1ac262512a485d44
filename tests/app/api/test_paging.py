"""Lists in pages: nothing twice, nothing lost, no cursor of another list, no operator in a name."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.app.stories import begin, press_start, problem
from tests.live import Api, Charger, until

LISTS = ("charge_points", "commands", "id_tags", "quarantine", "refusals", "sessions", "users")


def all_pages(api: Api, path: str, limit: int, **query: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    while True:
        page = api.get(path, limit=limit, **query).json()
        items += page["items"]
        if page["next"] is None:
            return items
        assert len(page["items"]) == limit
        query["cursor"] = page["next"]


def test_pages_give_everything_once_in_order(root: Api) -> None:
    parent = root.post("/api/id_tags", {}).json()["idTag"]
    tags = sorted(root.post("/api/id_tags", parent_id_tag=parent).json()["idTag"] for _ in range(7))
    for limit in (1, 3, 7, 8, 500):
        found = all_pages(root, "/api/id_tags", limit, parent_id_tag=parent)
        assert [tag["idTag"] for tag in found] == tags


def test_pages_by_time_lose_nothing_that_happened_in_the_same_moment(root: Api, charger: Charger) -> None:
    path = f"/api/charge_points/{charger.charge_point_id}/commands/Reset"
    charger.close()  # nobody is there to wait for, so all are over within milliseconds
    until(lambda: not root.get(f"/api/charge_points/{charger.charge_point_id}").json()["online"])
    sent = [root.post(path, type="Soft").json()["command_id"] for _ in range(5)]
    found = all_pages(root, "/api/commands", 2, charge_point_id=charger.charge_point_id)
    assert [command["command_id"] for command in found] == sent[::-1]


def test_a_series_of_meter_values_is_read_page_by_page(driver: Api, root: Api, charger: Charger) -> None:
    session_id = press_start(driver, charger).json()["session_id"]
    transaction = begin(charger, driver.id_tag)["transactionId"]
    assert driver.get(f"/api/sessions/{session_id}/meter_values").json() == {"items": [], "next": None}
    now = datetime.now(UTC)
    for minute in range(5):
        sample = {"value": str(1000 + minute), "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
        moment = (now + timedelta(minutes=minute)).isoformat()
        charger.call(
            "MeterValues",
            {
                "connectorId": 1,
                "transactionId": transaction,
                "meterValue": [{"timestamp": moment, "sampledValue": [sample]}],
            },
        )
    found = all_pages(driver, f"/api/sessions/{session_id}/meter_values", 2)
    assert [value["energy_wh"] for value in found] == [1000, 1001, 1002, 1003, 1004]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("cursor", ["garbage", "%00", "WzEsMl0", "eyJhIjoxfQ", "ImFiIg", "x" * 501, "ä", "$ne"])
def test_a_cursor_that_is_none_of_ours_is_refused(root: Api, name: str, cursor: str) -> None:
    refused = problem(root.get(f"/api/{name}", cursor=cursor), 422, "bad_input")
    assert refused["errors"][0]["field"] == "cursor"


@pytest.mark.parametrize("number", [2**63, 2**64 - 1, -(2**63) - 1])
def test_a_cursor_with_a_number_that_the_database_has_no_room_for_is_refused(root: Api, number: int) -> None:
    for name in LISTS:
        for place in (["a", number], [number, "a"]):
            cursor = base64.urlsafe_b64encode(json.dumps([name, *place]).encode()).decode().rstrip("=")
            refused = problem(root.get(f"/api/{name}", cursor=cursor), 422, "bad_input")
            assert refused["errors"][0]["field"] == "cursor"


def test_a_cursor_of_another_list_is_refused(root: Api) -> None:
    for _ in range(2):
        root.post("/api/id_tags", {})
    cursor = root.get("/api/id_tags", limit=1).json()["next"]
    for name in set(LISTS) - {"id_tags"}:
        problem(root.get(f"/api/{name}", cursor=cursor), 422, "bad_input")


@pytest.mark.parametrize("limit", ["0", "-1", "501", "1000000000", "abc", "1.5", "", "NaN"])
def test_a_limit_has_bounds(root: Api, limit: str) -> None:
    refused = problem(root.get("/api/users", limit=limit), 422, "bad_input")
    assert refused["errors"][0]["field"] == "limit"


@pytest.mark.parametrize(
    "name", ["role[$ne]", "$where", "sort", "fields", "limit[$gt]", "password_hash", "username[$regex]", "_id"]
)
def test_a_query_that_is_not_declared_is_refused_by_name(root: Api, name: str) -> None:
    refused = problem(root.get("/api/users", **{name: "1"}), 422, "bad_input")
    assert refused["errors"] == [{"field": name, "message": "there is no such field"}]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("users", {"role": "god"}),
        ("users", {"disabled": "perhaps"}),
        ("sessions", {"state": "$ne"}),
        ("sessions", {"connector_id": "-1"}),
        ("sessions", {"transaction_id": "99999999999"}),
        ("sessions", {"charge_point_id": "a\x00b"}),
        ("sessions", {"idTag": "two words"}),
        ("id_tags", {"status": "Maybe"}),
        ("charge_points", {"registration": "Perhaps"}),
    ],
)
def test_a_filter_is_checked_like_any_input(root: Api, path: str, query: dict[str, str]) -> None:
    refused = problem(root.get(f"/api/{path}", **query), 422, "bad_input")
    assert refused["errors"][0]["field"] == next(iter(query))


@pytest.mark.parametrize("thing", ["charge_points", "commands", "id_tags", "sessions", "users"])
@pytest.mark.parametrize("key", ["0" * 24, "$ne", "%7B%22%24ne%22%3A1%7D", "😀", "%ff", "f" * 32])
def test_a_key_that_is_nothing_of_ours_is_not_found(root: Api, thing: str, key: str) -> None:
    problem(root.get(f"/api/{thing}/{key}"), 404, "not_found")
