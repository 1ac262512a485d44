from typing import Any

import pytest

from ocpp_server import schemas
from ocpp_server.rpc import ErrorCode

STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
SAMPLE = {"timestamp": "2026-01-01T00:00:00Z", "sampledValue": [{"value": "1"}]}


def metered(**sample: Any) -> dict[str, Any]:
    return {"connectorId": 1, "meterValue": [{**SAMPLE, "sampledValue": [{"value": "1", **sample}]}]}


def test_every_action_of_ocpp_1_6_and_its_security_extension_has_its_schemas() -> None:
    assert len(schemas.actions()) == 39
    for action in schemas.actions():
        assert schemas.request_schema(action)["type"] == "object"
        assert schemas.response_schema(action)["type"] == "object"
        schemas.check_request(action, {})
        schemas.check_response(action, {})
        schemas.check_incoming_request(action, {})
        schemas.check_incoming_response(action, {})


def test_an_action_unknown_to_ocpp_has_no_schema() -> None:
    with pytest.raises(KeyError):
        schemas.request_schema("../../secret")


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("StatusNotification", STATUS | {"status": "Avalaible", "errorCode": "Vendor42"}),
        ("StatusNotification", STATUS | {"info": "x" * 5_000, "vendorErrorCode": 17, "timestamp": None}),
        ("StatusNotification", STATUS | {"connectorId": "1", "timestamp": "banana", "extra": {}}),
        ("MeterValues", metered(value=1.5)),
        ("MeterValues", metered(value=None)),
        ("MeterValues", metered(measurand="Made.Up", unit="Hz", phase="L9", context="", location="", format="X")),
        ("MeterValues", metered() | {"transactionId": 9223372036854775807, "connectorId": -5}),
        ("MeterValues", metered() | {"transactionId": None}),
        ("MeterValues", {"connectorId": 1, "meterValue": []}),
        ("BootNotification", {"chargePointModel": "m" * 40, "chargePointVendor": "v", "iccid": "", "imsi": 26201}),
        ("StartTransaction", {"connectorId": 1, "meterStart": 1.5, "timestamp": "2026-01-01T00:00:00Z"}),
        ("StartTransaction", {"connectorId": 1, "idTag": "t" * 30, "meterStart": "17", "timestamp": ""}),
        ("StartTransaction", {"connectorId": 1, "idTag": "", "meterStart": float(2**70), "timestamp": "x"}),
        ("StopTransaction", {"transactionId": -1, "meterStop": 1, "timestamp": "x", "reason": "Because"}),
        ("FirmwareStatusNotification", {"status": "Thinking"}),
    ],
)
def test_what_vendors_made_up_passes(action: str, payload: dict[str, Any]) -> None:
    assert schemas.check_incoming_request(action, payload) is None


