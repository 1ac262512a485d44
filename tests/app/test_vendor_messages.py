"""Vendors' messages within DataTransfer: each row of the table is a route with a form of its own."""

import json
from typing import Any

import pytest

from app.command_payloads import require_valid_data
from app.errors import BadInput
from app.postman.examples import example
from app.vendor_messages import VENDOR_MESSAGES
from tests.app.stories import meanwhile, problem
from tests.live import Api, Charger

PRICE = {"idToken": "CARD1", "priceText": "4,50 ฿/kWh", "priceTextExtra": [{"format": "UTF8", "content": "£0.12"}]}


def path_of(charger: Charger, name: str) -> str:
    return f"/api/charge_points/{charger.charge_point_id}/commands/DataTransfer/{name}"


def test_a_vendors_message_arrives_as_its_data_and_the_answer_comes_back_as_it_is(root: Api, charger: Charger) -> None:
    charger.answers["DataTransfer"] = {"status": "Accepted", "data": '{"shown": true}'}
    answer = meanwhile(lambda: root.post(path_of(charger, "SetUserPrice"), PRICE))
    ((action, sent),) = charger.serve(1)
    told = answer().json()
    assert (action, sent["vendorId"], sent["messageId"]) == (
        "DataTransfer",
        "org.openchargealliance.costmsg",
        "SetUserPrice",
    )
    assert json.loads(sent["data"]) == PRICE
    assert (told["action"], told["status"]) == ("DataTransfer", "Accepted")
    assert told["response"] == {"status": "Accepted", "data": '{"shown": true}'}
    assert root.get(f"/api/commands/{told['command_id']}").json()["payload"] == sent


def test_a_wrong_form_is_told_by_its_field_and_nothing_is_sent(root: Api, charger: Charger) -> None:
    (fault,) = problem(root.post(path_of(charger, "FinalCost"), {"cost": 1.5}), 422, "bad_input")["errors"]
    assert fault == {"field": "transactionId", "message": "is required"}
    assert root.get("/api/commands", charge_point_id=charger.charge_point_id).json()["items"] == []


def test_the_document_shows_each_form_with_its_limits(root: Api) -> None:
    paths = root.get("/openapi.json").json()["paths"]
    for name, row in VENDOR_MESSAGES.items():
        operation = paths[f"/api/charge_points/{{charge_point_id}}/commands/DataTransfer/{name}"]["post"]
        assert (operation["summary"], operation["x-role"]) == (row.summary, row.role.value)


@pytest.mark.parametrize("name", VENDOR_MESSAGES)
def test_an_example_made_of_a_form_fits_it(name: str) -> None:
    made = example(VENDOR_MESSAGES[name].form, {"transactionId": 1}).replace(
        "{{$isoTimestamp}}", "2026-01-01T00:00:00Z"
    )
    require_valid_data(VENDOR_MESSAGES[name], json.loads(made))


COST = {"transactionId": 1, "timestamp": "2026-01-01T00:00:00Z", "meterValue": 5, "cost": 3.31, "state": "Charging"}
FAULTS: list[tuple[str, dict[str, Any], str]] = [
    ("SetUserPrice", {**PRICE, "idToken": "x" * 21}, "idToken"),
    ("SetUserPrice", {**PRICE, "priceTextExtra": [{"content": "no format"}]}, "priceTextExtra.0.format"),
    ("RunningCost", {**COST, "state": "Parking"}, "state"),
    ("RunningCost", {**COST, "timestamp": "now"}, "timestamp"),
    ("RunningCost", {**COST, "cost": {"$gt": 0}}, "cost"),
    ("RunningCost", {**COST, "chargingPrice": {"perKwh": 1}}, "chargingPrice.perKwh"),
    ("FinalCost", {"transactionId": 1, "cost": -1, "priceText": "x"}, "cost"),
]


@pytest.mark.parametrize(("name", "data", "field"), FAULTS)
def test_what_a_form_does_not_allow_is_named(name: str, data: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        require_valid_data(VENDOR_MESSAGES[name], data)
    assert refused.value.errors[0]["field"] == field
