"""What a charge point is answered besides its transactions; and who is listened to at all."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.app.charging import events_of
from tests.live import Api, Charger, until

BOOT = {"chargePointVendor": "Acme", "chargePointModel": "One"}


@pytest.fixture
def unbooted(new_charge_point: Callable[..., Any], connect: Callable[..., Charger]) -> Charger:
    """A charge point that has connected and said nothing yet."""
    return connect(*new_charge_point())


def known(root: Api, charger: Charger) -> dict[str, Any]:
    return dict(root.get(f"/api/charge_points/{charger.charge_point_id}").json())


# BootNotification


def test_a_known_charge_point_is_accepted_with_the_time_and_an_interval(unbooted: Charger) -> None:
    answer = unbooted.boot()
    assert (answer["status"], answer["interval"]) == ("Accepted", 300)
    assert abs(datetime.fromisoformat(answer["currentTime"]) - datetime.now(UTC)) < timedelta(seconds=5)


def test_what_a_charge_point_says_of_itself_is_kept(unbooted: Charger, root: Api) -> None:
    unbooted.call(
        "BootNotification",
        {**BOOT, "chargePointSerialNumber": "S-1", "firmwareVersion": "1.2.3", "iccid": "", "imsi": "", "meterType": 7},
    )
    said = known(root, unbooted)
    assert (said["vendor"], said["model"]) == ("Acme", "One")
    assert (said["serial_number"], said["firmware_version"]) == ("S-1", "1.2.3")
    assert "booted_at" in said


def test_words_too_long_or_empty_or_hostile_do_not_fail_a_boot(unbooted: Charger, root: Api) -> None:
    boot = {"chargePointVendor": "V" * 500, "chargePointModel": "<script>", "chargePointSerialNumber": ""}
    assert unbooted.call("BootNotification", boot)["status"] == "Accepted"
    said = known(root, unbooted)
    assert (len(said["vendor"]), said["model"]) == (100, "<script>")
    assert "serial_number" not in said


def test_a_new_boot_forgets_what_is_no_longer_said(unbooted: Charger, root: Api) -> None:
    unbooted.call("BootNotification", {**BOOT, "firmwareVersion": "1"})
    unbooted.call("BootNotification", BOOT)
    assert "firmware_version" not in known(root, unbooted)


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("Heartbeat", {}),
        ("Authorize", {"idTag": "X"}),
        ("StatusNotification", {"connectorId": 1, "status": "Available", "errorCode": "NoError"}),
        ("StartTransaction", {"connectorId": 1, "idTag": "X", "meterStart": 0, "timestamp": "2026-01-01T00:00:00Z"}),
        ("StopTransaction", {"transactionId": 1, "meterStop": 0, "timestamp": "2026-01-01T00:00:00Z"}),
        ("MeterValues", {"connectorId": 1, "meterValue": []}),
        ("DataTransfer", {"vendorId": "X"}),
        ("FirmwareStatusNotification", {"status": "Idle"}),
        ("DiagnosticsStatusNotification", {"status": "Idle"}),
    ],
)
def test_nothing_is_taken_from_who_has_never_booted(
    unbooted: Charger, root: Api, action: str, payload: dict[str, Any]
) -> None:
    kind, _message_id, code, _description, details = unbooted.call(action, payload)
    assert (kind, code, details) == (4, "SecurityError", {})
    assert known(root, unbooted)["connectors"] == []
    assert unbooted.boot()["status"] == "Accepted"
    assert isinstance(unbooted.call(action, payload), dict)


def test_a_mere_reconnection_needs_no_boot(
    new_charge_point: Callable[..., Any], connect: Callable[..., Charger]
) -> None:
    charge_point = new_charge_point()
    first = connect(*charge_point)
    first.boot()
    first.close()
    assert "currentTime" in connect(*charge_point).call("Heartbeat", {})


# What an admin decides


@pytest.mark.parametrize("registration", ["Pending", "Rejected"])
def test_a_charge_point_that_is_not_accepted_is_told_so_and_not_listened_to(
    new_charge_point: Callable[..., Any], connect: Callable[..., Charger], root: Api, registration: str
) -> None:
    charge_point = new_charge_point()
    assert root.patch(f"/api/charge_points/{charge_point[0]}", registration=registration).status_code == 200
    charger = connect(*charge_point)
    answer = charger.boot()
    assert answer["status"] == registration
    assert answer["interval"] > 0
    assert charger.call("Heartbeat", {})[2] == "SecurityError"
    refused = root.post("/api/start_charging", evse_id=charge_point[0], connector_id=1)
    assert (refused.status_code, refused.json()["code"]) == (409, "charge_point_not_accepted")
    stop = root.post(f"/api/charge_points/{charge_point[0]}/commands/RemoteStopTransaction", transactionId=1)
    assert (stop.status_code, stop.json()["code"]) == (409, "charge_point_not_accepted")


def test_a_charge_point_accepted_by_an_admin_is_in_service_after_its_next_boot(
    new_charge_point: Callable[..., Any], connect: Callable[..., Charger], root: Api
) -> None:
    charge_point = new_charge_point()
    path = f"/api/charge_points/{charge_point[0]}"
    root.patch(path, registration="Pending")
    assert connect(*charge_point).boot()["status"] == "Pending"
    root.patch(path, registration="Accepted")
    charger = connect(*charge_point)
    assert charger.call("Heartbeat", {})[2] == "SecurityError"
    assert charger.boot()["status"] == "Accepted"
    assert "currentTime" in charger.call("Heartbeat", {})


def test_a_charge_point_taken_out_of_service_for_a_while_needs_no_boot_to_come_back(
    new_charge_point: Callable[..., Any], connect: Callable[..., Charger], root: Api
) -> None:
    """It was told Accepted once and has no reason to boot again."""
    charge_point = new_charge_point()
    path = f"/api/charge_points/{charge_point[0]}"
    connect(*charge_point).boot()
    root.patch(path, registration="Rejected")
    assert connect(*charge_point).call("Heartbeat", {})[2] == "SecurityError"
    root.patch(path, registration="Accepted")
    assert "currentTime" in connect(*charge_point).call("Heartbeat", {})


def test_a_charge_point_that_is_removed_while_connected_is_rejected(
    new_charge_point: Callable[..., Any], connect: Callable[..., Charger], root: Api
) -> None:
    charge_point = new_charge_point(security_profile=0)
    charger = connect(*charge_point)
    charger.boot()
    assert root.delete(f"/api/charge_points/{charge_point[0]}").status_code == 204
    assert root.get(f"/api/charge_points/{charge_point[0]}").status_code == 404


# The rest of the ten


def test_a_heartbeat_is_answered_with_the_time(charger: Charger) -> None:
    now = datetime.fromisoformat(charger.call("Heartbeat", {})["currentTime"])
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_heartbeat_with_an_old_message_id_gets_a_fresh_time(charger: Charger) -> None:
    first = charger.call("Heartbeat", {}, message_id="1")["currentTime"]
    later = until(lambda: (now := charger.call("Heartbeat", {}, message_id="1")["currentTime"]) > first and now)
    assert later > first


def test_an_empty_payload_may_be_null(charger: Charger) -> None:
    assert "currentTime" in charger.call("Heartbeat", None)


@pytest.mark.parametrize(
    "payload",
    [
        {"vendorId": "Acme"},
        {"vendorId": "Acme", "messageId": "m", "data": "x" * 50_000},
        {"vendorId": "<script>", "messageId": None, "data": None},
        {"vendorId": 7},
    ],
)
def test_data_of_a_vendor_nobody_knows_is_answered_so(charger: Charger, payload: dict[str, Any]) -> None:
    assert charger.call("DataTransfer", payload) == {"status": "UnknownVendorId"}


@pytest.mark.parametrize("status", ["Downloading", "Downloaded", "Installing", "Installed", "VendorsOwn"])
def test_the_progress_of_a_firmware_update_is_kept(charger: Charger, root: Api, status: str) -> None:
    assert charger.call("FirmwareStatusNotification", {"status": status}) == {}
    assert known(root, charger)["firmware_status"] == status


@pytest.mark.parametrize("status", ["Uploading", "Uploaded", "UploadFailed"])
def test_the_progress_of_a_diagnostics_upload_is_kept(charger: Charger, root: Api, status: str) -> None:
    assert charger.call("DiagnosticsStatusNotification", {"status": status}) == {}
    assert known(root, charger)["diagnostics_status"] == status


# Two connections


def test_a_replaced_connection_is_told_with_both_addresses(
    new_charge_point: Callable[..., Any], connect: Callable[..., Charger], root: Api
) -> None:
    charge_point = new_charge_point()
    old = connect(*charge_point)
    old.boot()
    new = connect(*charge_point)
    (event,) = until(lambda: events_of(root, new))
    assert (event["kind"], event["old_address"], event["new_address"]) == (
        "connection_replaced",
        "127.0.0.1",
        "127.0.0.1",
    )
    assert "currentTime" in new.call("Heartbeat", {})
