"""Charge points that nobody has announced: let in to wait, or let in at once, where the operator says so."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from app.door.admission import MAX_PENDING
from app.storage.database import Storage
from tests.app.charging import start, verdict
from tests.live import Api, Charger, Server, another_database, plug_in, server_beside

KEY = "0123456789abcdef01"


@contextmanager
def deployed(server: Server, policy: str) -> Iterator[tuple[Server, str]]:
    """Run a server with a policy for unknown charge points, on a database of its own; give its URI too."""
    uri = another_database(server)
    data_dir = server.data_dir.with_name(f"{policy}-{uuid4().hex[:6]}")
    with server_beside(server, data_dir, MONGODB_URI=uri, UNKNOWN_CHARGE_POINTS=policy) as running:
        yield running, uri


@pytest.fixture(scope="module")
def pending(server: Server) -> Iterator[tuple[Server, str]]:
    with deployed(server, "pending") as running:
        yield running


@pytest.fixture
def waiting_room(pending: tuple[Server, str]) -> Iterator[tuple[Api, Storage, Callable[..., Charger]]]:
    """The operator, the storage, and a way in for newcomers."""
    running, uri = pending
    api, storage, chargers = running.root(), Storage(uri), []

    def plug(charge_point_id: str, password: str | None = None, **options: Any) -> Charger:
        chargers.append(plug_in(running, charge_point_id, password, **options))
        return chargers[-1]

    yield api, storage, plug
    for charger in chargers:
        charger.close()
    storage.close()
    api.close()


def newcomer() -> str:
    return f"NEW-{uuid4().hex[:8]}"


def refused(plug: Callable[..., Charger], *args: Any) -> int:
    with pytest.raises(InvalidStatus) as refusal:
        plug(*args)
    return refusal.value.response.status_code


def test_an_unknown_charge_point_waits_and_nothing_it_says_is_booked(waiting_room: Any) -> None:
    root, _storage, plug = waiting_room
    name = newcomer()
    charger = plug(name)
    answer = charger.boot()
    assert (answer["status"], answer["interval"]) == ("Pending", 60)
    assert charger.status(1, "Available")[2] == "SecurityError"
    begun = charger.call(
        "StartTransaction", {"connectorId": 1, "idTag": "X", "meterStart": 0, "timestamp": "2026-01-01T00:00:00Z"}
    )
    assert begun[2] == "SecurityError"
    said = root.get(f"/api/charge_points/{name}").json()
    assert (said["registration"], said["vendor"], said["connectors"]) == ("Pending", "Test", [])
    assert root.get("/api/sessions", charge_point_id=name).json()["items"] == []
    start_now = root.post("/api/start_charging", evse_id=name, connector_id=1)
    assert start_now.json()["code"] == "charge_point_not_accepted"


def test_it_is_forgotten_after_a_day_unless_it_is_accepted(waiting_room: Any) -> None:
    root, storage, plug = waiting_room
    name = newcomer()
    plug(name)
    waiting = storage.charge_points.get(name)
    assert (waiting.pending_until - waiting.created_at).days == 1
    indexes = storage.charge_points.documents.index_information().values()
    assert [i["expireAfterSeconds"] for i in indexes if i["key"] == [("pending_until", 1)]] == [0]
    assert root.patch(f"/api/charge_points/{name}", registration="Accepted").status_code == 200
    assert storage.charge_points.get(name).pending_until is None
    charger = plug(name)
    assert charger.boot()["status"] == "Accepted"
    assert charger.status(1, "Available") == {}


def test_the_key_it_came_with_is_its_key_from_then_on(waiting_room: Any) -> None:
    _root, _storage, plug = waiting_room
    name = newcomer()
    plug(name, KEY)
    assert refused(plug, name) == 401
    assert refused(plug, name, "another key, 16 b") == 401
    assert plug(name, KEY).boot()["status"] == "Pending"


def test_where_everybody_is_accepted_a_newcomer_charges_at_once(server: Server) -> None:
    with deployed(server, "accept") as (running, _uri):
        charger = plug_in(running, newcomer(), KEY)
        assert charger.boot()["status"] == "Accepted"
        assert verdict(start(charger, "NOBODY")) == "Invalid"
        with pytest.raises(InvalidStatus):
            plug_in(running, charger.charge_point_id, "another key, 16 b")
        charger.close()


def pending_one(root: Api, name: str) -> dict[str, Any] | None:
    items = root.get("/api/charge_points/pending", limit=500).json()["items"]
    return next((one for one in items if one["id"] == name), None)


def test_who_waits_is_listed_with_what_it_said_of_itself(waiting_room: Any) -> None:
    root, _storage, plug = waiting_room
    name = newcomer()
    charger = plug(name)
    said = {"chargePointVendor": "Acme", "chargePointModel": "One", "chargePointSerialNumber": "SN-1"}
    charger.call("BootNotification", said | {"firmwareVersion": "1.2"})
    one = pending_one(root, name)
    assert one is not None
    assert (one["waiting"], one["online"], one["subprotocols"]) == (True, True, ["ocpp1.6"])
    told = (one["vendor"], one["model"], one["serial_number"], one["firmware_version"])
    assert told == ("Acme", "One", "SN-1", "1.2")


def test_who_waits_without_a_password_is_given_one_with_its_acceptance(waiting_room: Any) -> None:
    root, _storage, plug = waiting_room
    name = newcomer()
    plug(name).boot()
    told = root.post(f"/api/charge_points/pending/{name}/accept").json()
    assert (told["registration"], told["security_profile"]) == ("Accepted", 1)
    assert refused(plug, name) == 401
    assert plug(name, told["password"]).boot()["status"] == "Accepted"
    assert pending_one(root, name) is None


def test_who_came_with_a_password_keeps_it(waiting_room: Any) -> None:
    root, storage, plug = waiting_room
    name = newcomer()
    plug(name, KEY).boot()
    told = root.post(f"/api/charge_points/pending/{name}/accept", place="Depot").json()
    assert (told["registration"], told["place"], "password" in told) == ("Accepted", "Depot", False)
    assert plug(name, KEY).boot()["status"] == "Accepted"
    assert storage.charge_points.get(name).pending_until is None


def test_who_waits_may_be_accepted_under_another_id_and_has_to_come_back_under_it(waiting_room: Any) -> None:
    root, _storage, plug = waiting_room
    name, better = newcomer(), newcomer()
    waiting = plug(name, KEY)
    waiting.boot()
    told = root.post(f"/api/charge_points/pending/{name}/accept", rename_to=better).json()
    with pytest.raises(ConnectionClosed):
        waiting.receive()
    assert plug(better, told["password"]).boot()["status"] == "Accepted"
    assert root.get(f"/api/charge_points/{name}").status_code == 404


def test_who_is_ignored_may_not_even_wait(waiting_room: Any) -> None:
    root, _storage, plug = waiting_room
    name = newcomer()
    waiting = plug(name)
    assert root.post(f"/api/charge_points/pending/{name}/ignore").status_code == 204
    with pytest.raises(ConnectionClosed):
        waiting.receive()
    assert refused(plug, name) == 404
    assert pending_one(root, name) is None
    assert root.delete(f"/api/charge_points/pending/{name}/ignore").status_code == 204
    assert plug(name).boot()["status"] == "Pending"


def test_only_so_many_may_wait_at_a_time(waiting_room: Any) -> None:
    _root, storage, plug = waiting_room
    names = [newcomer() for _ in range(MAX_PENDING - storage.charge_points.count_pending())]
    for name in names:
        plug(name).close()
    assert refused(plug, newcomer()) == 503
    assert plug(names[0]).boot()["status"] == "Pending"
