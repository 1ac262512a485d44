"""What tests of reservations do over and over: reserve while the charge point answers, cancel, look."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.app.stories import meanwhile
from tests.live import Api, Charger, until


def ask_to_reserve(api: Api, charger: Charger, connector_id: int = 1, **more: Any) -> httpx.Response:
    """Reserve where the charge point is not asked, or answers elsewhere."""
    return api.post("/api/reservations", evse_id=charger.charge_point_id, connector_id=connector_id, **more)


def reserve(api: Api, charger: Charger, connector_id: int = 1, says: str = "Accepted", **more: Any) -> dict[str, Any]:
    """Reserve and let the charge point answer; return the reservation."""
    charger.answers["ReserveNow"] = {"status": says}
    answer = meanwhile(lambda: ask_to_reserve(api, charger, connector_id, **more))
    charger.serve(1)
    assert answer().status_code == 201, answer().text
    reservation: dict[str, Any] = answer().json()
    return reservation


def held(api: Api, charger: Charger, connector_id: int = 1, **more: Any) -> int:
    """Reserve a connector, let the charge point tell that it is Reserved, and return the reservation's id."""
    reservation = reserve(api, charger, connector_id, **more)
    charger.status(connector_id, "Reserved")
    return int(reservation["reservation_id"])


def cancel(api: Api, charger: Charger, reservation_id: int, says: str = "Accepted") -> httpx.Response:
    """Cancel and let the charge point answer."""
    charger.answers["CancelReservation"] = {"status": says}
    answer = meanwhile(lambda: api.delete(f"/api/reservations/{reservation_id}"))
    charger.serve(1)
    return answer()


def look(api: Api, reservation_id: int) -> dict[str, Any]:
    answer = api.get(f"/api/reservations/{reservation_id}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def state_of(api: Api, reservation_id: int) -> str:
    return str(look(api, reservation_id)["state"])


def until_state(api: Api, reservation_id: int, state: str) -> dict[str, Any]:
    """Wait for a state and return the reservation in it."""
    until(lambda: state_of(api, reservation_id) == state)
    return look(api, reservation_id)


def soon(seconds: float) -> str:
    """Return an instant after now, as an app writes it."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
