"""A little of everything that a page can show: what is named in addresses, and what is on the pages beside it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import uuid4

from ocpp.v16 import call
from websockets.exceptions import InvalidStatus

from ocpp_server.simulator.threaded import ThreadedChargePoint, running
from tests.live import Api, Server, plug_in, until

HOSTILE = "<script>alert(1)</script>"
TARIFF = {
    "currency": "THB",
    "price_per_kwh": 790,
    "price_per_minute": 50,
    "session_fee": 1000,
    "idle_fee_per_minute": 200,
    "idle_grace_minutes": 10,
    "vat_percent": 7,
}
PROFILE = {
    "name": "Night",
    "purpose": "TxDefaultProfile",
    "kind": "Relative",
    "unit": "A",
    "periods": [{"start_period": 0, "limit": 6.0}, {"start_period": 3600, "limit": 16, "number_phases": 3}],
}


@contextmanager
def populated(server: Server, root: Api, driver: Api) -> Iterator[dict[str, Any]]:
    """Let a driver charge, hold a connector and have charged at a charger that calls itself something hostile.

    Gives what there is by the names that addresses have for it.
    """
    token = uuid4().hex[:8]
    tariff = root.post("/api/tariffs", {"name": f"{HOSTILE} {token}", **TARIFF}).json()["tariff_id"]
    facts = {"name": HOSTILE, "place": f"{HOSTILE} {token}", "tariff_id": tariff}
    added = root.post("/api/charge_points", id=f"SEEN-{token}", **facts).json()
    vehicle = driver.post("/api/me/vehicles", name=HOSTILE, plate="กข 1234", battery_kwh=60).json()
    looks = {"model": HOSTILE[:16], "vendor": HOSTILE[-16:], "firmware": HOSTILE}
    with running(f"{server.ocpp_url}/{added['id']}", password=added["password"], connectors=3, **looks) as charger:
        things = {"charge_point_id": added["id"], "connector_id": 1, "tariff_id": tariff, "token": token}
        things |= {"vehicle_id": vehicle["vehicle_id"], "username": driver.username, "idTag": driver.id_tag}
        things |= _sessions(driver, charger, added["id"])
        things |= _of_the_charger(root, charger, added["id"], token)
        things |= _of_the_operator(root, added["id"], token)
        with suppress(InvalidStatus):  # nobody has told of it, so it is at the door
            plug_in(server, f"NEW-{token}", "its own password").close()
        things |= {"held_connector_id": 2, "faulted_connector_id": 3, "newcomer_id": f"NEW-{token}"}
        yield things


def _sessions(driver: Api, charger: ThreadedChargePoint, charge_point_id: str) -> dict[str, Any]:
    """Charge and end it; charge, and go on; hold another connector."""

    def begin() -> str:
        charger.wait_for_status(1, "Available")
        session_id = str(_accepted(driver, "/api/start_charging", charge_point_id, 1)["session_id"])
        charger.wait_for_transaction()
        charger.charge(1, 9_300)
        return session_id

    ended = begin()
    driver.post("/api/stop_charging", session_id=ended)
    driver.session_in(ended, "completed")
    running_one = begin()
    for step in range(6):
        charger.charge(1, 900 + 20 * step)
    held = _accepted(driver, "/api/reservations", charge_point_id, 2)
    charger.do(lambda it: it.fault(3, "GroundFailure"))
    return {"session_id": running_one, "ended_session_id": ended, "reservation_id": held["reservation_id"]}


def _accepted(driver: Api, path: str, charge_point_id: str, connector_id: int) -> dict[str, Any]:
    answer = driver.post(path, evse_id=charge_point_id, connector_id=connector_id)
    assert answer.status_code in (200, 201, 202), answer.text
    return dict(answer.json())


def _of_the_charger(root: Api, charger: ThreadedChargePoint, charge_point_id: str, token: str) -> dict[str, Any]:
    """Let it say what nobody expects, and be asked something."""
    path = f"/api/charge_points/{charge_point_id}"
    charger.call(call.Authorize(f"NOBODYS-{token}"))
    charger.call(call.StopTransaction(meter_stop=5, timestamp="2026-01-01T00:00:00Z", transaction_id=999_999_999))
    charger.call(call.SecurityEventNotification("InvalidMessages", "2026-01-01T00:00:00Z", HOSTILE))
    told = until(lambda: root.get("/api/quarantine", charge_point_id=charge_point_id).json()["items"])
    asked = root.post(f"{path}/commands/GetConfiguration", {}).json()
    batch = root.post("/api/commands", action="ClearCache", charge_point_ids=[charge_point_id]).json()
    return {
        "quarantine_id": told[0]["id"],
        "command_id": asked["command_id"],
        "batch_id": batch["batch_id"],
        "action": "SetChargingProfile",
    }


def _of_the_operator(root: Api, charge_point_id: str, token: str) -> dict[str, Any]:
    """Add what an operator keeps: an image for other chargers, and its campaign, a profile, a list of tags."""
    about = {"name": HOSTILE, "version": "2.0", "vendor": "Nobody"}
    image = root.http.post("/api/firmware", params=about, content=token.encode()).json()
    root.post("/api/charge_points", id=f"AWAY-{token}")
    sent = {"firmware_id": image["firmware_id"], "charge_point_ids": [f"AWAY-{token}"], "force": True}
    campaign = root.post("/api/firmware_campaigns", sent)
    assert campaign.status_code == 201, campaign.text
    profile = root.post("/api/charging_profiles", PROFILE).json()
    root.http.put(f"/api/local_lists/{charge_point_id}", json={"all_accepted": True})
    group = root.post("/api/local_list_groups", group=f"Yard {token}", charge_point_ids=[charge_point_id])
    assert group.status_code == 201, group.text
    return {
        "list_group": f"Yard {token}",
        "campaign_id": campaign.json()["campaign_id"],
        "charging_profile_id": profile["charging_profile_id"],
    }
