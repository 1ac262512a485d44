"""Core: what goes wrong."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.app.charging import ago, connector, new_tag, session_of, sessions_on, start, stop, verdict
from tests.conformance.charging import charging
from tests.conformance.station import Operator, Station
from tests.live import Api


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        pytest.param(None, "Invalid", id="tc_023_1"),
        pytest.param({"expiry_date": (datetime.now(UTC) - timedelta(days=1)).isoformat()}, "Expired", id="tc_023_2"),
        pytest.param({"status": "Blocked"}, "Blocked", id="tc_023_3"),
    ],
)
def test_a_refused_tag_is_told_why(station: Station, root: Api, facts: dict[str, str] | None, status: str) -> None:
    assert station.authorize("NOBODYS" if facts is None else new_tag(root, **facts))["status"] == status


def test_tc_024_lock_failure(station: Station, id_tag: str, root: Api) -> None:
    assert station.authorize(id_tag)["status"] == "Accepted"
    station.statuses({1: "Preparing"})
    assert station.status(1, "Faulted", errorCode="ConnectorLockFailure") == {}
    kept = connector(root, station)
    assert (kept["status"], kept["error_code"]) == ("Faulted", "ConnectorLockFailure")
    assert sessions_on(root, station) == []


@pytest.mark.parametrize(
    ("action", "payload", "status"),
    [
        pytest.param("RemoteStartTransaction", {"idTag": "TAG", "connectorId": 1}, "Rejected", id="tc_026"),
        pytest.param("RemoteStopTransaction", {"transactionId": 987654}, "Rejected", id="tc_028"),
        pytest.param("UnlockConnector", {"connectorId": 1}, "UnlockFailed", id="tc_030"),
        pytest.param("UnlockConnector", {"connectorId": 99}, "NotSupported", id="tc_031"),
        pytest.param("ChangeConfiguration", {"key": "NoSuchKey", "value": "1"}, "NotSupported", id="tc_040_1"),
        pytest.param(
            "ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "-1"}, "Rejected", id="tc_040_2"
        ),
    ],
)
def test_what_cannot_be_done_is_sent_as_it_is_and_the_refusal_told(
    operator: Operator, action: str, payload: dict[str, Any], status: str
) -> None:
    told = operator.command(action, payload, {"status": status})
    record = operator.root.get(f"/api/commands/{told['command_id']}").json()
    assert (record["outcome"], record["response"]) == ("answered", {"status": status})


def test_tc_032_1_power_failure(station: Station, id_tag: str, root: Api) -> None:
    number = charging(station, id_tag)
    station.socket.socket.close()  # no goodbye
    again = station.reconnect()
    assert again.boot()["status"] == "Accepted"
    again.statuses({0: "Available", 1: "Finishing", 2: "Available"})
    assert stop(again, number, reason="PowerLoss") == {}
    session = session_of(root, number)
    assert (session["state"], session["stop_reason"]) == ("completed", "PowerLoss")


def test_tc_037_1_offline_start_with_a_valid_tag(station: Station, id_tag: str, root: Api) -> None:
    again = station.reconnect()
    begun = ago(minutes=20)
    answer = start(again, id_tag, timestamp=begun)
    assert verdict(answer) == "Accepted"
    again.statuses({1: "Charging"})
    session = session_of(root, answer["transactionId"])
    assert session["state"] == "charging"
    assert datetime.fromisoformat(session["started_at"]) == datetime.fromisoformat(begun)


def test_tc_037_3_offline_start_with_an_invalid_tag(station: Station, root: Api) -> None:
    again = station.reconnect()
    answer = start(again, "NOBODYS", timestamp=ago(minutes=20))
    assert verdict(answer) == "Invalid"
    assert answer["transactionId"] > 0
    again.statuses({1: "Charging"})
    assert stop(again, answer["transactionId"], reason="DeAuthorized") == {}
    again.statuses({1: "Finishing"})
    session = session_of(root, answer["transactionId"])
    assert (session["state"], session["stop_reason"]) == ("completed", "DeAuthorized")


def test_tc_039_offline_transaction(station: Station, id_tag: str, root: Api) -> None:
    again = station.reconnect()
    answer = start(again, id_tag, timestamp=ago(minutes=40))
    assert verdict(answer) == "Accepted"
    number = answer["transactionId"]
    assert verdict(stop(again, number, idTag=id_tag, reason="Local", timestamp=ago(minutes=20))) == "Accepted"
    session = session_of(root, number)
    assert (session["state"], session["stop_reason"], session["energy_wh"]) == ("completed", "Local", 2500)
