"""Charging profiles as objects: kept, changed, deleted, and never kept when they make no sense."""

from typing import Any

import pytest

from tests.app.profile_stories import ABSOLUTE, NIGHT, add_profile
from tests.app.stories import problem
from tests.live import Api, Server

RECURRING = {"kind": "Recurring", "start_schedule": "2030-01-01T00:00:00Z", "recurrency": "Daily"}


def test_a_profile_is_kept_as_it_was_given_until_it_is_deleted(root: Api) -> None:
    facts = {
        "name": "Tariff",
        "purpose": "TxDefaultProfile",
        "stack_level": 3,
        "kind": "Recurring",
        "recurrency": "Weekly",
        "valid_from": "2030-01-01T00:00:00.000Z",
        "valid_to": "2031-01-01T00:00:00.000Z",
        "unit": "W",
        "min_rate": 1380.5,
        "start_schedule": "2030-01-07T00:00:00.000Z",
        "duration": 604_800,
        "periods": [
            {"start_period": 0, "limit": 6000.0},
            {"start_period": 3600, "limit": 3680.1, "number_phases": 1},
        ],
    }
    profile = add_profile(root, **facts)
    assert profile.items() >= {**facts, "created_by": "root"}.items()
    address = f"/api/charging_profiles/{profile['charging_profile_id']}"
    assert root.get(address).json() == profile
    assert profile in root.get("/api/charging_profiles", purpose="TxDefaultProfile").json()["items"]
    assert profile not in root.get("/api/charging_profiles", purpose="TxProfile").json()["items"]

    changed = root.patch(address, name="New tariff", valid_to=None, periods=[{"start_period": 0, "limit": 0}])
    assert changed.json()["periods"] == [{"start_period": 0, "limit": 0.0}]
    assert "valid_to" not in changed.json()
    assert root.get(address).json() == changed.json()

    assert root.delete(address).status_code == 204
    for answer in (root.get(address), root.patch(address, name="x"), root.delete(address)):
        problem(answer, 404, "not_found")


def test_a_change_that_makes_nonsense_of_a_profile_changes_nothing(root: Api) -> None:
    profile = add_profile(root, **ABSOLUTE)
    address = f"/api/charging_profiles/{profile['charging_profile_id']}"
    refused = problem(root.patch(address, kind="Relative"), 422, "bad_input")
    assert [error["field"] for error in refused["errors"]] == ["start_schedule"]
    assert root.get(address).json() == profile
    assert root.patch(address, kind="Relative", start_schedule=None).json()["kind"] == "Relative"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"periods": []}, "periods"),
        ({"periods": [{"start_period": 1, "limit": 6}]}, "periods.0.start_period"),
        ({"periods": [{"start_period": 0, "limit": 6}, {"start_period": 0, "limit": 8}]}, "periods.1.start_period"),
        ({"periods": [{"start_period": 0, "limit": 6}] * 101}, "periods"),
        ({"periods": [{"start_period": 0, "limit": -1}]}, "periods.0.limit"),
        ({"periods": [{"start_period": 0, "limit": 6.25}]}, "periods.0.limit"),
        ({"periods": [{"start_period": 0, "limit": "6"}]}, "periods.0.limit"),
        ({"periods": [{"start_period": 0, "limit": 6, "number_phases": 4}]}, "periods.0.number_phases"),
        ({"min_rate": 1.25}, "min_rate"),
        ({"duration": 3600}, "periods.1.start_period"),
        ({"kind": "Recurring", "start_schedule": "2030-01-01T00:00:00Z"}, "recurrency"),
        ({"recurrency": "Daily"}, "recurrency"),
        ({"start_schedule": "2030-01-01T00:00:00Z"}, "start_schedule"),
        ({"kind": "Absolute"}, "start_schedule"),
        ({**RECURRING, "start_schedule": None}, "start_schedule"),
        ({**RECURRING, "duration": 86_401}, "duration"),
        (
            {**RECURRING, "periods": [{"start_period": 0, "limit": 6}, {"start_period": 86_400, "limit": 8}]},
            "periods.1.start_period",
        ),
        ({"valid_from": "2030-01-02T00:00:00Z", "valid_to": "2030-01-02T00:00:00Z"}, "valid_to"),
        ({"valid_from": "soon"}, "valid_from"),
        ({"purpose": "Other"}, "purpose"),
        ({"stack_level": -1}, "stack_level"),
        ({"unit": "kW"}, "unit"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_nonsense_is_refused_with_its_field(root: Api, facts: dict[str, Any], field: str) -> None:
    refused = problem(root.post("/api/charging_profiles", {**NIGHT, **facts}), 422, "bad_input")
    # A number may be whole or not, which the framework tells as two ways of being wrong.
    assert {error["field"].removesuffix(".int").removesuffix(".float") for error in refused["errors"]} == {field}


def test_all_that_is_wrong_is_told_at_once(root: Api) -> None:
    wrong = {"recurrency": "Daily", "min_rate": 0.15, "periods": [{"start_period": 60, "limit": 6.01}]}
    refused = problem(root.post("/api/charging_profiles", {**NIGHT, **wrong}), 422, "bad_input")
    fields = ["recurrency", "periods.0.start_period", "periods.0.limit", "min_rate"]
    assert [error["field"] for error in refused["errors"]] == fields


def test_charging_profiles_are_for_admins(server: Server, root: Api, driver: Api) -> None:
    profile = add_profile(root)
    address = f"/api/charging_profiles/{profile['charging_profile_id']}"
    anonymous = server.anonymous()
    for api, status, code in ((driver, 403, "forbidden"), (anonymous, 401, "not_authenticated")):
        for answer in (
            api.post("/api/charging_profiles", NIGHT),
            api.get("/api/charging_profiles"),
            api.get(address),
            api.patch(address, name="mine"),
            api.delete(address),
        ):
            problem(answer, status, code)
    anonymous.close()
