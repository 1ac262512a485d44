"""Who was turned away or dropped, as an operator reads it; and what an admin can do about those nobody knows."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.app.stories import problem
from tests.live import Api, Charger, basic, until

PENDING = "/api/charge_points/pending"


@pytest.fixture
def charge_point(root: Api) -> dict[str, Any]:
    added: dict[str, Any] = root.post("/api/charge_points", id=f"CP-{uuid4().hex[:6]}-01").json()
    return added


def knock(plug: Callable[..., Charger], charge_point_id: str, password: str | None = None, **options: Any) -> int:
    """Connect in vain; return the HTTP status."""
    with pytest.raises(InvalidStatus) as refusal:
        plug(charge_point_id, password, **options)
    return refusal.value.response.status_code


def told_of(root: Api, charge_point_id: str, **query: Any) -> dict[str, Any]:
    """Return the one refusal of an id."""
    (one,) = until(lambda: root.get("/api/refusals", charge_point_id=charge_point_id, **query).json()["items"])
    return dict(one)


def unknown() -> str:
    return f"NEW-{uuid4().hex[:8]}"


def pending(root: Api, charge_point_id: str, **query: Any) -> dict[str, Any] | None:
    listed = root.get(PENDING, limit=500, **query)
    assert listed.status_code == 200, listed.text
    return next((one for one in listed.json()["items"] if one["id"] == charge_point_id), None)


# Refused


def test_an_unknown_id_is_told_with_the_ids_it_is_like(
    plug: Callable[..., Charger], root: Api, charge_point: dict[str, Any]
) -> None:
    known = charge_point["id"]
    mistyped = known.lower().replace("-", "_")
    assert knock(plug, mistyped) == 404
    one = told_of(root, mistyped)
    assert one["reason"] == f"the id '{mistyped}' is unknown here, '{known}' exists"
    assert (one["kind"], one["did_you_mean"], one["secure"]) == ("refused", [known], False)


def test_without_our_subprotocol_the_offered_ones_are_told(
    plug: Callable[..., Charger], root: Api, charge_point: dict[str, Any]
) -> None:
    assert knock(plug, charge_point["id"], subprotocols=["ocpp2.0.1", "ocpp2.1"]) == 400
    assert told_of(root, charge_point["id"])["reason"] == (
        "no ocpp1.6 among the subprotocols (offered: ocpp2.0.1, ocpp2.1)"
    )
    name = unknown()
    assert knock(plug, name, subprotocols=[]) == 400
    assert told_of(root, name)["reason"] == "no ocpp1.6 among the subprotocols (offered: none)"


def test_refusals_are_found_by_id_in_any_spelling_by_address_and_by_charge_point(
    plug: Callable[..., Charger], root: Api, charge_point: dict[str, Any], address: str
) -> None:
    known = charge_point["id"]
    assert knock(plug, known.lower(), "wrong") == 401
    one = told_of(root, known)
    assert (one["charge_point_id"], one["remote_address"]) == (known.lower(), address)
    assert root.get(f"/api/charge_points/{known}/refusals").json()["items"] == [one]
    assert root.get("/api/refusals", remote_address=address).json()["items"] == [one]
    assert root.get("/api/refusals", remote_address=address, kind="dropped").json()["items"] == []
    problem(root.get("/api/charge_points/nobody/refusals"), 404, "not_found")


# Dropped


@pytest.mark.parametrize(
    ("offend", "code", "reason"),
    [
        (lambda charger: charger.send("x" * 70_000), 1009, "it sent a frame that is too large"),
        (lambda charger: [charger.send("?") for _ in range(50)], 1008, "it sent too many frames that are not OCPP-J"),
        (lambda charger: charger.socket.socket.close(), 1006, "the connection broke off without a goodbye"),
        (
            lambda charger: charger.socket.close(4001, "low battery"),
            4001,
            "it closed the connection itself with code 4001: 'low battery'",
        ),
    ],
    ids=["too large", "not OCPP-J", "broken off", "its own word"],
)
def test_a_connection_that_ends_otherwise_than_it_should_is_told_of(
    plug: Callable[..., Charger],
    root: Api,
    charge_point: dict[str, Any],
    offend: Callable[[Charger], Any],
    code: int,
    reason: str,
) -> None:
    charger = plug(charge_point["id"], charge_point["password"])
    charger.boot()
    offend(charger)
    one = told_of(root, charge_point["id"])
    assert (one["kind"], one["close_code"], one["reason"], one["count"]) == ("dropped", code, reason, 1)


def test_one_that_is_replaced_is_told_of_and_one_that_says_goodbye_is_not(
    plug: Callable[..., Charger], root: Api, charge_point: dict[str, Any], address: str
) -> None:
    old = plug(charge_point["id"], charge_point["password"])
    old.boot()
    new = plug(charge_point["id"], charge_point["password"])
    with pytest.raises(ConnectionClosed):
        old.receive()
    assert told_of(root, charge_point["id"])["reason"] == f"replaced by a newer connection from {address}"
    new.close()
    until(lambda: not root.get(f"/api/charge_points/{charge_point['id']}").json()["online"])
    assert told_of(root, charge_point["id"])["kind"] == "dropped"


# Nobody knows them


def test_what_an_unknown_charge_point_shows_is_listed_for_an_admin(
    plug: Callable[..., Charger], root: Api, charge_point: dict[str, Any], address: str
) -> None:
    name = f"{charge_point['id']}x".lower().replace("-", ".")
    headers = {"Authorization": basic("somebody", "a password of its own")}
    assert knock(plug, name, headers=headers, subprotocols=["ocpp1.6", "ocpp2.0.1"]) == 404
    assert knock(plug, name, subprotocols=["ocpp2.0.1"]) == 400
    one = until(lambda: (found := pending(root, name)) and found["count"] == 2 and found)
    assert (one["remote_address"], one["secure"], one["waiting"], one["online"]) == (address, False, False, False)
    assert one["reason"] == "no ocpp1.6 among the subprotocols (offered: ocpp2.0.1)"
    assert one["first_at"] <= one["last_at"]
    assert "a password" not in root.get(PENDING).text
    assert pending(root, charge_point["id"]) is None


def test_who_is_known_and_refused_is_not_pending(
    plug: Callable[..., Charger], root: Api, charge_point: dict[str, Any]
) -> None:
    assert knock(plug, charge_point["id"], "wrong") == 401
    told_of(root, charge_point["id"])
    assert pending(root, charge_point["id"]) is None


def test_one_is_accepted_with_a_password_and_an_address_to_enter(plug: Callable[..., Charger], root: Api) -> None:
    name = unknown()
    knock(plug, name)
    accepted = root.post(f"{PENDING}/{name.lower()}/accept", name="Garage")
    assert accepted.status_code == 200, accepted.text
    told = accepted.json()
    assert (told["id"], told["name"], told["security_profile"]) == (name, "Garage", 1)
    assert told["url"].endswith(f"/ocpp/{name}")
    assert plug(name, told["password"]).boot()["status"] == "Accepted"
    assert pending(root, name) is None
    problem(root.post(f"{PENDING}/{name}/accept"), 404, "not_found")


def test_one_is_accepted_under_another_id(
    plug: Callable[..., Charger], root: Api, charge_point: dict[str, Any]
) -> None:
    name, better = unknown(), f"Better name {uuid4().hex[:4]}"
    knock(plug, name)
    problem(root.post(f"{PENDING}/{name}/accept", rename_to=charge_point["id"]), 409, "charge_point_exists")
    told = root.post(f"{PENDING}/{name}/accept", rename_to=better, security_profile=0).json()
    assert (told["id"], "password" in told) == (better, False)
    assert told["url"].endswith(f"/{better.replace(' ', '%20')}")
    assert plug(better, path=told["url"].rpartition("/")[2]).boot()["status"] == "Accepted"
    assert knock(plug, name) == 404


def test_one_is_ignored_until_that_is_undone(plug: Callable[..., Charger], root: Api) -> None:
    name = unknown()
    knock(plug, name)
    assert root.post(f"{PENDING}/{name}/ignore").status_code == 204
    assert knock(plug, name) == 404
    until(lambda: (pending(root, name, ignored=True) or {}).get("count") == 2)
    assert pending(root, name) is None
    assert root.delete(f"{PENDING}/{name}/ignore").status_code == 204
    assert pending(root, name) is not None
    written = root.get("/api/audit", kind="unknown_charge_point", key=name.lower()).json()["items"]
    assert [one["after"] for one in written] == [{"ignored": False}, {"ignored": True}]
    problem(root.post(f"{PENDING}/never-seen/ignore"), 404, "not_found")


def test_who_was_announced_meanwhile_is_pending_no_more(plug: Callable[..., Charger], root: Api) -> None:
    name = unknown()
    knock(plug, name)
    until(lambda: pending(root, name))
    root.post("/api/charge_points", id=name)
    assert pending(root, name) is None


def test_the_word_pending_is_no_charge_point(plug: Callable[..., Charger], root: Api) -> None:
    problem(root.post("/api/charge_points", id="Pending"), 422, "bad_input")
    assert knock(plug, "pending") == 404
    assert told_of(root, "pending")["reason"] == "'pending' cannot be an id here"
    problem(root.post(f"{PENDING}/pending/accept"), 422, "bad_input")
    assert root.post(f"{PENDING}/pending/accept", rename_to=unknown()).status_code == 200
    assert "items" in root.get(PENDING).json()
