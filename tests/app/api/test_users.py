"""Accounts as admins keep them: who may make whom, and that there is always a root."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from app.domain.roles import Role
from tests.app.stories import meanwhile, problem
from tests.live import Api, Server


def a_name() -> str:
    return f"user-{uuid4().hex[:10]}"


@pytest.fixture(scope="module")
def admin(server: Server, root: Api) -> Iterator[Api]:
    username = a_name()
    root.post("/api/users", username=username, password="long enough", role="admin")
    api = server.log_in(username, "long enough")
    yield api
    api.close()


@pytest.mark.parametrize("role", Role)
def test_admins_make_users_and_staff_and_root_makes_everybody(root: Api, admin: Api, role: Role) -> None:
    by_root, by_admin = a_name(), a_name()
    made = root.post("/api/users", username=by_root, password="long enough", role=role)
    assert (made.status_code, made.json()["role"]) == (201, role)
    tried = admin.post("/api/users", username=by_admin, password="long enough", role=role)
    changed = admin.patch(f"/api/users/{by_root}", name="Changed")
    if role in (Role.USER, Role.STAFF):
        assert (tried.status_code, changed.json()["name"]) == (201, "Changed")
    else:
        problem(tried, 403, "forbidden")
        problem(changed, 403, "forbidden")
        problem(admin.patch(f"/api/users/{by_root}", disabled=True), 403, "forbidden")
        problem(root.get(f"/api/users/{by_admin}"), 404, "not_found")
    assert "password" not in root.get(f"/api/users/{by_root}").text
    if role is Role.ROOT:
        root.patch(f"/api/users/{by_root}", role="user")


def test_an_admin_raises_nobody_and_himself_to_admin_or_root(root: Api, admin: Api, driver: Api) -> None:
    for role in ("admin", "root"):
        problem(admin.patch(f"/api/users/{driver.username}", role=role), 403, "forbidden")
        problem(admin.patch(f"/api/users/{admin.username}", role=role), 403, "forbidden")
    assert admin.patch(f"/api/users/{driver.username}", role="staff").json()["role"] == "staff"
    assert root.get(f"/api/users/{admin.username}").json()["role"] == "admin"


def test_the_last_root_stays(root: Api) -> None:
    for change in ({"role": "admin"}, {"disabled": True}):
        problem(root.patch("/api/users/root", **change), 409, "last_root")
    assert root.patch("/api/users/root", name="The first", disabled=False).json()["name"] == "The first"


def test_two_roots_who_dismiss_each_other_leave_one(impatient_server: Server, impatient_root: Api) -> None:
    impatient_root.post("/api/users", username="root2", password="long enough", role="root")
    second = impatient_server.log_in("root2", "long enough")
    answers = [
        meanwhile(lambda: impatient_root.patch("/api/users/root2", role="user")),
        meanwhile(lambda: second.patch("/api/users/root", role="user")),
    ]
    statuses = sorted(answer().status_code for answer in answers)
    # The slower one is told that it is the last root, or is no root any more when it asks.
    assert statuses in ([200, 403], [200, 409])
    roots = (second if impatient_root.get("/api/users").status_code == 403 else impatient_root).get(
        "/api/users", role="root"
    )
    assert len(roots.json()["items"]) == 1
    if roots.json()["items"][0]["username"] == "root2":
        second.patch("/api/users/root", role="root")
        second.patch("/api/users/root2", role="user")
    second.close()


def test_an_unknown_user_is_not_found(root: Api) -> None:
    problem(root.get("/api/users/nobody-of-this-name"), 404, "not_found")
    problem(root.patch("/api/users/nobody-of-this-name", name="x"), 404, "not_found")
