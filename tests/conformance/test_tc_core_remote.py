"""Core: remote actions."""

from typing import Any

import pytest

from tests.app.charging import meter, session_of, sessions_on, stop, value
from tests.conformance.charging import begin, charging, end
from tests.conformance.station import Operator, Station
from tests.live import Api

ACCEPTED = {"status": "Accepted"}


def start_remotely(operator: Operator, id_tag: str) -> None:
    operator.command("RemoteStartTransaction", {"idTag": id_tag, "connectorId": 1}, ACCEPTED)


def test_tc_010_remote_start_with_the_cable_plugged_in(
    station: Station, operator: Operator, id_tag: str, root: Api
) -> None:
    station.statuses({1: "Preparing"})
    start_remotely(operator, id_tag)
    assert station.authorize(id_tag)["status"] == "Accepted"
    number = begin(station, id_tag)
    assert session_of(root, number)["state"] == "charging"
    end(station, number, id_tag)


def test_tc_011_1_remote_start_before_the_cable(station: Station, operator: Operator, id_tag: str, root: Api) -> None:
    start_remotely(operator, id_tag)
    assert station.authorize(id_tag)["status"] == "Accepted"
    station.statuses({1: "Preparing"})
    number = begin(station, id_tag)
    assert session_of(root, number)["state"] == "charging"
    end(station, number, id_tag)


def test_tc_011_2_remote_start_and_nobody_plugs_in(
    station: Station, operator: Operator, id_tag: str, root: Api
) -> None:
    start_remotely(operator, id_tag)
    assert station.authorize(id_tag)["status"] == "Accepted"
    station.statuses({1: "Preparing"})
    station.statuses({1: "Available"})
    assert [one for one in sessions_on(root, station) if "transaction_id" in one] == []


def test_tc_012_remote_stop(station: Station, operator: Operator, id_tag: str, root: Api) -> None:
    number = charging(station, id_tag)
    operator.command("RemoteStopTransaction", {"transactionId": number}, ACCEPTED)
    meter(station, number, value("3000"))
    assert stop(station, number, reason="Remote") == {}
    station.statuses({1: "Finishing"})
    station.statuses({1: "Available"})
    session = session_of(root, number)
    assert (session["state"], session["stop_reason"]) == ("completed", "Remote")


@pytest.mark.parametrize("kind", [pytest.param("Hard", id="tc_013"), pytest.param("Soft", id="tc_014")])
def test_a_reset_without_a_transaction(station: Station, operator: Operator, kind: str) -> None:
    operator.command("Reset", {"type": kind}, ACCEPTED)
    again = station.reconnect()
    again.enter_service()


@pytest.mark.parametrize(
    "status", [pytest.param("Unlocked", id="tc_017_1"), pytest.param("NotSupported", id="tc_017_2")]
)
def test_unlocking_an_idle_connector(operator: Operator, status: str) -> None:
    operator.command("UnlockConnector", {"connectorId": 1}, {"status": status})


def test_tc_018_1_unlocking_while_charging(station: Station, operator: Operator, id_tag: str, root: Api) -> None:
    number = charging(station, id_tag)
    operator.command("UnlockConnector", {"connectorId": 1}, {"status": "Unlocked"})
    station.statuses({1: "Finishing"})
    assert stop(station, number, reason="UnlockCommand") == {}
    station.statuses({1: "Available"})
    session = session_of(root, number)
    assert (session["state"], session["stop_reason"]) == ("completed", "UnlockCommand")


PROFILES = {"key": "SupportedFeatureProfiles", "readonly": True, "value": "Core,RemoteTrigger"}
INTERVAL = {"key": "MeterValueSampleInterval", "readonly": False, "value": "60"}


@pytest.mark.parametrize(
    ("payload", "known"),
    [
        pytest.param({}, [PROFILES, INTERVAL], id="tc_019_1"),
        pytest.param({"key": ["SupportedFeatureProfiles"]}, [PROFILES], id="tc_019_2"),
    ],
)
def test_configuration_is_retrieved(operator: Operator, payload: dict[str, Any], known: list[Any]) -> None:
    operator.command("GetConfiguration", payload, {"configurationKey": known})


def test_tc_021_configuration_is_changed(operator: Operator) -> None:
    operator.command("ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "60"}, ACCEPTED)
