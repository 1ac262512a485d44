"""Remote trigger."""

from typing import Any

from tests.app.charging import value
from tests.conformance.station import Operator, Station

TRIGGERED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {"requestedMessage": "MeterValues", "connectorId": 1},
        {"connectorId": 1, "meterValue": [value("1200", context="Trigger")]},
    ),
    ({"requestedMessage": "Heartbeat"}, {}),
    (
        {"requestedMessage": "StatusNotification", "connectorId": 1},
        {"connectorId": 1, "status": "Available", "errorCode": "NoError"},
    ),
    ({"requestedMessage": "DiagnosticsStatusNotification"}, {"status": "Idle"}),
    ({"requestedMessage": "FirmwareStatusNotification"}, {"status": "Idle"}),
]


def test_tc_054_each_triggered_message_is_answered(station: Station, operator: Operator) -> None:
    for trigger, message in TRIGGERED:
        operator.command("TriggerMessage", trigger, {"status": "Accepted"})
        station.call(trigger["requestedMessage"], message)


def test_tc_055_a_trigger_of_a_connector_that_is_not_there(operator: Operator) -> None:
    payload = {"requestedMessage": "MeterValues", "connectorId": 3}
    operator.command("TriggerMessage", payload, {"status": "Rejected"})
