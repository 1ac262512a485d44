"""What is kept of a person: handed out whole, and forgotten when he wants it."""

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from app.storage.database import Storage
from app.storage.embedded import running_uri
from tests.app.list_station import ListStation
from tests.app.reservation_stories import cancel, reserve
from tests.app.stories import begin, finish, meanwhile, new_charger, press_start, problem
from tests.live import ROOT_PASSWORD, Api, Charger, Server

PASSWORD = "a driver's"
# Kept for days, as they came; and what a charge point holds until it has been told.
PASSING = {"frames", "local_list_contents"}


@pytest.fixture(scope="module")
def at_home(server: Server, root: Api) -> Iterator[Charger]:
    charger = new_charger(server, root, status="Preparing")
    yield charger
    charger.close()


@pytest.fixture(scope="module")
def kept(server: Server) -> Iterator[Storage]:
    """The server's own database."""
    uri = running_uri(server.data_dir)
    assert uri is not None
    storage = Storage(uri)
    yield storage
    storage.close()


def leave(api: Api, password: str = PASSWORD) -> Any:
    return api.http.request("DELETE", "/api/me", json={"password": password})


def everywhere(storage: Storage, word: str) -> dict[str, str]:
    """Return the collections in which a word is, in whatever letters, with a document that has it."""
    database = storage.sessions.documents.database
    found = {}
    for name in set(database.list_collection_names()) - PASSING:
        for document in database[name].find({}):
            if word.casefold() in repr(document).casefold():
                found[name] = repr(document)[:500]
    return found


def charged(api: Api, charger: Charger) -> dict[str, Any]:
    session_id = press_start(api, charger).json()["session_id"]
    finish(charger, begin(charger, api.id_tag)["transactionId"])
    return dict(api.get(f"/api/sessions/{session_id}").json())


def test_the_export_is_a_file_with_everything_about_oneself_and_nobody_else(
    server: Server, root: Api, at_home: Charger
) -> None:
    driver, other = server.sign_up(), server.sign_up()
    session = charged(driver, at_home)
    vehicle = driver.post("/api/me/vehicles", name="Mine", plate="B-X 1").json()
    reservation = reserve(driver, at_home, 2)
    root.patch(f"/api/users/{driver.username}", name="By root")
    answer = driver.get("/api/me/export")
    assert answer.headers["Content-Disposition"] == "attachment; filename=my-data.json"
    told = answer.json()
    assert told["profile"] == driver.get("/api/me").json()
    assert [one["session_id"] for one in told["sessions"]] == [session["session_id"]]
    assert [one["vehicle_id"] for one in told["vehicles"]] == [vehicle["vehicle_id"]]
    assert [one["reservation_id"] for one in told["reservations"]] == [reservation["reservation_id"]]
    assert {one["idTag"] for one in told["id_tags"]} == {driver.id_tag, vehicle["idTag"]}
    assert {one["action"] for one in told["commands"]} == {"RemoteStartTransaction", "ReserveNow"}
    assert len(told["logins"]) == 1
    assert {"by": "root", "action": "changed", "after": {"name": "By root"}}.items() <= told["audit"][0].items()
    assert "address" not in told["audit"][0]
    assert other.username not in answer.text
    assert "password_hash" not in answer.text
    empty = other.get("/api/me/export").json()
    assert (empty["sessions"], empty["vehicles"]) == ([], [])
    assert cancel(driver, at_home, reservation["reservation_id"]).status_code == 200
    driver.close()
    other.close()


def test_an_export_of_more_than_one_page_is_whole(server: Server, root: Api) -> None:
    driver = server.sign_up()
    for number in range(60):
        root.post("/api/id_tags", idTag=f"{uuid4().hex[:14]}{number}", username=driver.username)
    told = driver.get("/api/me/export").json()["id_tags"]
    assert len({one["idTag"] for one in told}) == 61
    driver.close()


