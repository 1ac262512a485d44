"""Smart charging over HTTP and OCPP: profiles are sent, replaced, cleared, and come with a start."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.app.charging import start, stop
from tests.app.profile_stories import (
    ABSOLUTE,
    add_profile,
    asked,
    installations,
    installed,
    path_of,
    send_profile,
    tell_limits,
)
from tests.app.stories import ask_to_start, begin, finish, meanwhile, new_charger, press_start, problem
from tests.live import Api, Charger, until

TX = {"name": "Boost", "purpose": "TxProfile", "periods": [{"start_period": 0, "limit": 6.0}]}


def soon(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_a_default_profile_is_sent_as_it_was_kept(root: Api, charger: Charger) -> None:
    """TC_056: Absolute, with all its times, a limit with one decimal and the number of phases."""
    times = {"valid_from": soon(-1), "valid_to": soon(24), "start_schedule": soon(0)}
    periods = [{"start_period": 0, "limit": 6, "number_phases": 3}, {"start_period": 300, "limit": 6000.1}]
    profile = add_profile(root, kind="Absolute", **times, stack_level=2, duration=86_400, min_rate=6.5, periods=periods)
    one, payload = send_profile(root, charger, profile, 0)
    assert payload == {
        "connectorId": 0,
        "csChargingProfiles": {
            "chargingProfileId": one["ocpp_profile_id"],
            "stackLevel": 2,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Absolute",
            "validFrom": times["valid_from"],
            "validTo": times["valid_to"],
            "chargingSchedule": {
                "duration": 86_400,
                "startSchedule": times["start_schedule"],
                "chargingRateUnit": "A",
                "minChargingRate": 6.5,
                "chargingSchedulePeriod": [
                    {"startPeriod": 0, "limit": 6.0, "numberPhases": 3},
                    {"startPeriod": 300, "limit": 6000.1},
                ],
            },
        },
    }
    assert one["ocpp_profile_id"] > 0
    assert (one["status"], one["installed"], one["name"], one["requested_by"]) == ("Accepted", True, "Night", "root")
    assert one["profile"] == payload["csChargingProfiles"]
    assert installations(root, charger) == [one]
    assert root.get(f"/api/commands/{one['command_id']}").json()["action"] == "SetChargingProfile"


def test_a_transaction_profile_names_the_running_transaction_and_goes_with_it(
    root: Api, charger: Charger, id_tag: str
) -> None:
    """TC_057."""
    transaction_id = begin(charger, id_tag)["transactionId"]
    one, payload = send_profile(root, charger, add_profile(root, **TX))
    assert payload["csChargingProfiles"]["transactionId"] == transaction_id
    session = root.get("/api/sessions", transaction_id=transaction_id).json()["items"][0]
    assert one["session_id"] == session["session_id"]
    assert installed(root, charger) == {one["ocpp_profile_id"]}

    finish(charger, transaction_id)
    assert installed(root, charger) == set()
    (gone,) = installations(root, charger, installed="false")
    ended = root.get(f"/api/sessions/{session['session_id']}").json()
    assert (gone["removed_because"], gone["removed_at"]) == ("transaction_ended", ended["stopped_at"])


def test_a_transaction_profile_needs_its_transaction(root: Api, charger: Charger, id_tag: str) -> None:
    profile = add_profile(root, **TX)
    body = {"charging_profile_id": profile["charging_profile_id"], "connector_id": 1}
    problem(root.post(path_of(charger), body), 409, "no_transaction")
    transaction_id = begin(charger, id_tag, 2)["transactionId"]
    other = root.get("/api/sessions", transaction_id=transaction_id).json()["items"][0]["session_id"]
    for session_id in (other, "no-such-session"):
        refused = problem(root.post(path_of(charger), {**body, "session_id": session_id}), 422, "bad_input")
        assert [error["field"] for error in refused["errors"]] == ["session_id"]
    one, _payload = send_profile(root, charger, profile, 2, session_id=other)
    assert one["session_id"] == other
    _one, payload = send_profile(root, charger, profile, 1, force=True)
    assert "transactionId" not in payload["csChargingProfiles"]


@pytest.mark.parametrize(
    ("facts", "connector_id", "field"),
    [
        ({"purpose": "ChargePointMaxProfile", **ABSOLUTE}, 1, "connector_id"),
        (TX, 0, "connector_id"),
        ({}, 3, "connector_id"),
        ({"valid_to": "2026-01-01T00:00:00Z"}, 1, "charging_profile_id"),
    ],
    ids=["the whole's limit at one connector", "a transaction of the whole", "no such connector", "over"],
)
def test_what_does_not_belong_there_is_sent_only_by_force(
    root: Api, charger: Charger, facts: dict[str, Any], connector_id: int, field: str
) -> None:
    profile = add_profile(root, **facts)
    body = {"charging_profile_id": profile["charging_profile_id"], "connector_id": connector_id}
    refused = problem(root.post(path_of(charger), body), 422, "bad_input")
    assert [error["field"] for error in refused["errors"]] == [field]
    assert installations(root, charger) == []
    charger.answers["SetChargingProfile"] = {"status": "Rejected"}
    one, _payload = send_profile(root, charger, profile, connector_id, force=True)
    assert (one["status"], one["installed"]) == ("Rejected", False)


@pytest.mark.parametrize(
    ("key", "value", "field"),
    [
        ("ChargeProfileMaxStackLevel", "1", "stack_level"),
        ("ChargingScheduleMaxPeriods", "1", "periods"),
        ("ChargingScheduleAllowedChargingRateUnit", "Power", "unit"),
        ("ChargingScheduleAllowedChargingRateUnit", "W", "unit"),
        ("MaxChargingProfilesInstalled", "0", "charging_profile_id"),
        ("ConnectorSwitch3to1PhaseSupported", "false", "periods"),
    ],
)
def test_what_is_beyond_the_charge_point_is_sent_only_by_force(
    root: Api, charger: Charger, key: str, value: str, field: str
) -> None:
    periods = [{"start_period": 0, "limit": 6}, {"start_period": 60, "limit": 6, "number_phases": 1}]
    profile = add_profile(root, stack_level=2, periods=periods)
    body = {"charging_profile_id": profile["charging_profile_id"], "connector_id": 1}
    tell_limits(root, charger, **{key: value})
    refused = problem(root.post(path_of(charger), body), 409, "beyond_charge_point_limits")
    assert [error["field"] for error in refused["errors"]] == [field]
    assert send_profile(root, charger, profile, force=True)[0]["status"] == "Accepted"


def test_within_its_limits_a_charge_point_is_sent_everything(root: Api, charger: Charger) -> None:
    tell_limits(
        root,
        charger,
        ChargeProfileMaxStackLevel="1",
        ChargingScheduleMaxPeriods="2",
        ChargingScheduleAllowedChargingRateUnit="Current, Power",
        MaxChargingProfilesInstalled="1",
        ConnectorSwitch3to1PhaseSupported="maybe",
        SupportedFeatureProfiles="Core,SmartCharging",
    )
    for _ in range(2):  # the second takes the place of the first, so it is not one too many
        assert send_profile(root, charger, add_profile(root, stack_level=1))[0]["installed"]
    body = {"charging_profile_id": add_profile(root)["charging_profile_id"], "connector_id": 1}
    refused = problem(root.post(path_of(charger), body), 409, "beyond_charge_point_limits")
    assert "MaxChargingProfilesInstalled is 1" in refused["detail"]


@pytest.mark.parametrize("status", ["Rejected", "NotSupported", "Maybe"])
def test_a_refusal_is_told_with_a_hint_and_nothing_is_replaced(root: Api, charger: Charger, status: str) -> None:
    first, _payload = send_profile(root, charger, add_profile(root))
    charger.answers["SetChargingProfile"] = {"status": status}
    refused, _payload = send_profile(root, charger, add_profile(root), force=True)
    assert (refused["status"], refused["installed"]) == (status, False)
    assert "GetConfiguration" in refused["hint"]
    assert installed(root, charger) == {first["ocpp_profile_id"]}
    tell_limits(root, charger, ChargeProfileMaxStackLevel="9")
    assert "GetConfiguration" not in send_profile(root, charger, add_profile(root), force=True)[0]["hint"]


def test_a_charge_point_without_smart_charging_is_asked_only_by_force(root: Api, charger: Charger, id_tag: str) -> None:
    tell_limits(root, charger, SupportedFeatureProfiles="Core,Reservation")
    of_transaction = add_profile(root, **TX)["charging_profile_id"]
    body = {"charging_profile_id": add_profile(root)["charging_profile_id"], "connector_id": 1}
    clear, composite = path_of(charger, "charging_profiles/clear"), path_of(charger, "composite_schedule")
    for answer in (
        root.post(path_of(charger), body),
        root.post(clear, {}),
        root.get(composite),
        ask_to_start(root, charger, idTag=id_tag, charging_profile_id=of_transaction),
    ):
        problem(answer, 409, "not_supported_by_charge_point")
    charger.answers["GetCompositeSchedule"] = {"status": "Rejected"}
    for work in (
        lambda: root.post(path_of(charger), {**body, "force": True}),
        lambda: root.post(clear, force=True),
        lambda: root.get(composite, force="true"),
    ):
        assert asked(charger, work)[0].is_success


def test_a_charge_point_that_is_removed_and_added_again_has_no_profiles(root: Api, charger: Charger) -> None:
    send_profile(root, charger, add_profile(root))
    assert root.delete(f"/api/charge_points/{charger.charge_point_id}").status_code == 204
    root.post("/api/charge_points", id=charger.charge_point_id)
    assert installations(root, charger) == []


def test_nothing_is_sent_to_a_rejected_charge_point(root: Api, charger: Charger) -> None:
    root.patch(f"/api/charge_points/{charger.charge_point_id}", registration="Rejected")
    body = {"charging_profile_id": add_profile(root)["charging_profile_id"], "connector_id": 1, "force": True}
    problem(root.post(path_of(charger), body), 409, "charge_point_not_accepted")
    assert installations(root, charger) == []


def test_a_profile_takes_the_place_of_one_of_its_purpose_and_level_on_the_connector(
    root: Api, charger: Charger
) -> None:
    profile = add_profile(root)
    first = send_profile(root, charger, profile)[0]["ocpp_profile_id"]
    beside = {
        send_profile(root, charger, profile, 2)[0]["ocpp_profile_id"],
        send_profile(root, charger, profile, 0)[0]["ocpp_profile_id"],
        send_profile(root, charger, add_profile(root, stack_level=1))[0]["ocpp_profile_id"],
    }
    assert installed(root, charger) == {first, *beside}
    second = send_profile(root, charger, profile)[0]["ocpp_profile_id"]
    assert installed(root, charger) == {second, *beside}
    gone = [one for one in installations(root, charger) if not one["installed"]]
    assert [(one["ocpp_profile_id"], one["removed_because"]) for one in gone] == [(first, "replaced")]


def test_a_profile_that_was_written_by_hand_is_known_too(root: Api, charger: Charger, id_tag: str) -> None:
    transaction_id = begin(charger, id_tag)["transactionId"]
    by_hand = {
        "chargingProfileId": 900_001,
        "transactionId": transaction_id,
        "stackLevel": 4,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 8}]},
    }
    command = path_of(charger, "commands/SetChargingProfile")
    body = {"connectorId": 1, "csChargingProfiles": by_hand}
    for _ in range(2):
        asked(charger, lambda: root.post(command, body))
    assert installed(root, charger) == {900_001}
    (one,) = installations(root, charger, installed="true")
    assert (one["stack_level"], one["profile"], "name" in one) == (4, by_hand, False)
    finish(charger, transaction_id)
    assert installed(root, charger) == set()


def test_profiles_are_cleared_in_each_of_the_three_ways(root: Api, charger: Charger) -> None:
    """TC_067."""
    profile, higher = add_profile(root), add_profile(root, stack_level=1)
    numbers = [
        send_profile(root, charger, one, connector_id)[0]["ocpp_profile_id"]
        for one, connector_id in ((profile, 0), (profile, 1), (higher, 1), (profile, 2))
    ]
    clear = path_of(charger, "charging_profiles/clear")

    answer, payload = asked(charger, lambda: root.post(clear, ocpp_profile_id=numbers[3]))
    assert (answer.json()["status"], payload) == ("Accepted", {"id": numbers[3]})
    assert installed(root, charger) == set(numbers[:3])

    by_place = {"connector_id": 1, "purpose": "TxDefaultProfile", "stack_level": 0}
    _answer, payload = asked(charger, lambda: root.post(clear, by_place))
    assert payload == {"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 0}
    assert installed(root, charger) == {numbers[0], numbers[2]}

    _answer, payload = asked(charger, lambda: root.post(clear, {}))
    assert payload == {}
    assert installed(root, charger) == set()
    assert {one["removed_because"] for one in installations(root, charger)} == {"cleared"}


def test_what_a_charge_point_does_not_know_is_not_installed(root: Api, charger: Charger) -> None:
    one, _payload = send_profile(root, charger, add_profile(root))
    charger.answers["ClearChargingProfile"] = {"status": "Unknown"}
    clear = path_of(charger, "charging_profiles/clear")
    asked(charger, lambda: root.post(clear, ocpp_profile_id=one["ocpp_profile_id"] + 1_000_000))
    assert installed(root, charger) == {one["ocpp_profile_id"]}
    answer, _payload = asked(charger, lambda: root.post(path_of(charger, "commands/ClearChargingProfile"), {}))
    assert answer.json()["status"] == "Unknown"
    assert [one["removed_because"] for one in installations(root, charger)] == ["unknown_to_charge_point"]


def test_one_profile_and_many_cannot_be_cleared_in_one_breath(root: Api, charger: Charger) -> None:
    clear = path_of(charger, "charging_profiles/clear")
    problem(root.post(clear, ocpp_profile_id=1, connector_id=1), 422, "bad_input")
    problem(root.post(clear, purpose="Other"), 422, "bad_input")


def test_who_may_do_what(root: Api, driver: Api, charger: Charger) -> None:
    body = {"charging_profile_id": "x", "connector_id": 1}
    problem(driver.post(path_of(charger), body), 403, "forbidden")
    problem(driver.get(path_of(charger)), 403, "forbidden")
    problem(driver.post(path_of(charger, "charging_profiles/clear"), {}), 403, "forbidden")
    problem(driver.get(path_of(charger, "composite_schedule")), 403, "forbidden")
    problem(root.post(path_of(charger), body), 404, "not_found")
    problem(root.get("/api/charge_points/nobody/charging_profiles"), 404, "not_found")


def test_a_profile_for_an_offline_charge_point_has_failed(root: Api, charger: Charger) -> None:
    profile = add_profile(root)
    charger.close()
    until(lambda: not root.get(f"/api/charge_points/{charger.charge_point_id}").json()["online"])
    body = {"charging_profile_id": profile["charging_profile_id"], "connector_id": 1}
    refused = problem(root.post(path_of(charger), body), 409, "charge_point_offline")
    (one,) = installations(root, charger)
    assert (one["status"], one["reason"], one["installation_id"]) == (
        "Failed",
        "charge_point_offline",
        refused["installation_id"],
    )


@pytest.fixture
def slow(impatient_server: Any, impatient_root: Api) -> Iterator[Charger]:
    charger = new_charger(impatient_server, impatient_root)
    yield charger
    charger.close()


def test_a_late_answer_is_believed_as_one_in_time(impatient_root: Api, slow: Charger) -> None:
    profile = add_profile(impatient_root)
    body = {"charging_profile_id": profile["charging_profile_id"], "connector_id": 1}
    answer = meanwhile(lambda: impatient_root.post(path_of(slow), body))
    frame = slow.receive()
    problem(answer(), 504, "charge_point_timeout")
    (one,) = installations(impatient_root, slow)
    assert (one["status"], one["reason"], one["installed"]) == ("Requested", "charge_point_timeout", False)
    slow.send([3, frame[1], {"status": "Accepted"}])
    until(lambda: installed(impatient_root, slow))
    (one,) = installations(impatient_root, slow)
    assert (one["status"], "reason" in one) == ("Accepted", False)


def test_a_start_brings_its_profile_without_a_transaction(root: Api, charger: Charger, id_tag: str) -> None:
    """TC_059."""
    profile = add_profile(root, **TX)
    answer = press_start(root, charger, idTag=id_tag, charging_profile_id=profile["charging_profile_id"])
    assert answer.json()["status"] == "Accepted", answer.text
    _action, sent = charger.called[-1]
    (one,) = installations(root, charger)
    assert sent["chargingProfile"] == {
        "chargingProfileId": one["ocpp_profile_id"],
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0}]},
    }
    assert (one["status"], one["installed"], one["session_id"]) == ("Accepted", True, answer.json()["session_id"])

    transaction_id = start(charger, id_tag)["transactionId"]
    assert installed(root, charger) == {one["ocpp_profile_id"]}
    # One of the same level takes its place while the transaction runs (OCPP 1.6 §5.16.2).
    again, payload = send_profile(root, charger, profile)
    assert payload["csChargingProfiles"]["transactionId"] == transaction_id
    assert installed(root, charger) == {again["ocpp_profile_id"]}
    stop(charger, transaction_id)
    assert installed(root, charger) == set()


def test_the_profile_of_a_start_that_was_refused_is_not_installed(root: Api, charger: Charger, id_tag: str) -> None:
    charger.answers["RemoteStartTransaction"] = {"status": "Rejected"}
    profile = add_profile(root, **TX)["charging_profile_id"]
    assert press_start(root, charger, idTag=id_tag, charging_profile_id=profile).json()["status"] == "Rejected"
    charger.answers["RemoteStartTransaction"] = ["InternalError", "", {}]
    problem(press_start(root, charger, idTag=id_tag, charging_profile_id=profile), 502, "call_error")
    assert [one["status"] for one in installations(root, charger)] == ["Failed", "Rejected"]


@pytest.mark.parametrize("facts", [{}, {**TX, **ABSOLUTE}], ids=["a default", "a time of its own"])
def test_a_start_takes_only_a_relative_transaction_profile(
    root: Api, charger: Charger, id_tag: str, facts: dict[str, Any]
) -> None:
    profile = add_profile(root, **facts)["charging_profile_id"]
    refused = problem(ask_to_start(root, charger, idTag=id_tag, charging_profile_id=profile), 422, "bad_input")
    assert [error["field"] for error in refused["errors"]] == ["charging_profile_id"]
    assert root.get("/api/sessions", charge_point_id=charger.charge_point_id).json()["items"] == []


def test_a_profile_at_the_start_is_for_staff(root: Api, driver: Api, charger: Charger) -> None:
    profile = add_profile(root, **TX)["charging_profile_id"]
    problem(ask_to_start(driver, charger, charging_profile_id=profile), 403, "forbidden")
    tell_limits(root, charger, ChargingScheduleAllowedChargingRateUnit="Power")
    limited = ask_to_start(root, charger, charging_profile_id=profile)
    assert problem(limited, 409, "beyond_charge_point_limits")["errors"][0]["field"] == "unit"
    problem(ask_to_start(root, charger, charging_profile_id="no-such"), 404, "not_found")
