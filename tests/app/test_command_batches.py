"""One command for many charge points: begun at once, a few at a time, each with one outcome in the end."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.app.beside import COMMANDS_AT_ONCE
from tests.app.stories import meanwhile, new_charger, problem
from tests.live import Api, Charger, Server, until

RESET = {"action": "Reset", "payload": {"type": "Soft"}}


@pytest.fixture(scope="module")
def staff(small_server: Server, small_root: Api) -> Iterator[Api]:
    small_root.post("/api/users", username="staff-of-batches", password="long enough", role="staff")
    api = small_server.log_in("staff-of-batches", "long enough")
    yield api
    api.close()


@pytest.fixture
def plug(small_server: Server, small_root: Api) -> Iterator[Callable[..., list[Charger]]]:
    """Make charge points that are connected."""
    made: list[Charger] = []

    def plug(count: int) -> list[Charger]:
        new = [new_charger(small_server, small_root, connectors=0) for _ in range(count)]
        made.extend(new)
        return new

    yield plug
    for charger in made:
        charger.close()


@pytest.fixture(scope="module")
def absent(small_root: Api) -> list[str]:
    """Four charge points that never connect."""
    answers = [small_root.post("/api/charge_points", id=f"OFF-{n}-{uuid4().hex[:8]}") for n in range(COMMANDS_AT_ONCE)]
    return [answer.json()["id"] for answer in answers]


def ids(chargers: list[Charger]) -> list[str]:
    return [charger.charge_point_id for charger in chargers]


def send(api: Api, charge_point_ids: list[str], **order: Any) -> dict[str, Any]:
    answer = api.post("/api/commands", charge_point_ids=charge_point_ids, **{**RESET, **order})
    assert answer.status_code == 202, answer.text
    begun: dict[str, Any] = answer.json()
    assert begun["total"] == len(begun["commands"]) == len(charge_point_ids)
    return begun


def look(api: Api, batch: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = api.get(f"/api/command_batches/{batch['batch_id']}").json()
    return told


def over(api: Api, batch: dict[str, Any]) -> dict[str, Any]:
    """Return a batch once it is over."""

    def ended() -> dict[str, Any] | None:
        told = look(api, batch)
        return told if "finished_at" in told else None

    return until(ended, 20)


def outcomes(told: dict[str, Any]) -> dict[str, str]:
    return {each["charge_point_id"]: each["outcome"] for each in told["commands"]}


def answering(chargers: list[Charger]) -> Any:
    """Answer the next command of each, in their order."""
    return meanwhile(lambda: [charger.serve(1) for charger in chargers])


def test_each_charge_point_has_one_outcome_whatever_it_is(
    small_root: Api, staff: Api, absent: list[str], plug: Callable[..., list[Charger]]
) -> None:
    willing, unwilling, failing, unknowing, silent, vanishing, rejected = chargers = plug(7)
    unwilling.answers["Reset"] = {"status": "Rejected"}
    failing.answers["Reset"] = ["InternalError", "no", {}]
    unknowing.answers["Reset"] = ["NotSupported", "", {}]
    silent.answers["Reset"] = vanishing.answers["Reset"] = None
    path = f"/api/charge_points/{unknowing.charge_point_id}/commands/Reset"
    first = meanwhile(lambda: small_root.post(path, type="Soft"))
    unknowing.serve(1)
    problem(first(), 502, "call_error")
    small_root.patch(f"/api/charge_points/{rejected.charge_point_id}", registration="Rejected")

    batch = send(staff, [*ids(chargers), absent[0]])
    answering([willing, unwilling, failing, silent, vanishing])()
    vanishing.close()
    told = over(staff, batch)
    assert outcomes(told) == {
        willing.charge_point_id: "answered",
        unwilling.charge_point_id: "answered",
        failing.charge_point_id: "call_error",
        unknowing.charge_point_id: "refused",
        silent.charge_point_id: "timeout",
        vanishing.charge_point_id: "disconnected",
        rejected.charge_point_id: "refused",
        absent[0]: "offline",
    }
    assert told["outcomes"] == dict(Counter(outcomes(told).values()))
    assert told["statuses"] == {"Accepted": 1, "Rejected": 1}
    assert (told["state"], told["requested_by"]) == ("finished", "staff-of-batches")
    why = {each["charge_point_id"]: each.get("error", "") for each in told["commands"]}
    assert "does not support Reset" in why[unknowing.charge_point_id]

    listed = staff.get("/api/commands", batch_id=batch["batch_id"], limit=100).json()["items"]
    assert {each["command_id"] for each in listed} == {each["command_id"] for each in batch["commands"]}
    assert {each["charge_point_id"]: each["outcome"] for each in listed} == outcomes(told)
    filtered = staff.get("/api/commands", batch_id=batch["batch_id"], outcome="refused").json()["items"]
    assert len(filtered) == 2
    assert staff.get("/api/command_batches").json()["items"][0]["batch_id"] == batch["batch_id"]


def test_no_more_charge_points_are_asked_at_a_time_than_was_ordered(
    staff: Api, plug: Callable[..., list[Charger]]
) -> None:
    chargers = plug(3)
    batch = send(staff, ids(chargers), at_once=1)
    assert batch["at_once"] == 1
    for number, charger in enumerate(chargers):
        _two, message_id, action, payload = charger.receive()
        assert (action, payload) == ("Reset", {"type": "Soft"})
        told = look(staff, batch)["outcomes"]
        assert told == {
            key: count for key, count in {"answered": number, "under_way": 1, "waiting": 2 - number}.items() if count
        }
        charger.send([3, message_id, {"status": "Accepted"}])
    assert over(staff, batch)["outcomes"] == {"answered": 3}


def test_silent_charge_points_hold_up_neither_the_web_nor_a_smaller_batch(
    staff: Api, absent: list[str], plug: Callable[..., list[Charger]]
) -> None:
    silent = plug(COMMANDS_AT_ONCE * 2)
    for charger in silent:
        charger.answers["Reset"] = None
    batch = send(staff, ids(silent), at_once=100)
    small = send(staff, absent[:COMMANDS_AT_ONCE])
    until(lambda: look(staff, batch)["outcomes"].get("under_way") == COMMANDS_AT_ONCE)
    assert over(staff, small)["outcomes"] == {"offline": COMMANDS_AT_ONCE}
    assert look(staff, batch)["state"] == "running"
    told = over(staff, batch)
    assert told["outcomes"] == {"timeout": COMMANDS_AT_ONCE * 2}


def test_a_cancelled_batch_sends_no_more_and_what_was_sent_goes_on(
    staff: Api, small_root: Api, plug: Callable[..., list[Charger]]
) -> None:
    chargers = plug(3)
    batch = send(staff, ids(chargers), at_once=1)
    _two, message_id, _action, _payload = chargers[0].receive()
    cancelled = staff.post(f"/api/command_batches/{batch['batch_id']}/cancel").json()
    assert (cancelled["state"], cancelled["cancelled_by"]) == ("cancelling", "staff-of-batches")
    assert cancelled["outcomes"] == {"under_way": 1, "cancelled": 2}
    chargers[0].send([3, message_id, {"status": "Accepted"}])
    told = over(staff, batch)
    assert (told["state"], told["outcomes"]) == ("cancelled", {"answered": 1, "cancelled": 2})
    for charger in chargers[1:]:
        charger.call("Heartbeat", {})
        assert charger.called == []
    again = staff.post(f"/api/command_batches/{batch['batch_id']}/cancel").json()
    assert again == told
    changed, created = small_root.get("/api/audit", kind="command_batch", key=batch["batch_id"]).json()["items"]
    assert (created["action"], changed["after"]["cancelled_by"]) == ("created", staff.username)
    for each in batch["commands"]:
        (line,) = small_root.get("/api/audit", kind="command", key=each["command_id"]).json()["items"]
        assert (line["after"]["charge_point_id"], line["username"]) == (each["charge_point_id"], staff.username)


def test_a_late_answer_finds_its_command(staff: Api, plug: Callable[..., list[Charger]]) -> None:
    (charger,) = plug(1)
    batch = send(staff, ids([charger]))
    _two, message_id, _action, _payload = charger.receive()
    assert over(staff, batch)["outcomes"] == {"timeout": 1}
    charger.send([3, message_id, {"status": "Accepted"}])
    until(lambda: look(staff, batch)["statuses"] == {"Accepted": 1})


def test_what_a_charge_point_does_not_support_is_sent_to_it_by_force(
    staff: Api, plug: Callable[..., list[Charger]]
) -> None:
    (charger,) = plug(1)
    charger.answers["ClearCache"] = ["NotImplemented", "", {}]
    for force, outcome in ((False, "call_error"), (False, "refused"), (True, "call_error")):
        batch = send(staff, ids([charger]), action="ClearCache", payload={}, force=force)
        if outcome == "call_error":
            charger.serve(1)
        assert over(staff, batch)["outcomes"] == {outcome: 1}


BAD: list[tuple[dict[str, Any], str]] = [
    ({"charge_point_ids": []}, "charge_point_ids"),
    ({"charge_point_ids": ["x"] * 1001}, "charge_point_ids"),
    ({"charge_point_ids": "OFF-0"}, "charge_point_ids"),
    ({"charge_point_ids": [{"$ne": None}]}, "charge_point_ids.0"),
    ({"payload": {"type": "Medium"}}, "type"),
    ({"payload": []}, "payload"),
    ({"at_once": 0}, "at_once"),
    ({"at_once": 101}, "at_once"),
    ({"force": "yes"}, "force"),
    ({"then": "more"}, "then"),
]


@pytest.mark.parametrize(("fault", "field"), BAD, ids=range(len(BAD)))
def test_what_is_wrong_is_told_by_field_and_nothing_is_sent(
    staff: Api, absent: list[str], fault: dict[str, Any], field: str
) -> None:
    answer = staff.post("/api/commands", {"charge_point_ids": absent[:1], **RESET, **fault})
    assert problem(answer, 422, "bad_input")["errors"][0]["field"] == field


def test_each_unknown_or_repeated_charge_point_is_told_by_its_place(staff: Api, absent: list[str]) -> None:
    named = [absent[0], "Nowhere", absent[0].lower(), "Elsewhere"]
    before = staff.get("/api/command_batches").json()["items"]
    faults = problem(staff.post("/api/commands", charge_point_ids=named, **RESET), 422, "bad_input")["errors"]
    assert faults == [
        {"field": "charge_point_ids.1", "message": "there is no charge point Nowhere"},
        {"field": "charge_point_ids.2", "message": f"{absent[0].lower()} is named twice"},
        {"field": "charge_point_ids.3", "message": "there is no charge point Elsewhere"},
    ]
    assert staff.get("/api/command_batches").json()["items"] == before


def test_the_role_of_the_action_applies_to_beginning_and_to_cancelling(
    small_root: Api, staff: Api, small_server: Server, absent: list[str]
) -> None:
    change = {"action": "ChangeConfiguration", "payload": {"key": "HeartbeatInterval", "value": "60"}}
    forbidden = staff.post("/api/commands", {"charge_point_ids": absent[:1], **change})
    assert "admin" in problem(forbidden, 403, "forbidden")["detail"]
    small_root.patch(f"/api/users/{staff.username}", role="admin")
    batch = send(staff, absent[:1], **change)
    small_root.patch(f"/api/users/{staff.username}", role="staff")
    problem(staff.post(f"/api/command_batches/{batch['batch_id']}/cancel"), 403, "forbidden")
    problem(staff.post("/api/command_batches/nothing/cancel"), 404, "not_found")
    problem(staff.post("/api/commands", {"charge_point_ids": absent[:1], "action": "MakeCoffee"}), 404, "not_found")
    driver = small_server.sign_up()
    problem(driver.post("/api/commands", {"charge_point_ids": absent[:1], **RESET}), 403, "forbidden")
    driver.close()


def test_staff_see_their_own_batches_alone(small_root: Api, staff: Api, absent: list[str]) -> None:
    batch = send(small_root, absent[:1])
    path = f"/api/command_batches/{batch['batch_id']}"
    problem(staff.get(path), 404, "not_found")
    problem(staff.post(f"{path}/cancel"), 404, "not_found")
    assert batch["batch_id"] not in staff.get("/api/command_batches").text
    assert staff.get("/api/commands", batch_id=batch["batch_id"]).json()["items"] == []
    assert small_root.get(path).status_code == 200


def test_no_key_is_given_to_many_charge_points_and_no_secret_is_told(small_root: Api, absent: list[str]) -> None:
    key = {"action": "ChangeConfiguration", "payload": {"key": "AuthorizationKey", "value": "0123456789ABCDEF"}}
    refused = small_root.post("/api/commands", {"charge_point_ids": absent[:1], **key})
    assert "its own" in problem(refused, 422, "bad_input")["detail"]
    secret = {"action": "ChangeConfiguration", "payload": {"key": "WiFiPassword", "value": "hush-hush"}}
    batch = send(small_root, absent[:1], **secret)
    assert batch["payload"] == {"key": "WiFiPassword", "value": "***"}
    assert "hush-hush" not in small_root.get("/api/commands", batch_id=batch["batch_id"]).text
