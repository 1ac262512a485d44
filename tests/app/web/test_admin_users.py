"""Admins' pages about accounts."""

from uuid import uuid4

from tests.app.web.visitors import Visitor, said
from tests.live import Api

USERS = "/operator/users"


def test_an_account_is_created_found_disabled_and_deleted(admin: Visitor, root: Api) -> None:
    name = f"worker-{uuid4().hex[:8]}"
    facts = {"username": name, "password": "long enough", "role": "staff", "name": "Ann <b>"}
    created = admin.send(f"{USERS}/new", **facts)
    assert created.status_code == 303, said(created)
    assert "This user name is taken" in said(admin.send(f"{USERS}/new", **facts))
    for query in (f"q={name[-8:].upper()}", f"q={name}&role=staff&disabled=no"):
        assert "Ann &lt;b&gt;" in admin.get(f"{USERS}?{query}").text
    assert "Nothing found" in said(admin.get(f"{USERS}?q={name}&role=user"))

    one = f"{USERS}/{name}"
    assert admin.send(one, role="user", email="ann@example.org", disabled="true").status_code == 303
    user = root.get(f"/api/users/{name}").json()
    assert (user["role"], user["email"], user["disabled"], user.get("name")) == ("user", "ann@example.org", True, None)
    assert user["idTag"] in said(admin.get(one))
    assert admin.send(one, role="user").status_code == 303
    assert not root.get(f"/api/users/{name}").json()["disabled"]

    assert "Type exactly the user name." in said(admin.send(f"{one}/delete", confirm="somebody"))
    assert admin.send(f"{one}/delete", confirm=name).status_code == 303
    assert admin.get(one).status_code == 404


def test_no_role_is_given_or_changed_that_is_not_below_ones_own(admin: Visitor) -> None:
    assert 'value="admin"' not in admin.get(f"{USERS}/new").text
    refused = admin.send(f"{USERS}/new", username=f"x-{uuid4().hex[:8]}", password="long enough", role="admin")
    assert refused.status_code == 404
    assert "Only somebody with a higher role" in said(admin.get(f"{USERS}/root"))
    assert admin.send(f"{USERS}/root", role="user").status_code == 404


def test_staff_have_no_page_about_accounts(staff: Visitor) -> None:
    assert staff.get(USERS).status_code == 404
