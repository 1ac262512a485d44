"""Reservation."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from tests.app.charging import new_tag, session_of
from tests.conformance.charging import begin
from tests.conformance.station import Operator, Station
from tests.live import Api

_ids: Iterator[int] = count(1)
ACCEPTED = {"status": "Accepted"}


def reservation(id_tag: str, connector_id: int = 1, **more: Any) -> dict[str, Any]:
    expiry_date = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    return {
        "connectorId": connector_id,
        "expiryDate": expiry_date,
        "idTag": id_tag,
        "reservationId": next(_ids),
        **more,
    }


def reserve(operator: Operator, id_tag: str, connector_id: int = 1, status: str = "Accepted", **more: Any) -> int:
    """Reserve a connector, or any of them (0); return the reservationId."""
    payload = reservation(id_tag, connector_id, **more)
    operator.command("ReserveNow", payload, {"status": status})
    return int(payload["reservationId"])


def test_tc_046_a_reserved_connector_is_used(station: Station, operator: Operator, id_tag: str, root: Api) -> None:
    number = reserve(operator, id_tag)
    station.statuses({1: "Reserved"})
    assert station.authorize(id_tag)["status"] == "Accepted"
    station.statuses({1: "Preparing"})
    transaction_id = begin(station, id_tag, reservationId=number)
    assert session_of(root, transaction_id)["state"] == "charging"


def test_tc_047_a_reservation_expires(station: Station, operator: Operator, id_tag: str) -> None:
    reserve(operator, id_tag)
    station.statuses({1: "Reserved"})
    station.statuses({1: "Available"})


@pytest.mark.parametrize(
    "status",
    [
        pytest.param("Faulted", id="tc_048_1"),
        pytest.param("Occupied", id="tc_048_2"),
        pytest.param("Unavailable", id="tc_048_3"),
        pytest.param("Rejected", id="tc_048_4"),
    ],
)
def test_a_refused_reservation(operator: Operator, id_tag: str, status: str) -> None:
    reserve(operator, id_tag, status=status)


def test_tc_049_any_connector_is_reserved(station: Station, operator: Operator, id_tag: str) -> None:
    reserve(operator, id_tag, connector_id=0)
    station.statuses({0: "Reserved"})


def test_tc_051_a_reservation_is_cancelled(station: Station, operator: Operator, id_tag: str) -> None:
    number = reserve(operator, id_tag)
    station.statuses({1: "Reserved"})
    operator.command("CancelReservation", {"reservationId": number}, ACCEPTED)
    station.statuses({1: "Available"})


def test_tc_052_an_unknown_reservation_is_cancelled(operator: Operator) -> None:
    operator.command("CancelReservation", {"reservationId": 2_000_000_000}, {"status": "Rejected"})


def test_tc_053_a_reserved_connector_is_used_with_the_parent(station: Station, operator: Operator, root: Api) -> None:
    parent = new_tag(root)
    one, other = (new_tag(root, parent_id_tag=parent) for _ in range(2))
    number = reserve(operator, one, parentIdTag=parent)
    station.statuses({1: "Reserved"})
    assert station.authorize(other) == {"status": "Accepted", "parentIdTag": parent}
    station.statuses({1: "Preparing"})
    transaction_id = begin(station, other, reservationId=number)
    assert session_of(root, transaction_id)["idTag"] == other
