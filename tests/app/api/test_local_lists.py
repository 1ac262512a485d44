"""What belongs in whose local list, as admins say it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.app.charging import new_tag
from tests.app.stories import problem
from tests.live import Api, Server

NewChargePoint = Callable[..., tuple[str, str | None]]


def put(api: Api, path: str, **body: Any) -> httpx.Response:
    return api.http.put(f"/api/{path}", json=body)


@pytest.fixture
def charge_point(new_charge_point: NewChargePoint) -> str:
    return new_charge_point()[0]


@pytest.fixture
def group() -> str:
    return f"group {uuid4().hex[:8]}"


def test_a_charge_points_own_content_is_kept_until_it_is_replaced(root: Api, charge_point: str, id_tag: str) -> None:
    path = f"local_lists/{charge_point}"
    assert root.get(f"/api/{path}").json()["state"] == "unmanaged"
    shown = put(root, path, idTags=[id_tag.lower(), id_tag]).json()
    assert shown.items() >= {"state": "pending", "wanted_version": 1, "groups": [], "max_length": 10000}.items()
    assert shown["own"].items() >= {"idTags": [id_tag], "all_accepted": False, "changed_by": "root"}.items()
    assert root.get(f"/api/{path}").json() == shown
    assert put(root, path).json()["own"]["idTags"] == []
    assert root.delete(f"/api/{path}").status_code == 204
    assert "own" not in root.get(f"/api/{path}").json()
    problem(root.delete(f"/api/{path}"), 404, "not_found")


def test_what_groups_want_adds_up(root: Api, charge_point: str, id_tag: str, group: str) -> None:
    others = [new_tag(root), f"{group} two"]
    wanted = {"charge_point_ids": [charge_point.lower()], "idTags": [others[0]]}
    assert root.post("/api/local_list_groups", group=others[1], **wanted).status_code == 201
    kept = root.post("/api/local_list_groups", group=group, **wanted)
    assert kept.json().items() >= {"group": group, "charge_point_ids": [charge_point], "idTags": [others[0]]}.items()
    assert root.get(f"/api/local_list_groups/{group}").json() == kept.json()
    assert kept.json() in root.get("/api/local_list_groups", limit=500).json()["items"]
    problem(root.post("/api/local_list_groups", group=group, **wanted), 409, "group_exists")
    put(root, f"local_lists/{charge_point}", idTags=[id_tag])
    assert root.get(f"/api/local_lists/{charge_point}").json()["groups"] == [group, others[1]]
    assert put(root, f"local_list_groups/{group}", all_accepted=True).json()["charge_point_ids"] == []
    assert root.get(f"/api/local_lists/{charge_point}").json()["groups"] == [others[1]]

    assert root.delete(f"/api/local_list_groups/{group}").status_code == 204
    assert root.get(f"/api/local_lists/{charge_point}").json()["groups"] == [others[1]]
    gone = f"/api/local_list_groups/{group}"
    for answer in (root.get(gone), root.delete(gone), root.http.put(gone, json={})):
        problem(answer, 404, "not_found")


def test_lists_are_found_by_their_state(root: Api, charge_point: str, id_tag: str) -> None:
    put(root, f"local_lists/{charge_point}", idTags=[id_tag])
    listed = {state: root.get("/api/local_lists", state=state, limit=500).json()["items"] for state in states()}
    assert [state for state, items in listed.items() if charge_point in ids(items)] == ["pending"]
    assert charge_point in ids(root.get("/api/local_lists", limit=500).json()["items"])
    problem(root.get("/api/local_lists", state="odd"), 422, "bad_input")


def states() -> list[str]:
    return ["unmanaged", "pending", "in_sync", "not_supported", "failed", "too_long"]


def ids(items: list[dict[str, Any]]) -> set[str]:
    return {item["charge_point_id"] for item in items}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"idTags": ["NOBODYS"]}, "idTags"),
        ({"idTags": ["with space"]}, "idTags.0"),
        ({"idTags": ["A"] * 2501}, "idTags"),
        ({"idTags": "A"}, "idTags"),
        ({"all_accepted": "yes"}, "all_accepted"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_in_a_list_is_refused_with_the_field(
    root: Api, charge_point: str, body: dict[str, Any], field: str
) -> None:
    refused = problem(put(root, f"local_lists/{charge_point}", **body), 422, "bad_input")
    assert [error["field"] for error in refused["errors"]] == [field]
    assert "own" not in root.get(f"/api/local_lists/{charge_point}").json()


def test_a_group_of_charge_points_that_are_not_there_is_refused(root: Api, charge_point: str, group: str) -> None:
    missing = [f"NOT-{n}" for n in range(7)]
    refused = problem(
        root.post("/api/local_list_groups", group=group, charge_point_ids=[charge_point, *missing]), 422, "bad_input"
    )
    assert refused["errors"][0]["field"] == "charge_point_ids"
    assert refused["errors"][0]["message"].endswith(", and 2 more")
    problem(root.get(f"/api/local_list_groups/{group}"), 404, "not_found")


def test_local_lists_are_for_admins(server: Server, root: Api, driver: Api, charge_point: str) -> None:
    paths = [f"/api/local_lists/{charge_point}", "/api/local_list_groups/g"]
    anonymous = server.anonymous()
    for api, status, code in ((driver, 403, "forbidden"), (anonymous, 401, "not_authenticated")):
        for path in [*paths, "/api/local_lists", "/api/local_list_groups"]:
            problem(api.get(path), status, code)
        for path in paths:
            problem(api.http.put(path, json={}), status, code)
            problem(api.delete(path), status, code)
        problem(api.post("/api/local_list_groups"), status, code)
        problem(api.post(f"{paths[0]}/sync"), status, code)
    anonymous.close()
    problem(put(root, "local_lists/nobody"), 404, "not_found")


def test_a_charge_point_that_is_removed_leaves_lists_and_groups(
    root: Api, charge_point: str, id_tag: str, group: str
) -> None:
    put(root, f"local_lists/{charge_point}", idTags=[id_tag])
    root.post("/api/local_list_groups", group=group, charge_point_ids=[charge_point])
    root.delete(f"/api/charge_points/{charge_point}")
    problem(root.get(f"/api/local_lists/{charge_point}"), 404, "not_found")
    assert charge_point not in ids(root.get("/api/local_lists", limit=500).json()["items"])
    assert root.get(f"/api/local_list_groups/{group}").json()["charge_point_ids"] == []
    root.post("/api/charge_points", id=charge_point)
    assert root.get(f"/api/local_lists/{charge_point}").json()["state"] == "unmanaged"
