"""Why a tag may charge or not, told rule by rule."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.app.charging import new_tag, start
from tests.app.reservation_stories import held
from tests.app.stories import ask_to_start, meanwhile, problem
from tests.live import Api, Charger

TAG_RULES = ["tag_known", "tag_not_blocked", "tag_not_expired", "account_enabled", "within_limit"]
START_RULES = [
    "charge_point_known",
    "connector_known",
    "charge_point_accepted",
    "charge_point_connected",
    "connector_free",
    "not_reserved",
]


def explain(root: Api, charge_point: Charger | str, id_tag: str, connector_id: int = 1) -> dict[str, Any]:
    charge_point_id = charge_point if isinstance(charge_point, str) else charge_point.charge_point_id
    query = {"charge_point_id": charge_point_id, "connector_id": connector_id, "idTag": id_tag}
    answer = root.get("/api/authorize/explain", **query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def refusals(told: dict[str, Any]) -> dict[str, str]:
    return {check["rule"]: check["refusal"] for check in told["checks"] if not check["passed"]}


def test_every_rule_is_told_in_order_where_all_pass(root: Api, charger: Charger, id_tag: str) -> None:
    told = explain(root, charger, id_tag.lower())
    assert [check["rule"] for check in told["checks"]] == [*START_RULES, *TAG_RULES, "within_limit_with_requests"]
    assert (told["idTag"], told["status"], told["may_start"]) == (id_tag, "Accepted", True)
    assert refusals(told) == {}
    assert "obstacle" not in told
    assert (told["connector_status"], told["local_list"]) == ("Available", {"state": "unmanaged"})


def test_what_stands_in_the_way_is_named_as_it_is_answered(root: Api, charger: Charger, driver: Api) -> None:
    """What is told of a start is what a start and a charge point get to hear in that very moment."""
    running = start(charger, driver.id_tag)
    for connector_id in (1, 2):
        told = explain(root, charger, driver.id_tag, connector_id)
        assert told["in_the_way"][0]["transaction_id"] == running["transactionId"]
        answer = ask_to_start(driver, charger, connector_id)
        if connector_id == 1:
            assert (told["status"], told["obstacle"]["refusal"]) == ("Accepted", "connector_busy")
            problem(answer, 409, told["obstacle"]["refusal"])
        else:
            assert (told["status"], told["obstacle"]["rule"]) == ("ConcurrentTx", "within_limit")
            refused = problem(answer, 409, "id_tag_not_accepted")
            assert (refused["id_tag_status"], refused["detail"]) == (told["status"], told["reason"])
    assert start(charger, driver.id_tag, 2)["idTagInfo"]["status"] == "ConcurrentTx"


def test_a_request_under_way_is_in_the_way_of_the_app_and_not_of_the_card(
    root: Api, charger: Charger, driver: Api
) -> None:
    asked = meanwhile(lambda: ask_to_start(driver, charger, 1))
    charger.serve(1)
    told = explain(root, charger, driver.id_tag, 2)
    assert (told["status"], told["may_start"]) == ("Accepted", False)
    assert told["obstacle"]["rule"] == "within_limit_with_requests"
    assert refusals(told) == {"within_limit_with_requests": "ConcurrentTx"}
    assert [one["session_id"] for one in told["in_the_way"]] == [asked().json()["session_id"]]
    assert start(charger, driver.id_tag, 2)["idTagInfo"]["status"] == "Accepted"


@pytest.mark.parametrize(
    ("of_parent", "of_tag", "rules", "status"),
    [
        ({}, {"status": "Blocked"}, {"tag_not_blocked": "Blocked"}, "Blocked"),
        ({}, {"expiry_date": "2025-01-01T00:00:00Z"}, {"tag_not_expired": "Expired"}, "Expired"),
        ({"status": "Blocked"}, {}, {"parent_not_blocked": "Blocked"}, "Blocked"),
        (
            {"expiry_date": "2025-01-01T00:00:00Z", "status": "Blocked"},
            {"status": "Blocked"},
            {"tag_not_blocked": "Blocked", "parent_not_blocked": "Blocked", "parent_not_expired": "Expired"},
            "Blocked",
        ),
    ],
)
def test_a_tags_own_state_and_its_parents_are_told_apart(
    root: Api, of_parent: dict[str, str], of_tag: dict[str, str], rules: dict[str, str], status: str
) -> None:
    tag = new_tag(root, parent_id_tag=new_tag(root, **of_parent), **of_tag)
    told = explain(root, "NOWHERE", tag)
    assert refusals(told) == {"charge_point_known": "not_found", **rules}
    assert told["status"] == status


def test_an_unknown_tag_and_a_disabled_account_are_told(root: Api, driver: Api) -> None:
    told = explain(root, "NOWHERE", "NOBODYS")
    assert refusals(told) == {"charge_point_known": "not_found", "tag_known": "Invalid"}
    assert (told["status"], told["reason"]) == ("Invalid", "the tag is not known here")
    root.patch(f"/api/users/{driver.username}", disabled=True)
    told = explain(root, "NOWHERE", driver.id_tag)
    assert refusals(told) == {"charge_point_known": "not_found", "account_enabled": "Blocked"}


def test_what_is_the_matter_with_the_charge_point_is_told(
    root: Api, charger: Charger, driver: Api, id_tag: str, new_charge_point: Callable[..., tuple[str, str | None]]
) -> None:
    assert refusals(explain(root, charger, id_tag, 9)) == {"connector_known": "bad_input"}
    held(driver, charger, 2)
    assert refusals(explain(root, charger, id_tag, 2)) == {"not_reserved": "connector_reserved"}
    assert refusals(explain(root, charger, driver.id_tag, 2)) == {}
    never_came, _password = new_charge_point()
    root.patch(f"/api/charge_points/{never_came}", registration="Rejected")
    told = refusals(explain(root, never_came, id_tag))
    assert told == {
        "charge_point_accepted": "charge_point_not_accepted",
        "charge_point_connected": "charge_point_offline",
    }


def test_it_is_for_staff_and_takes_no_operators(root: Api, driver: Api) -> None:
    path = "/api/authorize/explain"
    problem(driver.get(path, charge_point_id="CP", connector_id=1, idTag="T"), 403, "forbidden")
    for wrong in ({"connector_id": 0}, {"idTag": ""}, {"idTag[$ne]": "x"}, {"charge_point_id": "a\nb"}):
        query = {"charge_point_id": "CP", "connector_id": 1, "idTag": "T", **wrong}
        problem(root.get(path, **query), 422, "bad_input")