@pytest.mark.parametrize(
    ("action", "payload", "code"),
    [
        ("StatusNotification", {}, ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION),
        ("Authorize", {"idTag": 5}, ErrorCode.TYPE_CONSTRAINT_VIOLATION),
        ("Authorize", {"idTag": None}, ErrorCode.TYPE_CONSTRAINT_VIOLATION),
        ("Authorize", {"idTag": {"$ne": None}}, ErrorCode.TYPE_CONSTRAINT_VIOLATION),
        ("StatusNotification", STATUS | {"connectorId": "first"}, ErrorCode.PROPERTY_CONSTRAINT_VIOLATION),
        ("StatusNotification", STATUS | {"connectorId": True}, ErrorCode.TYPE_CONSTRAINT_VIOLATION),
        ("StatusNotification", STATUS | {"connectorId": "9" * 5_000}, ErrorCode.PROPERTY_CONSTRAINT_VIOLATION),
        ("MeterValues", {"connectorId": 1, "meterValue": {}}, ErrorCode.TYPE_CONSTRAINT_VIOLATION),
        ("MeterValues", metered(value=[]), ErrorCode.TYPE_CONSTRAINT_VIOLATION),
        ("MeterValues", metered(unit={"a": 1}), ErrorCode.TYPE_CONSTRAINT_VIOLATION),
    ],
)
def test_broken_structure_does_not_pass(action: str, payload: dict[str, Any], code: ErrorCode) -> None:
    violation = schemas.check_incoming_request(action, payload)
    assert violation is not None
    assert violation.code == code
    assert "first" not in violation.description


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        (
            "GetCompositeSchedule",
            {
                "status": "Accepted",
                "chargingSchedule": {"duration": 8638204645303, "chargingRateUnit": "A", "chargingSchedulePeriod": []},
            },
        ),
        (
            "GetCompositeSchedule",
            {
                "status": "Accepted",
                "chargingSchedule": {
                    "chargingRateUnit": "A",
                    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": -1}],
                },
            },
        ),
        (
            "GetConfiguration",
            {"unknownKey": [], "configurationKey": [{"key": "x" * 80, "readonly": True, "value": None}]},
        ),
        ("Reset", {"status": "Sure"}),
    ],
)
def test_odd_answers_pass(action: str, payload: dict[str, Any]) -> None:
    assert schemas.check_incoming_response(action, payload) is None


@pytest.mark.parametrize("payload", [{}, {"status": 5}, {"status": ["Accepted"]}, [], "Accepted", None])
def test_answers_without_their_structure_do_not_pass(payload: Any) -> None:
    assert schemas.check_incoming_response("Reset", payload) is not None


@pytest.mark.parametrize(
    ("action", "payload", "code"),
    [
        ("Reset", {"type": "Firm"}, ErrorCode.PROPERTY_CONSTRAINT_VIOLATION),
        ("Reset", {"type": "Hard", "extra": 1}, ErrorCode.FORMATION_VIOLATION),
        ("Reset", {}, ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION),
        ("RemoteStopTransaction", {"transactionId": "5"}, ErrorCode.TYPE_CONSTRAINT_VIOLATION),
        ("RemoteStopTransaction", {"transactionId": 2**31}, ErrorCode.PROPERTY_CONSTRAINT_VIOLATION),
        ("RemoteStartTransaction", {"idTag": "t" * 21}, ErrorCode.PROPERTY_CONSTRAINT_VIOLATION),
        ("UpdateFirmware", {"location": "http://a/b", "retrieveDate": "soon"}, ErrorCode.PROPERTY_CONSTRAINT_VIOLATION),
        ("RemoteStartTransaction", {"idTag": object()}, ErrorCode.FORMATION_VIOLATION),
    ],
)
def test_our_own_requests_are_held_to_the_letter(action: str, payload: dict[str, Any], code: ErrorCode) -> None:
    violation = schemas.check_request(action, payload)
    assert violation is not None
    assert violation.code == code


def test_odd_but_allowed_requests_of_ours_pass() -> None:
    assert schemas.check_request("RemoteStopTransaction", {"transactionId": -1}) is None
    assert schemas.check_request("UnlockConnector", {"connectorId": 99}) is None
    assert schemas.check_request("ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "-1"}) is None
    assert schemas.check_request("ClearChargingProfile", {}) is None
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.7}]},
    }
    assert schemas.check_request("RemoteStartTransaction", {"idTag": "T", "chargingProfile": profile}) is None


def test_our_own_answers_need_a_real_time_and_a_32_bit_transaction_id() -> None:
    assert schemas.check_response("Heartbeat", {"currentTime": "2026-01-01T00:00:00.000Z"}) is None
    assert schemas.check_response("Heartbeat", {"currentTime": "today"}) is not None
    accepted = {"idTagInfo": {"status": "Accepted"}}
    assert schemas.check_response("StartTransaction", {"transactionId": 2**31 - 1} | accepted) is None
    assert schemas.check_response("StartTransaction", {"transactionId": 2**31} | accepted) is not None
