"""What is known of a charge point's configuration, as its answers have told it."""

from typing import Any

from tests.app.stories import meanwhile
from tests.live import Api, Charger

ENTRIES = [
    {"key": "HeartbeatInterval", "readonly": False, "value": "300"},
    {"key": "NumberOfConnectors", "readonly": True, "value": "2"},
    {"key": "AuthorizationKey", "readonly": False, "value": "nobody-shall-read-it"},
    {"key": "Vendor.Weird$Key", "readonly": False},
]


def ask(api: Api, charger: Charger, action: str, payload: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    charger.answers[action] = answer
    sent = meanwhile(lambda: api.post(f"/api/charge_points/{charger.charge_point_id}/commands/{action}", payload))
    charger.serve(1)
    assert sent().status_code == 200
    return shown(api, charger)


def shown(api: Api, charger: Charger) -> dict[str, Any]:
    answer = api.get(f"/api/charge_points/{charger.charge_point_id}/configuration")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def values(told: dict[str, Any]) -> dict[str, Any]:
    return {entry["key"]: entry.get("value") for entry in told["keys"]}


def test_before_anything_was_read_nothing_is_known(root: Api, charger: Charger) -> None:
    told = shown(root, charger)
    assert told == {
        "charge_point_id": charger.charge_point_id,
        "keys": [],
        "unknown_keys": [],
        "reboot_required": [],
    }


def test_what_was_read_is_kept_with_its_age_and_without_secrets(root: Api, charger: Charger) -> None:
    told = ask(root, charger, "GetConfiguration", {}, {"configurationKey": ENTRIES})
    assert values(told) == {
        "AuthorizationKey": "***",
        "HeartbeatInterval": "300",
        "NumberOfConnectors": "2",
        "Vendor.Weird$Key": None,
    }
    assert [entry["readonly"] for entry in told["keys"]] == [False, False, True, False]
    assert {entry["source"] for entry in told["keys"]} == {"read"}
    assert all(0 <= entry["age"] < 10 for entry in told["keys"])
    assert told["read_at"] == told["keys"][0]["at"]
    assert 0 <= told["age"] < 10


def test_a_part_read_later_is_merged(root: Api, charger: Charger) -> None:
    whole = ask(root, charger, "GetConfiguration", {}, {"configurationKey": ENTRIES})
    part = {"configurationKey": [{"key": "HeartbeatInterval", "readonly": False, "value": "60"}], "unknownKey": ["No"]}
    told = ask(root, charger, "GetConfiguration", {"key": ["HeartbeatInterval", "No"]}, part)
    assert values(told) == values(whole) | {"HeartbeatInterval": "60"}
    assert told["read_at"] == whole["read_at"]
    assert [unknown["key"] for unknown in told["unknown_keys"]] == ["No"]


def test_an_accepted_value_is_shown_as_set(root: Api, charger: Charger) -> None:
    ask(root, charger, "GetConfiguration", {}, {"configurationKey": ENTRIES})
    change = {"key": "HeartbeatInterval", "value": "30"}
    told = ask(root, charger, "ChangeConfiguration", change, {"status": "Accepted"})
    entry = next(entry for entry in told["keys"] if entry["key"] == "HeartbeatInterval")
    assert (entry["value"], entry["source"]) == ("30", "set")
    after = ask(root, charger, "ChangeConfiguration", {**change, "value": "x"}, {"status": "Rejected"})
    assert values(after) == values(told)


def test_a_required_reboot_is_shown_until_the_next_boot(root: Api, charger: Charger) -> None:
    change = {"key": "ConnectionTimeOut", "value": "90"}
    told = ask(root, charger, "ChangeConfiguration", change, {"status": "RebootRequired"})
    (waiting,) = told["reboot_required"]
    assert waiting.items() >= change.items()
    assert told["keys"] == []
    charger.boot()
    assert shown(root, charger)["reboot_required"] == []


def test_what_was_known_goes_with_the_charge_point(root: Api, charger: Charger) -> None:
    ask(root, charger, "GetConfiguration", {}, {"configurationKey": ENTRIES})
    root.delete(f"/api/charge_points/{charger.charge_point_id}")
    again = root.post("/api/charge_points", id=charger.charge_point_id)
    assert again.status_code == 201
    assert shown(root, charger)["keys"] == []
