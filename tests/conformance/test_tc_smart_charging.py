"""Smart charging."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.app.charging import session_of
from tests.app.profile_stories import add_profile, installations
from tests.conformance.charging import begin, charging
from tests.conformance.station import Operator, Station
from tests.live import Api

ACCEPTED = {"status": "Accepted"}
LIMIT = [{"start_period": 0, "limit": 6.0, "number_phases": 3}]


def hence(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def absolute(root: Api, purpose: str, stack_level: int = 0) -> dict[str, Any]:
    """Add a profile that limits to 6 A for an hour from now."""
    times = {"valid_from": hence(-60), "valid_to": hence(3600), "start_schedule": hence(0), "duration": 3600}
    return add_profile(
        root, purpose=purpose, stack_level=stack_level, kind="Absolute", unit="A", periods=LIMIT, **times
    )


def send(operator: Operator, profile: dict[str, Any], connector_id: int = 1) -> dict[str, Any]:
    """Send a profile; return the csChargingProfiles that came to the connector."""
    body = {"charging_profile_id": profile["charging_profile_id"], "connector_id": connector_id}
    path = f"{operator.path}/charging_profiles"
    request, said = operator.ask("SetChargingProfile", ACCEPTED, lambda: operator.root.post(path, body))
    assert (said.status_code, said.json()["status"]) == (201, "Accepted"), said.text
    assert request["connectorId"] == connector_id
    return dict(request["csChargingProfiles"])


def is_absolute(sent: dict[str, Any]) -> None:
    """Raise AssertionError unless a profile is one that an Absolute schedule has to be."""
    assert sent["chargingProfileKind"] == "Absolute"
    assert "recurrencyKind" not in sent
    assert sent["validFrom"] < sent["validTo"]
    schedule = sent["chargingSchedule"]
    assert {"startSchedule", "duration"} <= set(schedule)
    (period,) = schedule["chargingSchedulePeriod"]
    assert period == {"startPeriod": 0, "limit": 6.0, "numberPhases": 3}


def believed(operator: Operator) -> set[int]:
    """Return the ids of the profiles that the charge point is shown to have."""
    shown = installations(operator.root, operator.station, installed="true")
    return {one["ocpp_profile_id"] for one in shown}


def test_tc_056_a_default_for_transactions(operator: Operator, root: Api) -> None:
    sent = send(operator, absolute(root, "TxDefaultProfile"))
    assert sent["chargingProfilePurpose"] == "TxDefaultProfile"
    assert "transactionId" not in sent
    is_absolute(sent)
    assert believed(operator) == {sent["chargingProfileId"]}


def test_tc_057_a_profile_for_the_running_transaction(
    station: Station, operator: Operator, id_tag: str, root: Api
) -> None:
    number = charging(station, id_tag)
    sent = send(operator, absolute(root, "TxProfile"))
    assert (sent["chargingProfilePurpose"], sent["transactionId"]) == ("TxProfile", number)
    is_absolute(sent)


def test_tc_059_a_remote_start_with_a_profile(station: Station, operator: Operator, id_tag: str, root: Api) -> None:
    profile = add_profile(root, purpose="TxProfile", kind="Relative", unit="A", periods=LIMIT)
    body = {
        "evse_id": station.charge_point_id,
        "connector_id": 1,
        "idTag": id_tag,
        "charging_profile_id": profile["charging_profile_id"],
    }
    request, said = operator.ask("RemoteStartTransaction", ACCEPTED, lambda: root.post("/api/start_charging", body))
    assert (said.status_code, said.json()["status"]) == (200, "Accepted"), said.text
    assert (request["idTag"], request["connectorId"]) == (id_tag, 1)
    sent = request["chargingProfile"]
    assert (sent["chargingProfilePurpose"], sent["chargingProfileKind"]) == ("TxProfile", "Relative")
    assert "transactionId" not in sent
    assert "startSchedule" not in sent["chargingSchedule"]
    assert sent["chargingSchedule"]["chargingSchedulePeriod"][0]["startPeriod"] == 0
    assert station.authorize(id_tag)["status"] == "Accepted"
    station.statuses({1: "Preparing"})
    number = begin(station, id_tag)
    assert session_of(root, number)["session_id"] == said.json()["session_id"]


def test_tc_066_the_composite_schedule(operator: Operator, root: Api) -> None:
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0}], "duration": 400}
    answer = {"status": "Accepted", "connectorId": 1, "scheduleStart": hence(0), "chargingSchedule": schedule}
    query = {"connector_id": 1, "duration": 400, "unit": "A"}
    path = f"{operator.path}/composite_schedule"
    request, said = operator.ask("GetCompositeSchedule", answer, lambda: root.get(path, **query))
    assert request == {"connectorId": 1, "duration": 400, "chargingRateUnit": "A"}
    (period,) = said.json()["periods"]
    assert (said.json()["status"], period["limit"], period["unit"]) == ("Accepted", 6, "A")


def test_tc_067_profiles_are_cleared(station: Station, operator: Operator, id_tag: str, root: Api) -> None:
    charging(station, id_tag)
    whole = send(operator, absolute(root, "ChargePointMaxProfile"), 0)
    default = send(operator, absolute(root, "TxDefaultProfile", 1))
    running = send(operator, absolute(root, "TxProfile"))
    ids = [profile["chargingProfileId"] for profile in (whole, default, running)]
    assert "transactionId" not in whole
    assert believed(operator) == set(ids)
    path = f"{operator.path}/charging_profiles/clear"
    steps: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"ocpp_profile_id": ids[0]}, {"id": ids[0]}),
        (
            {"connector_id": 1, "purpose": "TxDefaultProfile", "stack_level": 1},
            {"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 1},
        ),
        ({}, {}),
    ]
    for number, (body, expected) in enumerate(steps, 1):
        request, said = operator.ask("ClearChargingProfile", ACCEPTED, lambda body=body: root.post(path, body))
        assert request == expected
        assert (said.status_code, said.json()["status"]) == (200, "Accepted"), said.text
        assert believed(operator) == set(ids[number:])