def test_a_deleted_account_is_gone_and_nothing_leads_to_it(
    server: Server, root: Api, at_home: Charger, kept: Storage
) -> None:
    driver = server.sign_up()
    driver.patch("/api/me", email="gone@example.org", name="Somebody Gone")
    vehicle = driver.post("/api/me/vehicles", name="Mine", plate="B-GONE 1").json()
    card = root.post("/api/id_tags", idTag=uuid4().hex[:14], username=driver.username).json()["idTag"]
    lent = root.post("/api/id_tags", idTag=uuid4().hex[:14], parent_id_tag=driver.id_tag).json()["idTag"]
    session = charged(driver, at_home)
    assert driver.http.put(f"/api/me/favourites/{at_home.charge_point_id}").status_code == 204
    reserve(driver, at_home, 2)
    root.patch(f"/api/users/{driver.username}", language="de")
    listed = root.post("/api/local_list_groups", group=uuid4().hex, idTags=[driver.id_tag, card])
    assert listed.status_code == 201, listed.text
    tablet = server.log_in(driver.username, PASSWORD)
    odd = at_home.call("StopTransaction", {"transactionId": 2**30, "idTag": card, "meterStop": 1, "timestamp": "?"})
    assert isinstance(odd, dict)

    refused = problem(leave(driver, "not the password"), 422, "bad_input")
    assert refused["errors"] == [{"field": "password", "message": "this is not your password"}]
    left = meanwhile(lambda: leave(driver))
    assert [action for action, _payload in at_home.serve(1)] == ["CancelReservation"]
    assert (left().status_code, left().content) == (204, b"")

    for ended in (driver, tablet):
        problem(ended.get("/api/me"), 401, "not_authenticated")
        problem(ended.post("/api/refresh", refresh_token=ended.tokens["refresh_token"]), 401, "not_authenticated")
    problem(driver.post("/api/login", username=driver.username, password=PASSWORD), 401, "not_authenticated")
    problem(root.get(f"/api/users/{driver.username}"), 404, "not_found")
    for word in (driver.username, driver.id_tag, vehicle["idTag"], card, "B-GONE", "gone@example", "Somebody Gone"):
        assert everywhere(kept, word) == {}, word

    # The books are whole, under a name that only joins what was one account's.
    booked = root.get(f"/api/sessions/{session['session_id']}").json()
    assert booked["username"].startswith("erased~")
    assert booked["idTag"] == booked["username"].upper()
    same = {"username", "idTag"}
    assert {k: v for k, v in booked.items() if k not in same} == {k: v for k, v in session.items() if k not in same}
    (last, *_) = root.get("/api/audit", kind="user", key=booked["username"]).json()["items"]
    assert (last["action"], last["username"], last["address"]) == ("deleted", booked["username"], "")
    for tag in (driver.id_tag, vehicle["idTag"], card):
        assert at_home.call("Authorize", {"idTag": tag})["idTagInfo"]["status"] == "Invalid"
    assert at_home.call("Authorize", {"idTag": lent})["idTagInfo"]["status"] == "Blocked"

    # Who takes the name finds nothing of the one before.
    body = {"username": driver.username, "password": "another one"}
    driver.use(driver.post("/api/signup", body).json())
    told = driver.get("/api/me/export").json()
    assert [told[name] for name in ("sessions", "reservations", "vehicles", "favourites", "commands")] == [[]] * 5
    problem(driver.get(f"/api/sessions/{session['session_id']}"), 404, "not_found")
    for each in (driver, tablet):
        each.close()


def test_what_others_did_about_a_deleted_account_does_not_name_it(
    server: Server, root: Api, at_home: Charger, kept: Storage
) -> None:
    driver, card = server.sign_up(), uuid4().hex[:14]
    at_home.call("Authorize", {"idTag": card})
    adopted = root.post(f"/api/id_tags/unknown/{card}/adopt", username=driver.username.upper(), label=driver.username)
    assert adopted.status_code == 201, adopted.text
    path = f"/api/charge_points/{at_home.charge_point_id}/commands"
    for action, fields in (
        ("RemoteStartTransaction", {"idTag": card, "connectorId": 1}),
        ("DataTransfer/SetUserPrice", {"idToken": card, "priceText": driver.id_tag}),
        ("SendLocalList", {"listVersion": 2, "updateType": "Full", "localAuthorizationList": [{"idTag": card}]}),
    ):
        sent = meanwhile(partial(root.post, f"{path}/{action}", fields))
        at_home.serve(1)
        assert sent().status_code in (200, 409, 502), sent().text
    batch = {"action": "DataTransfer", "payload": {"vendorId": "x", "data": f'{{"idToken": "{card}"}}'}}
    begun = meanwhile(lambda: root.post("/api/commands", charge_point_ids=[at_home.charge_point_id], **batch))
    at_home.serve(1)
    assert begun().status_code == 202, begun().text
    many = [f"{uuid4().hex[:12]}{number:03}".upper() for number in range(300)]
    table = "\n".join(["idTag", *many])
    assert root.http.post("/api/id_tags/import", content=table, headers={"Content-Type": "text/csv"}).is_success
    listed = root.post("/api/local_list_groups", group=uuid4().hex, idTags=[card, *many])
    assert listed.status_code == 201, listed.text
    at_home.call("StopTransaction", {"transactionId": 2**30 + 1, "idTag": card, "meterStop": 1, "timestamp": "?"})
    assert set(everywhere(kept, card)) >= {"audit", "commands", "command_batches", "quarantine"}

    assert leave(driver).status_code == 204
    for word in (driver.username, driver.id_tag, card):
        assert everywhere(kept, word) == {}, word
    (group, *_) = root.get("/api/audit", kind="local_list_rule").json()["items"]
    assert group["after"]["id_tags"][-1].startswith("and ")
    driver.close()


