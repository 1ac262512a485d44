"""Smart charging."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.conformance.charging import begin, charging
from tests.conformance.station import Operator, Station

ACCEPTED = {"status": "Accepted"}


def absolute(profile_id: int, purpose: str, stack_level: int = 0, **more: Any) -> dict[str, Any]:
    """Return a profile that limits to 6 A for an hour from now."""
    begins = datetime.now(UTC)
    ends = begins + timedelta(hours=1)
    schedule = {
        "duration": 3600,
        "startSchedule": begins.isoformat(),
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0, "numberPhases": 3}],
    }
    return {
        "chargingProfileId": profile_id,
        "stackLevel": stack_level,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute",
        "validFrom": begins.isoformat(),
        "validTo": ends.isoformat(),
        "chargingSchedule": schedule,
        **more,
    }


def set_profile(operator: Operator, connector_id: int, profile: dict[str, Any]) -> None:
    operator.command("SetChargingProfile", {"connectorId": connector_id, "csChargingProfiles": profile}, ACCEPTED)


def test_tc_056_a_default_for_transactions(operator: Operator) -> None:
    set_profile(operator, 1, absolute(1, "TxDefaultProfile"))


def test_tc_057_a_profile_for_the_running_transaction(station: Station, operator: Operator, id_tag: str) -> None:
    number = charging(station, id_tag)
    set_profile(operator, 1, absolute(1, "TxProfile", transactionId=number))


def test_tc_059_a_remote_start_with_a_profile(station: Station, operator: Operator, id_tag: str) -> None:
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0, "numberPhases": 3}],
        },
    }
    payload = {"idTag": id_tag, "connectorId": 1, "chargingProfile": profile}
    operator.command("RemoteStartTransaction", payload, ACCEPTED)
    assert station.authorize(id_tag)["status"] == "Accepted"
    station.statuses({1: "Preparing"})
    begin(station, id_tag)


def test_tc_066_the_composite_schedule(operator: Operator) -> None:
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0}], "duration": 400}
    answer = {
        "status": "Accepted",
        "connectorId": 1,
        "scheduleStart": datetime.now(UTC).isoformat(),
        "chargingSchedule": schedule,
    }
    operator.command("GetCompositeSchedule", {"connectorId": 1, "duration": 400, "chargingRateUnit": "A"}, answer)


def test_tc_067_profiles_are_cleared(station: Station, operator: Operator, id_tag: str) -> None:
    number = charging(station, id_tag)
    set_profile(operator, 0, absolute(1, "ChargePointMaxProfile"))
    set_profile(operator, 1, absolute(2, "TxDefaultProfile", 1))
    set_profile(operator, 1, absolute(3, "TxProfile", transactionId=number))
    criteria = {"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 1}
    for payload in ({"id": 1}, criteria, {}):
        operator.command("ClearChargingProfile", payload, ACCEPTED)
