import pytest
from ocpp.v16 import call, call_result
from ocpp.v16.datatypes import ChargingProfile, ChargingSchedule, ChargingSchedulePeriod, IdTagInfo
from ocpp.v16.enums import (
    AuthorizationStatus,
    ChargingProfileKindType,
    ChargingProfilePurposeType,
    ChargingRateUnitType,
)

from ocpp_server.payloads import action_of, to_payload


def test_absent_values_are_dropped_and_names_are_camel_case() -> None:
    assert to_payload(call.RemoteStartTransaction(id_tag="T")) == {"idTag": "T"}
    assert to_payload(call.ClearCache()) == {}


def test_nested_dataclasses_enums_and_lists_are_written_out() -> None:
    periods = [ChargingSchedulePeriod(0, 16.0, number_phases=3)]
    profile = ChargingProfile(
        charging_profile_id=1,
        stack_level=0,
        charging_profile_purpose=ChargingProfilePurposeType.tx_profile,
        charging_profile_kind=ChargingProfileKindType.relative,
        charging_schedule=ChargingSchedule(ChargingRateUnitType.amps, periods),
    )
    assert to_payload(call.RemoteStartTransaction("T", 1, profile)) == {
        "idTag": "T",
        "connectorId": 1,
        "chargingProfile": {
            "chargingProfileId": 1,
            "stackLevel": 0,
            "chargingProfilePurpose": "TxProfile",
            "chargingProfileKind": "Relative",
            "chargingSchedule": {
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.0, "numberPhases": 3}],
            },
        },
    }


def test_dictionaries_may_stand_for_nested_dataclasses() -> None:
    info = {"status": AuthorizationStatus.accepted, "parent_id_tag": "P", "expiry_date": None}
    assert to_payload(call_result.Authorize(info)) == {"idTagInfo": {"status": "Accepted", "parentIdTag": "P"}}
    assert to_payload(call_result.Authorize(IdTagInfo(AuthorizationStatus.blocked))) == {
        "idTagInfo": {"status": "Blocked"}
    }


def test_a_request_is_named_by_its_class() -> None:
    assert action_of(call.RemoteStartTransaction("T")) == "RemoteStartTransaction"


def test_what_is_no_dataclass_is_no_answer() -> None:
    with pytest.raises(TypeError):
        to_payload(None)
