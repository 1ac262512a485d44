"""Commands to charge points: checked in shape and not in sense, written down without a charger's key."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.command_payloads import MASK, masked_request, masked_response, require_valid
from app.command_table import COMMANDS
from app.errors import BadInput
from tests.app.stories import meanwhile, problem
from tests.live import Api, Charger, Server

KEY = "nobody-shall-read-it"


@pytest.fixture(scope="module")
def staff(server: Server, root: Api) -> Iterator[Api]:
    root.post("/api/users", username="staff-of-commands", password="long enough", role="staff")
    api = server.log_in("staff-of-commands", "long enough")
    yield api
    api.close()


def ask(api: Api, charger: Charger, action: str, payload: Any) -> httpx.Response:
    return api.post(f"/api/charge_points/{charger.charge_point_id}/commands/{action}", payload)


def command(api: Api, charger: Charger, action: str, payload: Any) -> httpx.Response:
    """Send a command and let the charge point answer."""
    answer = meanwhile(lambda: ask(api, charger, action, payload))
    charger.serve(1)
    return answer()


SENSELESS = [
    ("RemoteStopTransaction", {"transactionId": 2_000_000_000}),
    ("UnlockConnector", {"connectorId": 99}),
    ("ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "-1"}),
    ("GetConfiguration", {}),
    ("GetConfiguration", {"key": ["NoSuchKey"]}),
    ("RemoteStartTransaction", {"idTag": "NOBODYS", "connectorId": 99}),
    ("Reset", {"type": "Hard"}),
    ("TriggerMessage", {"requestedMessage": "Heartbeat", "connectorId": 99}),
]


@pytest.mark.parametrize(("action", "payload"), SENSELESS)
def test_what_ocpp_allows_is_sent_verbatim_whether_it_makes_sense_or_not(
    root: Api, charger: Charger, action: str, payload: dict[str, Any]
) -> None:
    answer = {"unknownKey": ["NoSuchKey"]} if action == "GetConfiguration" else {"status": "Accepted"}
    if action == "UnlockConnector":
        answer = {"status": "Unlocked"}
    charger.answers[action] = answer
    told = command(root, charger, action, payload).json()
    assert charger.called == [(action, payload)]
    assert (told["action"], told["status"], told["response"]) == (action, answer.get("status"), answer)
    record = root.get(f"/api/commands/{told['command_id']}").json()
    assert record.items() >= {"outcome": "answered", "payload": payload, "response": answer}.items()
    assert record["requested_by"] == "root"


@pytest.mark.parametrize("action", COMMANDS)
def test_every_row_of_the_table_checks_its_payload(root: Api, charger: Charger, action: str) -> None:
    (fault,) = problem(ask(root, charger, action, {"noSuchField": 1}), 422, "bad_input")["errors"]
    assert fault["message"] in ("is required", f"{action} has no such field")


FAULTS = [
    ("Reset", {}, "type", "is required"),
    ("Reset", {"type": "Medium"}, "type", 'this is not one of "Hard" or "Soft"'),
    ("Reset", {"type": "Soft", "when": "now"}, "when", "Reset has no such field"),
    ("UnlockConnector", {"connectorId": "1"}, "connectorId", 'this is not of type "integer"'),
    ("UnlockConnector", {"connectorId": 2**40}, "connectorId", "this is greater than the maximum of 2147483647"),
    ("GetConfiguration", {"key": ["x" * 51]}, "key.0", "this is longer than 50 characters"),
    ("GetConfiguration", {"key": {"$ne": None}}, "key", 'this is not of type "array"'),
    ("RemoteStartTransaction", {"idTag": "x" * 21}, "idTag", "this is longer than 20 characters"),
    (
        "RemoteStartTransaction",
        {"idTag": "X", "chargingProfile": {}},
        "chargingProfile.chargingProfileId",
        "is required",
    ),
]


@pytest.mark.parametrize(("action", "payload", "field", "message"), FAULTS)
def test_what_ocpp_does_not_allow_is_told_by_field_and_not_sent(
    root: Api, charger: Charger, action: str, payload: dict[str, Any], field: str, message: str | None
) -> None:
    (fault,) = problem(ask(root, charger, action, payload), 422, "bad_input")["errors"]
    assert fault == {"field": field, "message": message or fault["message"]}
    assert root.get("/api/commands", charge_point_id=charger.charge_point_id).json()["items"] == []


@pytest.mark.parametrize("payload", [[], "Soft", 5, [{"type": "Soft"}]])
def test_a_payload_is_an_object(root: Api, charger: Charger, payload: Any) -> None:
    refused = problem(ask(root, charger, "Reset", payload), 422, "bad_input")
    assert refused["errors"] == [{"field": "body", "message": "must be a JSON object"}]


def test_nothing_for_a_payload_is_an_empty_one(root: Api, charger: Charger) -> None:
    charger.answers["GetConfiguration"] = {}
    path = f"/api/charge_points/{charger.charge_point_id}/commands/GetConfiguration"
    answer = meanwhile(lambda: root.http.post(path))
    charger.serve(1)
    assert answer().json()["response"] == {}


def test_an_unknown_charge_point_or_action_is_not_found(root: Api, charger: Charger) -> None:
    refused = root.post("/api/charge_points/Nowhere/commands/Reset", type="Soft")
    assert "Nowhere" in problem(refused, 404, "not_found")["detail"]
    problem(ask(root, charger, "MakeCoffee", {}), 404, "not_found")


def test_a_command_to_a_charge_point_that_is_offline_fails_at_once_and_is_written_down(
    root: Api, charger: Charger
) -> None:
    root.post(f"/api/charge_points/{charger.charge_point_id}/password", {})
    with pytest.raises(Exception, match="1008"):
        charger.receive()
    failed = problem(ask(root, charger, "Reset", {"type": "Soft"}), 409, "charge_point_offline")
    assert failed["outcome"] == "offline"
    assert root.get(f"/api/commands/{failed['command_id']}").json()["outcome"] == "offline"


def test_the_key_of_a_charge_point_is_sent_and_never_told_again(server: Server, root: Api, charger: Charger) -> None:
    told = command(root, charger, "ChangeConfiguration", {"key": "AuthorizationKey", "value": KEY})
    assert charger.called[-1][1]["value"] == KEY
    charger.answers["ChangeConfiguration"] = ["PropertyConstraintViolation", "too short", {}]
    command(root, charger, "ChangeConfiguration", {"key": "authorizationkey", "value": KEY})
    problem(ask(root, charger, "ChangeConfiguration", {"key": "AuthorizationKey", "value": KEY * 30}), 422, "bad_input")
    charger.answers["GetConfiguration"] = {
        "configurationKey": [
            {"key": "AuthorizationKey", "readonly": False, "value": KEY},
            {"key": "HeartbeatInterval", "readonly": False, "value": "300"},
        ]
    }
    shown = command(root, charger, "GetConfiguration", {}).json()["response"]["configurationKey"]
    assert [entry["value"] for entry in shown] == [MASK, "300"]

    record = root.get(f"/api/commands/{told.json()['command_id']}").json()
    assert record["payload"] == {"key": "AuthorizationKey", "value": MASK}
    assert KEY not in root.get("/api/commands", charge_point_id=charger.charge_point_id).text
    assert KEY not in server.log.read_text()


def test_an_access_token_in_the_body_is_not_the_charge_points(server: Server, root: Api, charger: Charger) -> None:
    token = root.tokens["access_token"]
    anonymous = server.anonymous()
    command(anonymous, charger, "Reset", {"type": "Soft", "token": token})
    assert charger.called == [("Reset", {"type": "Soft"})]
    assert token not in root.get("/api/commands", charge_point_id=charger.charge_point_id).text
    anonymous.close()


def test_staff_may_not_change_a_configuration_and_nobody_starts_on_one_not_in_service(
    root: Api, staff: Api, charger: Charger
) -> None:
    refused = ask(staff, charger, "ChangeConfiguration", {"key": "x", "value": "y"})
    assert "admin" in problem(refused, 403, "forbidden")["detail"]
    root.patch(f"/api/charge_points/{charger.charge_point_id}", registration="Rejected")
    start = ask(root, charger, "RemoteStartTransaction", {"idTag": "X"})
    problem(start, 409, "charge_point_not_accepted")
    stop = ask(root, charger, "RemoteStopTransaction", {"transactionId": 1})
    problem(stop, 409, "charge_point_not_accepted")


def test_drivers_and_staff_see_the_commands_they_gave_and_admins_all(
    driver: Api, root: Api, staff: Api, charger: Charger
) -> None:
    answer = meanwhile(lambda: driver.post("/api/start_charging", evse_id=charger.charge_point_id, connector_id=1))
    charger.serve(1)
    assert answer().status_code == 200
    foreign = command(root, charger, "Reset", {"type": "Soft"}).json()["command_id"]
    mine = driver.get("/api/commands").json()["items"]
    assert [each["action"] for each in mine] == ["RemoteStartTransaction"]
    assert driver.get(f"/api/commands/{mine[0]['command_id']}").status_code == 200
    assert root.get("/api/audit", username=driver.username, kind="command").json()["items"] == []
    here = {"charge_point_id": charger.charge_point_id}
    own = command(staff, charger, "ClearCache", {}).json()["command_id"]
    assert [each["command_id"] for each in staff.get("/api/commands", **here).json()["items"]] == [own]
    for other in (driver, staff):
        problem(other.get(f"/api/commands/{foreign}"), 404, "not_found")
    assert root.get(f"/api/commands/{foreign}").json()["action"] == "Reset"
    filtered = root.get("/api/commands", **here, action="Reset").json()["items"]
    assert [each["command_id"] for each in filtered] == [foreign]


def test_of_many_commands_to_a_silent_charge_point_each_ends_and_says_whether_it_was_sent(
    impatient_root: Api, silent_charger: Charger
) -> None:
    silent_charger.answers["GetConfiguration"] = None
    answers = [meanwhile(lambda: ask(impatient_root, silent_charger, "GetConfiguration", {})) for _ in range(24)]
    codes = [answer().json()["code"] for answer in answers]
    assert set(codes) == {"charge_point_timeout", "charge_point_busy"}
    silent_charger.call("Heartbeat", {})
    assert len(silent_charger.called) == codes.count("charge_point_timeout")
    query = {"charge_point_id": silent_charger.charge_point_id, "limit": 100}
    outcomes = [each["outcome"] for each in impatient_root.get("/api/commands", **query).json()["items"]]
    assert outcomes.count("timeout") == codes.count("charge_point_timeout")
    assert outcomes.count("refused") == codes.count("charge_point_busy")


def test_secrets_of_other_makers_are_masked_by_their_names() -> None:
    for key in ("AuthorizationKey", "AUTHORIZATIONKEY ", "VendorX.WiFiPassword", "mqttSecret"):
        assert masked_request("ChangeConfiguration", {"key": key, "value": "x"})["value"] == MASK
    assert masked_request("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "1"})["value"] == "1"
    assert masked_response("GetConfiguration", {}) == {}
    kept = {"configurationKey": [{"key": "AuthorizationKey", "readonly": True}]}
    assert masked_response("GetConfiguration", kept) == kept


def test_a_fault_quotes_nothing_of_the_payload() -> None:
    for payload in ({"key": "AuthorizationKey", "value": KEY * 30}, {"key": KEY * 9, "value": ""}):
        with pytest.raises(BadInput) as caught:
            require_valid("ChangeConfiguration", payload)
        assert KEY not in str(caught.value)
