"""The Central System's part of the OCA's compliance test cases for the Core and Remote Trigger profiles, by number."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.app.charging import ago, connector, meter, new_tag, session_of, start, stop, value, verdict
from tests.live import Api, Charger


def authorize(charger: Charger, id_tag: str) -> str:
    return str(charger.call("Authorize", {"idTag": id_tag})["idTagInfo"]["status"])


def command(
    root: Api, charger: Charger, action: str, payload: dict[str, Any], answer: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Send a command; return the request that came to the charge point, and what REST says of its answer."""
    charger.answers[action] = answer
    with ThreadPoolExecutor(1) as pool:
        served = pool.submit(charger.serve)
        said = root.post(f"/api/charge_points/{charger.charge_point_id}/commands/{action}", payload)
        ((sent, request),) = served.result()
    assert (said.status_code, sent) == (200, action), said.text
    return request, said.json()


def charge(charger: Charger, id_tag: str, reason: str = "Local") -> None:
    """Charge from the start to the free connector."""
    answer = start(charger, id_tag)
    assert verdict(answer) == "Accepted"
    assert charger.status(1, "Charging") == {}
    meter(charger, answer["transactionId"], value("1500"))
    assert verdict(stop(charger, answer["transactionId"], idTag=id_tag, reason=reason)) == "Accepted"
    assert charger.status(1, "Finishing") == {}
    assert charger.status(1, "Available") == {}


# Boot, session, cache


def test_tc_001_cold_boot(new_charge_point: Callable[..., Any], connect: Callable[..., Charger]) -> None:
    charger = connect(*new_charge_point())
    answer = charger.boot()
    assert (answer["status"], answer["interval"]) == ("Accepted", 300)
    assert [charger.status(n, "Available") for n in (0, 1, 2)] == [{}, {}, {}]
    assert "currentTime" in charger.call("Heartbeat", {})


def test_tc_003_plug_in_first(charger: Charger, id_tag: str) -> None:
    assert charger.status(1, "Preparing") == {}
    assert authorize(charger, id_tag) == "Accepted"
    charge(charger, id_tag)


def test_tc_004_1_identification_first(charger: Charger, id_tag: str) -> None:
    assert authorize(charger, id_tag) == "Accepted"
    assert charger.status(1, "Preparing") == {}
    charge(charger, id_tag)


def test_tc_004_2_identification_first_and_nobody_plugs_in(charger: Charger, id_tag: str, root: Api) -> None:
    assert authorize(charger, id_tag) == "Accepted"
    assert charger.status(1, "Preparing") == {}
    assert charger.status(1, "Available") == {}
    assert root.get("/api/sessions", charge_point_id=charger.charge_point_id).json()["items"] == []


def test_tc_005_1_the_vehicle_is_unplugged(charger: Charger, id_tag: str, root: Api) -> None:
    number = start(charger, id_tag)["transactionId"]
    assert charger.status(1, "SuspendedEV") == {}
    assert stop(charger, number, reason="EVDisconnected") == {}
    assert charger.status(1, "Finishing") == {}
    assert charger.status(1, "Available") == {}
    session = session_of(root, number)
    assert (session["state"], session["stop_reason"], session["energy_wh"]) == ("completed", "EVDisconnected", 2500)


def test_tc_007_a_cached_tag_starts_without_being_asked_for(charger: Charger, id_tag: str) -> None:
    assert verdict(start(charger, id_tag)) == "Accepted"


# Remote start and stop


@pytest.mark.parametrize("first", ["cable", "remote"])
def test_tc_010_and_011_1_remote_start(charger: Charger, id_tag: str, root: Api, first: str) -> None:
    if first == "cable":
        charger.status(1, "Preparing")
    payload = {"idTag": id_tag, "connectorId": 1}
    request, said = command(root, charger, "RemoteStartTransaction", payload, {"status": "Accepted"})
    assert (request, said["status"]) == (payload, "Accepted")
    charger.status(1, "Preparing")
    assert authorize(charger, id_tag) == "Accepted"
    charge(charger, id_tag, "Remote")


