"""What tests of smart charging do over and over: add a profile, send it, look at what is believed to be installed."""

from collections.abc import Callable
from typing import Any

import httpx

from tests.app.stories import meanwhile
from tests.live import Api, Charger

NIGHT = {
    "name": "Night",
    "purpose": "TxDefaultProfile",
    "kind": "Relative",
    "unit": "A",
    "periods": [{"start_period": 0, "limit": 6.0}, {"start_period": 3600, "limit": 16, "number_phases": 3}],
}
ABSOLUTE = {"kind": "Absolute", "start_schedule": "2030-01-01T00:00:00Z"}


def add_profile(root: Api, **facts: Any) -> dict[str, Any]:
    answer = root.post("/api/charging_profiles", {**NIGHT, **facts})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def path_of(charger: Charger, what: str = "charging_profiles") -> str:
    return f"/api/charge_points/{charger.charge_point_id}/{what}"


def asked(charger: Charger, work: Callable[[], httpx.Response]) -> tuple[httpx.Response, dict[str, Any]]:
    """Do what asks the charge point once; return the answer and the payload it was sent."""
    answer = meanwhile(work)
    ((_action, payload),) = charger.serve(1)
    return answer(), payload


def send_profile(
    root: Api, charger: Charger, profile: dict[str, Any], connector_id: int = 1, **more: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Send a profile; return its installation and OCPP's payload."""
    body = {"charging_profile_id": profile["charging_profile_id"], "connector_id": connector_id, **more}
    answer, payload = asked(charger, lambda: root.post(path_of(charger), body))
    assert answer.status_code == 201, answer.text
    return answer.json(), payload


def installations(root: Api, charger: Charger, **query: Any) -> list[dict[str, Any]]:
    return list(root.get(path_of(charger), **query).json()["items"])


def installed(root: Api, charger: Charger) -> set[int]:
    """Return the chargingProfileIds that the charge point is believed to have."""
    return {one["ocpp_profile_id"] for one in installations(root, charger, installed="true")}


def tell_limits(root: Api, charger: Charger, **values: str) -> None:
    """Let the server read configuration keys of the charge point."""
    keys = [{"key": key, "readonly": True, "value": value} for key, value in values.items()]
    charger.answers["GetConfiguration"] = {"configurationKey": keys}
    answer, _payload = asked(charger, lambda: root.post(path_of(charger, "commands/GetConfiguration"), {}))
    assert answer.status_code == 200, answer.text