def test_an_account_is_not_deleted_while_it_charges(server: Server, root: Api, at_home: Charger) -> None:
    driver = server.sign_up()
    transaction = begin(at_home, driver.id_tag)["transactionId"]
    open_session = driver.get("/api/sessions").json()["items"][0]["session_id"]
    assert problem(leave(driver), 409, "session_open")["session_id"] == open_session
    assert driver.get("/api/me").json()["disabled"] is False
    finish(at_home, transaction)
    assert leave(driver).status_code == 204
    driver.close()


def test_a_charge_point_that_is_away_keeps_nobody(server: Server, root: Api) -> None:
    driver, charger = server.sign_up(), new_charger(server, root)
    held = reserve(driver, charger)
    charger.close()
    assert leave(driver).status_code == 204
    left = root.get(f"/api/reservations/{held['reservation_id']}").json()
    assert left["state"] == "reserved"
    assert left["username"].startswith("erased~")
    driver.close()


def test_a_list_at_a_charge_point_loses_the_tags_of_a_deleted_account(
    server: Server, root: Api, charger: Charger
) -> None:
    driver, station = server.sign_up(), ListStation(charger)
    station.want(root, driver.id_tag)
    station.synced(root)
    assert driver.id_tag in station.entries
    assert leave(driver).status_code == 204
    station.serve_until(lambda: driver.id_tag not in station.entries)
    driver.close()


@pytest.fixture(scope="module")
def admin(server: Server, root: Api) -> Iterator[Api]:
    api = account(server, root, "admin")
    yield api
    api.close()


def account(server: Server, root: Api, role: str) -> Api:
    username = f"{role}-{uuid4().hex[:8]}"
    assert root.post("/api/users", username=username, password=PASSWORD, role=role).status_code == 201
    return server.log_in(username, PASSWORD)


def test_an_admin_deletes_whom_he_may_change_and_not_himself(server: Server, root: Api, admin: Api) -> None:
    driver, peer = server.sign_up(), account(server, root, "admin")
    problem(admin.delete(f"/api/users/{peer.username}"), 403, "forbidden")
    problem(admin.delete("/api/users/root"), 403, "forbidden")
    problem(admin.delete(f"/api/users/{admin.username}"), 409, "own_account")
    problem(admin.delete("/api/users/nobody-at-all"), 404, "not_found")
    assert admin.delete(f"/api/users/{driver.username.upper()}").status_code == 204
    problem(driver.get("/api/me"), 401, "not_authenticated")
    (last, *_) = admin.get("/api/audit", username=admin.username).json()["items"]
    assert (last["action"], last["kind"], last["before"]) == ("deleted", "user", {})
    driver.close()
    peer.close()


def test_what_somebody_did_in_service_stays_under_a_name_that_nobody_else_gets(
    server: Server, root: Api, at_home: Charger, kept: Storage
) -> None:
    staff = account(server, root, "staff")
    own = charged(staff, at_home)
    made = staff.post("/api/id_tags", idTag=uuid4().hex[:14]).json()["idTag"]
    reset = meanwhile(lambda: staff.post(f"/api/charge_points/{at_home.charge_point_id}/commands/Reset", type="Soft"))
    at_home.serve(1)
    assert reset().status_code == 200
    sent = staff.get("/api/commands").json()["items"]
    assert leave(staff).status_code == 204
    assert set(everywhere(kept, staff.username)) == {"audit", "commands", "reserved_names"}
    assert everywhere(kept, staff.id_tag) == {}
    (line,) = root.get("/api/audit", key=made).json()["items"]
    assert line["username"] == staff.username
    commands = root.get("/api/commands", charge_point_id=at_home.charge_point_id, limit=500).json()["items"]
    assert [c["action"] for c in commands if c["requested_by"] == staff.username] == ["Reset"]
    for one in sent:
        (line,) = root.get("/api/audit", kind="command", key=one["command_id"]).json()["items"]
        in_service = one["action"] == "Reset"
        assert (line["username"] == staff.username, bool(line["after"]), bool(line["address"])) == (in_service,) * 3
    assert root.get(f"/api/sessions/{own['session_id']}").json()["username"].startswith("erased~")
    taken = staff.post("/api/signup", username=staff.username.upper(), password=PASSWORD)
    problem(taken, 409, "username_taken")
    staff.close()


def test_the_last_root_stays(root: Api) -> None:
    problem(leave(root, ROOT_PASSWORD), 409, "last_root")
    assert root.get("/api/me").json()["disabled"] is False
