"""Reservation."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.app.charging import new_tag, session_of
from tests.app.reservation_stories import look, soon, state_of, until_state
from tests.conformance.charging import begin
from tests.conformance.station import Operator, Station
from tests.live import Api

ACCEPTED = {"status": "Accepted"}


def reserve(
    operator: Operator, id_tag: str, connector_id: int = 1, status: str = "Accepted", **terms: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Reserve a connector, or any of them (0); return what came to the charge point, and what REST says."""
    body = {"evse_id": operator.station.charge_point_id, "connector_id": connector_id, "idTag": id_tag, **terms}
    request, said = operator.ask(
        "ReserveNow", {"status": status}, lambda: operator.root.post("/api/reservations", body)
    )
    assert said.status_code == 201, said.text
    assert (request["connectorId"], request["idTag"]) == (connector_id, id_tag)
    assert datetime.fromisoformat(request["expiryDate"]) > datetime.now(UTC)
    assert request["reservationId"] == said.json()["reservation_id"]
    return request, said.json()


def held(station: Station, operator: Operator, id_tag: str, connector_id: int = 1, **terms: Any) -> int:
    """Reserve, and let the charge point tell that it is Reserved; return the reservationId."""
    request, told = reserve(operator, id_tag, connector_id, **terms)
    assert told["state"] == "reserved"
    station.statuses({connector_id: "Reserved"})
    return int(request["reservationId"])


def test_tc_046_a_reserved_connector_is_used(station: Station, operator: Operator, id_tag: str, root: Api) -> None:
    number = held(station, operator, id_tag)
    assert station.authorize(id_tag)["status"] == "Accepted"
    station.statuses({1: "Preparing"})
    transaction_id = begin(station, id_tag, reservationId=number)
    used = look(root, number)
    assert (used["state"], used["session_id"]) == ("used", session_of(root, transaction_id)["session_id"])


def test_tc_047_a_reservation_expires(station: Station, operator: Operator, id_tag: str, root: Api) -> None:
    wanted = soon(0.5)
    request, told = reserve(operator, id_tag, expires_at=wanted)
    assert abs((datetime.fromisoformat(request["expiryDate"]) - datetime.fromisoformat(wanted)).total_seconds()) < 0.01
    station.statuses({1: "Reserved"})
    until_state(root, told["reservation_id"], "expired")
    station.statuses({1: "Available"})
    assert state_of(root, told["reservation_id"]) == "expired"


@pytest.mark.parametrize(
    ("is_", "status"),
    [
        pytest.param("Faulted", "Faulted", id="tc_048_1"),
        pytest.param("Preparing", "Occupied", id="tc_048_2"),
        pytest.param("Unavailable", "Unavailable", id="tc_048_3"),
        pytest.param("Available", "Rejected", id="tc_048_4"),
    ],
)
def test_a_refused_reservation_is_not_shown_as_active(
    station: Station, operator: Operator, id_tag: str, root: Api, is_: str, status: str
) -> None:
    if is_ == "Unavailable":
        operator.command("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}, ACCEPTED)
    station.statuses({1: is_})
    _request, told = reserve(operator, id_tag, status=status)
    assert (told["state"], told["reserve_status"]) == ("refused", status)
    active = root.get("/api/reservations", charge_point_id=station.charge_point_id, state="reserved")
    assert active.json()["items"] == []


def test_tc_049_any_connector_is_reserved(station: Station, operator: Operator, id_tag: str, root: Api) -> None:
    number = held(station, operator, id_tag, connector_id=0)
    assert state_of(root, number) == "reserved"


def test_tc_051_a_reservation_is_cancelled(station: Station, operator: Operator, id_tag: str, root: Api) -> None:
    number = held(station, operator, id_tag)
    request, said = operator.ask("CancelReservation", ACCEPTED, lambda: root.delete(f"/api/reservations/{number}"))
    assert request == {"reservationId": number}
    assert (said.json()["state"], said.json()["cancel_status"]) == ("cancelled", "Accepted"), said.text
    station.statuses({1: "Available"})


def test_tc_052_an_unknown_reservation_is_cancelled(operator: Operator) -> None:
    operator.command("CancelReservation", {"reservationId": 2_000_000_000}, {"status": "Rejected"})


def test_tc_053_a_reserved_connector_is_used_with_the_parent(station: Station, operator: Operator, root: Api) -> None:
    parent = new_tag(root)
    one, other = (new_tag(root, parent_id_tag=parent) for _ in range(2))
    request, told = reserve(operator, one)
    assert request["parentIdTag"] == parent
    station.statuses({1: "Reserved"})
    assert station.authorize(other) == {"status": "Accepted", "parentIdTag": parent}
    station.statuses({1: "Preparing"})
    transaction_id = begin(station, other, reservationId=request["reservationId"])
    assert session_of(root, transaction_id)["idTag"] == other
    assert state_of(root, told["reservation_id"]) == "used"
