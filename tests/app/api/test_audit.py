"""Who changed what, from what to what, from where."""

from typing import Any
from uuid import uuid4

import pytest

from tests.app.stories import problem
from tests.live import Api, Server


def staff_of(server: Server, root: Api, role: str) -> Api:
    username = f"{role}-{uuid4().hex[:8]}"
    assert root.post("/api/users", username=username, password="a driver's", role=role).status_code == 201
    return server.log_in(username, "a driver's")


@pytest.fixture(scope="module")
def admin(server: Server, root: Api) -> Any:
    api = staff_of(server, root, "admin")
    yield api
    api.close()


def changes(api: Api, **query: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = api.get("/api/audit", **query).json()["items"]
    return items


def test_a_change_is_told_with_before_and_after_by_whom_and_from_where(admin: Api) -> None:
    created = admin.post("/api/charge_points", id=f"AUD-{uuid4().hex[:8]}", name="Old").json()
    answer = admin.patch(f"/api/charge_points/{created['id']}", name="New")
    admin.delete(f"/api/charge_points/{created['id']}")
    deleted, changed, first = changes(admin, kind="charge_point", key=created["id"])
    assert [one["action"] for one in (first, changed, deleted)] == ["created", "changed", "deleted"]
    assert (changed["before"], changed["after"]) == ({"name": "Old"}, {"name": "New"})
    assert (changed["username"], changed["role"], changed["address"]) == (admin.username, "admin", "127.0.0.1")
    assert changed["request_id"] == answer.headers["X-Request-ID"]
    assert first["before"] == deleted["after"] == {}


def test_of_a_secret_it_is_told_that_it_changed_and_nothing_else(admin: Api) -> None:
    created = admin.post("/api/charge_points", id=f"AUD-{uuid4().hex[:8]}").json()
    told = admin.post(f"/api/charge_points/{created['id']}/password").json()
    for secret in (created["password"], told["password"]):
        assert secret not in admin.get("/api/audit", key=created["id"]).text
    changed, _first = changes(admin, key=created["id"])
    assert changed["after"]["password_hash"] == changed["before"]["password_hash"] == "***"


def test_a_command_is_told_once_to_which_charge_point_it_went_and_without_its_secrets(admin: Api) -> None:
    created = admin.post("/api/charge_points", id=f"AUD-{uuid4().hex[:8]}").json()
    path = f"/api/charge_points/{created['id']}/commands/ChangeConfiguration"
    sent = problem(admin.post(path, key="WiFiPassword", value="hush-hush"), 409, "charge_point_offline")
    (told,) = changes(admin, kind="command", key=sent["command_id"])
    assert (told["action"], told["before"], told["username"]) == ("created", {}, admin.username)
    assert (told["request_id"], told["address"]) == (sent["request_id"], "127.0.0.1")
    payload = '{"key":"WiFiPassword","value":"***"}'
    assert told["after"] == {"charge_point_id": created["id"], "action": "ChangeConfiguration", "payload": payload}


def test_who_wants_which_tags_in_local_lists_is_told(admin: Api) -> None:
    group = uuid4().hex
    body = {"idTags": [], "charge_point_ids": []}
    assert admin.post("/api/local_list_groups", group=group, **body).status_code == 201
    answer = admin.http.put(f"/api/local_list_groups/{group}", json={**body, "all_accepted": True})
    assert answer.status_code == 200, answer.text
    assert admin.delete(f"/api/local_list_groups/{group}").status_code == 204
    deleted, changed, created = changes(admin, kind="local_list_rule", key=f"group/{group}")
    assert [one["action"] for one in (created, changed, deleted)] == ["created", "changed", "deleted"]
    assert (changed["before"]["all_accepted"], changed["after"]["all_accepted"]) == (False, True)


def test_a_role_that_is_changed_is_told(admin: Api, driver: Api) -> None:
    admin.patch(f"/api/users/{driver.username}", role="staff")
    (changed,) = changes(admin, kind="user", key=driver.username.casefold())
    assert (changed["before"], changed["after"]) == ({"role": "user"}, {"role": "staff"})


def test_a_request_that_changes_nothing_leaves_no_trace(admin: Api, driver: Api) -> None:
    problem(admin.patch(f"/api/users/{driver.username}", role="root"), 403, "forbidden")
    before = changes(admin, limit=1)
    problem(admin.post("/api/users", username=driver.username, password="long enough"), 409, "username_taken")
    assert changes(admin, limit=1) == before
    admin.patch(f"/api/users/{driver.username}", role="user")
    assert changes(admin, kind="user", key=driver.username.casefold()) == []


def test_what_root_does_is_for_root_to_read(admin: Api, root: Api, driver: Api) -> None:
    root.patch(f"/api/users/{driver.username}", name="By root")
    assert changes(admin, key=driver.username.casefold()) == []
    (changed,) = changes(root, key=driver.username.casefold())
    assert (changed["username"], changed["after"]) == ("root", {"name": "By root"})


def test_the_next_request_of_the_thread_is_not_taken_for_the_last_ones(server: Server, admin: Api) -> None:
    created = admin.post("/api/charge_points", id=f"AUD-{uuid4().hex[:8]}").json()
    newcomer = server.sign_up()
    assert changes(admin, key=newcomer.username.casefold()) == []
    assert len(changes(admin, key=created["id"])) == 1
    newcomer.close()


def test_the_log_cannot_be_changed_and_staff_cannot_read_it(server: Server, root: Api, admin: Api) -> None:
    staff = staff_of(server, root, "staff")
    problem(staff.get("/api/audit"), 403, "forbidden")
    (record,) = changes(admin, limit=1)
    for answer in (admin.delete("/api/audit"), admin.delete(f"/api/audit/{record['audit_id']}")):
        assert answer.status_code in (404, 405)
    staff.close()
