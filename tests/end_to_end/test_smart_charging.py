"""A profile that an admin keeps lowers what the virtual charge point draws, and the driver sees it."""

from collections.abc import Callable

from ocpp_server.simulator import running
from tests.app.profile_stories import NIGHT
from tests.live import Api, Server, until


def test_profiles_lower_what_is_drawn_until_they_are_cleared(
    server: Server, root: Api, new_charge_point: Callable[..., tuple[str, str | None]], id_tag: str
) -> None:
    charge_point_id, password = new_charge_point()
    of_charge_point = f"/api/charge_points/{charge_point_id}"

    def add(**facts: object) -> str:
        return str(root.post("/api/charging_profiles", {**NIGHT, **facts}).json()["charging_profile_id"])

    gentle = add(name="Gentle", purpose="TxProfile", unit="W", periods=[{"start_period": 0, "limit": 5000}])
    with running(f"{server.ocpp_url}/{charge_point_id}", password=password) as charge_point:
        started = root.post(
            "/api/start_charging", evse_id=charge_point_id, connector_id=1, idTag=id_tag, charging_profile_id=gentle
        ).json()
        assert started["status"] == "Accepted"
        charge_point.wait_for_status(1, "Charging")
        assert charge_point.snapshot()["connectors"][0]["power_w"] == 5000
        charge_point.charge(1, 100)
        until(lambda: root.get(f"/api/sessions/{started['session_id']}").json().get("power_w") == 5000)

        sent = root.post(f"{of_charge_point}/charging_profiles", charging_profile_id=add(), connector_id=0).json()
        assert sent["status"] == "Accepted"
        composite = root.get(f"{of_charge_point}/composite_schedule", connector_id=1, duration=3600, unit="W").json()
        assert [(period["limit"], period["power_w"]) for period in composite["periods"]] == [(5000, 5000)]

        too_high = add(stack_level=9)
        refused = root.post(f"{of_charge_point}/charging_profiles", charging_profile_id=too_high, connector_id=0)
        assert refused.json()["status"] == "Rejected"
        # Once its limits have been read, the same is known beforehand.
        root.post(f"{of_charge_point}/commands/GetConfiguration", {})
        known = root.post(f"{of_charge_point}/charging_profiles", charging_profile_id=too_high, connector_id=0)
        assert known.json()["errors"] == [{"field": "stack_level", "message": "its ChargeProfileMaxStackLevel is 8"}]

        assert root.post(f"{of_charge_point}/charging_profiles/clear", {}).json()["status"] == "Accepted"
        until(lambda: charge_point.snapshot()["connectors"][0]["power_w"] == 11_000)
        assert root.get(f"{of_charge_point}/charging_profiles", installed="true").json()["items"] == []
