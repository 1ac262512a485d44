"""What the server asks of a charge point by itself: reads after a boot, sets what a setting wants, reads back."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.app.stories import meanwhile
from tests.live import Api, Charger, Server, plug_in, server_beside, until

MEASURANDS = "Energy.Active.Import.Register,SoC"
WANTED = {"MeterValueSampleInterval": "30", "Locked": "1", "StopTxnSampledData": MEASURANDS}
KEYS = [
    {"key": "MeterValueSampleInterval", "readonly": False, "value": "0"},
    {"key": "StopTxnSampledData", "readonly": False, "value": MEASURANDS},
    {"key": "Locked", "readonly": True, "value": "0"},
]


@pytest.fixture(scope="module")
def beside(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = {
        "AUTO_PROVISION": "on",
        "PROVISION_CONFIGURATION": json.dumps(WANTED),
    }
    with server_beside(server, tmp_path_factory.mktemp("provisioning") / "data", **settings) as running:
        yield running


@pytest.fixture(scope="module")
def admin(beside: Server) -> Iterator[Api]:
    api = beside.root()
    yield api
    api.close()


@pytest.fixture
def fresh(beside: Server, admin: Api) -> Iterator[Charger]:
    """A charge point that has not booted yet."""
    added = admin.post("/api/charge_points", id=f"CP-{uuid4().hex[:10]}").json()
    charger = plug_in(beside, added["id"], added["password"])
    charger.answers["GetConfiguration"] = {"configurationKey": KEYS}
    yield charger
    charger.close()


def boot(charger: Charger, firmware: str = "1.0") -> None:
    facts = {"chargePointVendor": "Test", "chargePointModel": "Frame by frame", "firmwareVersion": firmware}
    assert charger.call("BootNotification", facts)["status"] == "Accepted"


def known(api: Api, charger: Charger) -> dict[str, Any]:
    told: dict[str, Any] = api.get(f"/api/charge_points/{charger.charge_point_id}/configuration").json()
    return told


def values_of(api: Api, charger: Charger) -> dict[str, tuple[str, str]]:
    return {entry["key"]: (entry["value"], entry["source"]) for entry in known(api, charger)["keys"]}


def test_a_first_boot_is_followed_by_reading_setting_and_reading_back(admin: Api, fresh: Charger) -> None:
    boot(fresh)
    assert fresh.serve(2) == [
        ("GetConfiguration", {}),
        ("ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "30"}),
    ]
    fresh.answers["GetConfiguration"] = {"configurationKey": [{**KEYS[0], "value": "30"}]}
    assert fresh.serve(1) == [("GetConfiguration", {"key": ["MeterValueSampleInterval"]})]
    values = {
        "MeterValueSampleInterval": ("30", "read"),
        "StopTxnSampledData": (MEASURANDS, "read"),
        "Locked": ("0", "read"),
    }
    until(lambda: values_of(admin, fresh) == values)
    commands = admin.get("/api/commands", charge_point_id=fresh.charge_point_id).json()["items"]
    assert {each["requested_by"] for each in commands} == {"(auto-provisioning)"}


def test_the_next_boot_asks_nothing_and_one_with_another_firmware_reads_again(admin: Api, fresh: Charger) -> None:
    fresh.answers["GetConfiguration"] = {"configurationKey": [KEYS[1]], "unknownKey": []}
    fresh.answers["ChangeConfiguration"] = {"status": "NotSupported"}
    boot(fresh)
    assert [action for action, _payload in fresh.serve(3)] == [
        "GetConfiguration",
        "ChangeConfiguration",
        "ChangeConfiguration",
    ]
    until(lambda: len(known(admin, fresh)["unknown_keys"]) == 2)
    boot(fresh)
    boot(fresh, "2.0")
    assert fresh.serve(1) == [("GetConfiguration", {})]


def test_what_waited_for_a_boot_is_read_after_it(admin: Api, fresh: Charger) -> None:
    fresh.answers["GetConfiguration"] = {"configurationKey": [{**KEYS[0], "value": "30"}]}
    fresh.answers["ChangeConfiguration"] = {"status": "RebootRequired"}
    boot(fresh)
    assert sorted(payload.get("key", "") for _action, payload in fresh.serve(3)) == ["", "Locked", "StopTxnSampledData"]
    until(lambda: len(known(admin, fresh)["reboot_required"]) == 2)
    boot(fresh)
    assert fresh.serve(1) == [("GetConfiguration", {"key": ["Locked", "StopTxnSampledData"]})]
    assert known(admin, fresh)["reboot_required"] == []


def test_a_changed_value_is_read_back_whatever_the_charge_point_made_of_it(admin: Api, fresh: Charger) -> None:
    fresh.answers["GetConfiguration"] = {"configurationKey": [{**KEYS[0], "value": "30"}, KEYS[1], KEYS[2]]}
    boot(fresh)
    fresh.serve(1)
    until(lambda: len(values_of(admin, fresh)) == 3)
    fresh.answers["GetConfiguration"] = {"configurationKey": [{"key": "Name", "readonly": False, "value": "A lo"}]}
    path = f"/api/charge_points/{fresh.charge_point_id}/commands/ChangeConfiguration"
    change = meanwhile(lambda: admin.post(path, key="Name", value="A long one"))
    assert fresh.serve(2)[1] == ("GetConfiguration", {"key": ["Name"]})
    assert change().json()["status"] == "Accepted"
    until(lambda: values_of(admin, fresh).get("Name") == ("A lo", "read"))


def test_a_changed_key_that_is_a_secret_is_not_read_back(admin: Api, fresh: Charger) -> None:
    fresh.answers["GetConfiguration"] = {"configurationKey": [{**KEYS[0], "value": "30"}, KEYS[1], KEYS[2]]}
    boot(fresh)
    fresh.serve(1)
    until(lambda: len(values_of(admin, fresh)) == 3)
    path = f"/api/charge_points/{fresh.charge_point_id}/commands"
    change = meanwhile(lambda: admin.post(f"{path}/ChangeConfiguration", key="WiFiPassword", value="hush"))
    fresh.serve(1)
    change()
    reset = meanwhile(lambda: admin.post(f"{path}/Reset", type="Soft"))
    assert fresh.serve(1) == [("Reset", {"type": "Soft"})]
    reset()
    assert "hush" not in admin.get(f"/api/charge_points/{fresh.charge_point_id}/configuration").text


def test_a_charge_point_that_refuses_to_be_read_is_left_alone_until_its_next_boot(
    beside: Server, admin: Api, fresh: Charger
) -> None:
    fresh.answers["GetConfiguration"] = ["NotSupported", "", {}]
    boot(fresh)
    fresh.serve(1)
    failed = f'"follow_up_failed", "charge_point_id": "{fresh.charge_point_id}", "occasion": "booted"'
    until(lambda: failed in beside.log.read_text())
    boot(fresh)
    assert fresh.serve(1) == [("GetConfiguration", {})]