def test_tc_011_2_remote_start_and_nobody_plugs_in(charger: Charger, id_tag: str, root: Api) -> None:
    command(root, charger, "RemoteStartTransaction", {"idTag": id_tag, "connectorId": 1}, {"status": "Accepted"})
    assert charger.status(1, "Preparing") == {}
    assert charger.status(1, "Available") == {}


def test_tc_012_remote_stop(charger: Charger, id_tag: str, root: Api) -> None:
    number = start(charger, id_tag)["transactionId"]
    request, said = command(root, charger, "RemoteStopTransaction", {"transactionId": number}, {"status": "Accepted"})
    assert (request, said["status"]) == ({"transactionId": number}, "Accepted")
    stop(charger, number, reason="Remote")
    assert session_of(root, number)["stop_reason"] == "Remote"


@pytest.mark.parametrize("kind", ["Hard", "Soft"])
def test_tc_013_and_014_reset(charger: Charger, root: Api, kind: str) -> None:
    request, said = command(root, charger, "Reset", {"type": kind}, {"status": "Accepted"})
    assert (request, said["status"]) == ({"type": kind}, "Accepted")
    assert charger.boot()["status"] == "Accepted"


# Commands whose answer is only to be told


@pytest.mark.parametrize(
    ("case", "action", "payload", "status"),
    [
        ("017_1", "UnlockConnector", {"connectorId": 1}, "Unlocked"),
        ("017_2", "UnlockConnector", {"connectorId": 1}, "NotSupported"),
        ("021", "ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "60"}, "Accepted"),
        ("026", "RemoteStartTransaction", {"idTag": "TAG", "connectorId": 1}, "Rejected"),
        ("028", "RemoteStopTransaction", {"transactionId": 987654}, "Rejected"),
        ("030", "UnlockConnector", {"connectorId": 1}, "UnlockFailed"),
        ("031", "UnlockConnector", {"connectorId": 99}, "NotSupported"),
        ("040_1", "ChangeConfiguration", {"key": "NoSuchKey", "value": "1"}, "NotSupported"),
        ("040_2", "ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "-1"}, "Rejected"),
        ("055", "TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 3}, "Rejected"),
    ],
)
def test_tc_a_command_is_sent_as_it_is_and_its_answer_told(
    charger: Charger, root: Api, case: str, action: str, payload: dict[str, Any], status: str
) -> None:
    request, said = command(root, charger, action, payload, {"status": status})
    assert (request, said["status"]) == (payload, status), case


def test_tc_018_1_unlock_while_charging(charger: Charger, id_tag: str, root: Api) -> None:
    number = start(charger, id_tag)["transactionId"]
    _request, said = command(root, charger, "UnlockConnector", {"connectorId": 1}, {"status": "Unlocked"})
    assert said["status"] == "Unlocked"
    charger.status(1, "Finishing")
    stop(charger, number, reason="UnlockCommand")
    charger.status(1, "Available")
    assert session_of(root, number)["stop_reason"] == "UnlockCommand"


@pytest.mark.parametrize("payload", [{}, {"key": ["SupportedFeatureProfiles"]}])
def test_tc_019_retrieve_configuration(charger: Charger, root: Api, payload: dict[str, Any]) -> None:
    known = {"configurationKey": [{"key": "SupportedFeatureProfiles", "readonly": True, "value": "Core"}]}
    request, said = command(root, charger, "GetConfiguration", payload, known)
    assert request == payload
    assert said["response"]["configurationKey"][0]["value"] == "Core"


# What is not happy


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        (None, "Invalid"),
        ({"expiry_date": (datetime.now(UTC) - timedelta(days=1)).isoformat()}, "Expired"),
        ({"status": "Blocked"}, "Blocked"),
    ],
)
def test_tc_023_a_refused_tag_is_told_why(
    charger: Charger, root: Api, facts: dict[str, str] | None, status: str
) -> None:
    assert authorize(charger, "NOBODY" if facts is None else new_tag(root, **facts)) == status


def test_tc_024_lock_failure(charger: Charger, root: Api) -> None:
    assert charger.status(1, "Faulted", errorCode="ConnectorLockFailure") == {}
    kept = connector(root, charger)
    assert (kept["status"], kept["error_code"]) == ("Faulted", "ConnectorLockFailure")


def test_tc_032_1_power_failure(charger: Charger, id_tag: str, root: Api) -> None:
    number = start(charger, id_tag)["transactionId"]
    assert charger.boot()["status"] == "Accepted"
    assert charger.status(1, "Finishing") == {}
    assert stop(charger, number, reason="PowerLoss") == {}
    assert session_of(root, number)["stop_reason"] == "PowerLoss"


def test_tc_037_1_offline_start_with_a_valid_tag(charger: Charger, id_tag: str) -> None:
    assert verdict(start(charger, id_tag, timestamp=ago(minutes=20))) == "Accepted"


def test_tc_037_3_offline_start_with_an_invalid_tag(charger: Charger) -> None:
    answer = start(charger, "NOBODY", timestamp=ago(minutes=20))
    assert verdict(answer) == "Invalid"
    assert stop(charger, answer["transactionId"], reason="DeAuthorized") == {}


def test_tc_039_offline_transaction(charger: Charger, id_tag: str, root: Api) -> None:
    answer = start(charger, id_tag, timestamp=ago(minutes=40))
    assert verdict(answer) == "Accepted"
    assert verdict(stop(charger, answer["transactionId"], idTag=id_tag, timestamp=ago(minutes=20))) == "Accepted"
    assert session_of(root, answer["transactionId"])["energy_wh"] == 2500


# Firmware and diagnostics, authorization of groups, triggers, vendors' data


@pytest.mark.parametrize(
    "statuses",
    [
        ["Downloading", "Downloaded", "Installing", "Installed"],
        ["Downloading", "DownloadFailed"],
        ["Downloading", "Downloaded", "Installing", "InstallationFailed"],
    ],
)
def test_tc_044_every_step_of_a_firmware_update_is_answered(charger: Charger, statuses: list[str]) -> None:
    for status in statuses:
        assert charger.call("FirmwareStatusNotification", {"status": status}) == {}
        assert charger.status(0, "Unavailable") == {}
    assert charger.boot()["status"] == "Accepted"


@pytest.mark.parametrize("end", ["Uploaded", "UploadFailed"])
def test_tc_045_every_step_of_a_diagnostics_upload_is_answered(charger: Charger, end: str) -> None:
    for status in ("Uploading", end):
        assert charger.call("DiagnosticsStatusNotification", {"status": status}) == {}


def test_tc_053_the_parent_is_told(charger: Charger, root: Api) -> None:
    parent = new_tag(root)
    info = charger.call("Authorize", {"idTag": new_tag(root, parent_id_tag=parent)})["idTagInfo"]
    assert info == {"status": "Accepted", "parentIdTag": parent}


@pytest.mark.parametrize(
    ("message", "payload"),
    [
        ("MeterValues", {"connectorId": 1, "meterValue": [value("1", context="Trigger")]}),
        ("Heartbeat", {}),
        ("StatusNotification", {"connectorId": 1, "status": "Available", "errorCode": "NoError"}),
        ("DiagnosticsStatusNotification", {"status": "Idle"}),
        ("FirmwareStatusNotification", {"status": "Idle"}),
    ],
)
def test_tc_054_a_triggered_message_is_answered(
    charger: Charger, root: Api, message: str, payload: dict[str, Any]
) -> None:
    _request, said = command(root, charger, "TriggerMessage", {"requestedMessage": message}, {"status": "Accepted"})
    assert said["status"] == "Accepted"
    assert isinstance(charger.call(message, payload), dict)


def test_tc_064_data_of_an_unknown_vendor(charger: Charger) -> None:
    answer = charger.call("DataTransfer", {"vendorId": "Acme", "messageId": "m", "data": "d"})
    assert answer == {"status": "UnknownVendorId"}
