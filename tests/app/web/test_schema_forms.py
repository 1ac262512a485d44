"""Forms made from JSON schemas: what can be typed is read into what the schema asks for, and shown again."""

from typing import Any

import pytest
from flask import get_template_attribute

from app.domain.roles import Role
from app.errors import BadInput, NotFound
from app.vendor_messages import VENDOR_MESSAGES, VendorMessage
from app.web.offers import offer_of, offers
from app.web.schema_forms import Field, fields_of, kind_of, read, typed, typed_from
from ocpp_server.schemas import request_schema
from tests.app.every_route import APP

PROFILE = {
    "connectorId": 1,
    "csChargingProfiles": {
        "chargingProfileId": 7,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "startSchedule": "2030-01-01T00:00:00.000Z",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16}, {"startPeriod": 600, "limit": 6.5}],
        },
    },
}
LIST = {
    "listVersion": 3,
    "updateType": "Full",
    "localAuthorizationList": [{"idTag": "A", "idTagInfo": {"status": "Accepted"}}, {"idTag": "B"}],
}


def as_sent(fields: list[Field]) -> dict[str, str]:
    """Return what a browser sends of these fields."""
    sent = {}
    for field in fields:
        if field.kind in ("group", "rows"):
            sent |= as_sent([*field.fields, *field.rows])
        else:
            sent[field.name] = field.value
    return sent


def at(fields: list[Field], name: str) -> Field:
    found = {field.name: field for field in fields}
    return found.get(name) or at([one for field in fields for one in (*field.fields, *field.rows)], name)


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("SetChargingProfile", PROFILE),
        ("SendLocalList", LIST),
        ("GetConfiguration", {"key": ["HeartbeatInterval", "SupportedFeatureProfiles"]}),
        ("Reset", {"type": "Soft"}),
        ("ClearCache", {}),
        ("DataTransfer", {"vendorId": "x", "data": "<script>alert(1)</script>"}),
    ],
)
def test_what_is_shown_of_a_payload_makes_the_payload_again(action: str, payload: dict[str, Any]) -> None:
    schema = request_schema(action)
    with APP.test_request_context():
        sent = as_sent(fields_of(schema, typed_from(schema, payload)))
        assert read(schema, typed(schema, sent)) == payload


def test_every_offer_has_a_form_for_every_field_of_its_schema() -> None:
    for offer in offers():
        fields = fields_of(offer.schema, {})
        assert {field.label for field in fields} == set(offer.schema.get("properties", {})), offer.name
        assert {field.label for field in fields if field.required} == set(offer.schema.get("required", ()))


def test_times_are_the_reader_s() -> None:
    schema = request_schema("GetDiagnostics")
    with APP.test_request_context(headers={"Cookie": "zone=Asia/Bangkok"}):
        told = read(schema, {"location": "x", "startTime": "2030-01-01T07:00"})
        assert told["startTime"] == "2030-01-01T00:00:00.000Z"
        assert typed_from(schema, told)["startTime"] == "2030-01-01T07:00:00"  # type: ignore[index, call-overload]


def test_every_fault_is_told_at_its_field() -> None:
    schema = request_schema("SetChargingProfile")
    form = {
        "connectorId": "one",
        "csChargingProfiles.validTo": "tomorrow",
        "csChargingProfiles.chargingSchedule.chargingSchedulePeriod.7.limit": "much",
    }
    with APP.test_request_context(), pytest.raises(BadInput) as refused:
        read(schema, typed(schema, form))
    assert {error["field"]: error["message"] for error in refused.value.errors} == {
        "connectorId": "must be a whole number",
        "csChargingProfiles.validTo": "must be a date and time",
        "csChargingProfiles.chargingSchedule.chargingSchedulePeriod.0.limit": "must be a number",
    }


def test_a_secret_that_was_not_kept_is_not_sent_again() -> None:
    kept = {"key": "AuthorizationKey", "value": "***"}
    assert typed_from(request_schema("ChangeConfiguration"), kept) == {"key": "AuthorizationKey", "value": ""}


def test_what_is_too_deep_for_fields_is_json() -> None:
    deep: dict[str, Any] = {"type": "array", "items": {"type": "array", "items": {"type": "string"}}}
    schema = {"type": "object", "properties": {"deep": deep, "sure": {"type": "boolean"}}}
    assert kind_of(deep) == "json"
    assert read(schema, {"deep": '[["a"], []]', "sure": "false"}) == {"deep": [["a"], []], "sure": False}
    with pytest.raises(BadInput):
        read(schema, {"deep": "[["})


def test_a_new_row_of_the_table_has_its_form_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    form = {
        "type": "object",
        "properties": {
            "colour": {"type": "string", "enum": ["Red", "Green"]},
            "seconds": {"type": "integer", "minimum": 1, "maximum": 60},
            "at": {"type": "string", "format": "date-time"},
            "lamps": {"type": "array", "items": {"type": "object", "properties": {"lamp": {"type": "string"}}}},
        },
        "required": ["colour", "lamps"],
    }
    row = VendorMessage("Blink", "org.example", "Blink", Role.ADMIN, "Let lamps blink", form)
    monkeypatch.setitem(VENDOR_MESSAGES, "Blink", row)
    with pytest.raises(NotFound):
        offer_of(Role.STAFF, "Blink")
    offer = offer_of(Role.ADMIN, "Blink")
    with APP.test_request_context():
        shown = str(get_template_attribute("parts/schema_form.html", "all")(fields_of(offer.schema, {})))
        payload = read(offer.schema, typed(offer.schema, {"colour": "Red", "seconds": "5", "lamps.0.lamp": "left"}))
    assert '<select id="colour" name="colour"' in shown
    assert "<option>Green</option>" in shown
    assert 'name="seconds" value="" autocomplete="off" spellcheck="false"\n    type="number" min="1" max="60"' in shown
    assert 'type="datetime-local"' in shown
    assert 'name="lamps.0.lamp"' in shown
    action, request = offer.to_request(payload)
    assert action == "DataTransfer"
    assert request["data"] == '{"colour":"Red","seconds":5,"lamps":[{"lamp":"left"}]}'
    assert at(fields_of(offer.schema, typed_from(offer.schema, payload)), "lamps.0.lamp").value == "left"
