"""A new charger: what to enter in it, what goes wrong meanwhile, and that it is here; and those that nobody added."""

import re
from collections.abc import Callable
from contextlib import suppress
from uuid import uuid4

import pytest
from websockets.exceptions import InvalidStatus

from app.web.refused import OTHERWISE, advice
from tests.app.secure import stranger
from tests.app.web.visitors import Visitor, said
from tests.live import Api, Charger, until

Connect = Callable[..., Charger]


def new_id() -> str:
    return f"NEW-{uuid4().hex[:10].upper()}"


def shown(page: str, name: str) -> str:
    """Return what is to be entered in the charger."""
    found = re.search(rf'<code id="{name}">([^<]+)</code>', page)
    assert found is not None, page
    return found[1]


def added(admin: Visitor, **fields: str) -> tuple[str, str]:
    """Add a charger; return its id and its password."""
    charge_point_id = fields.setdefault("id", new_id())
    page = admin.send("/operator/charge-points/new", **fields)
    assert page.status_code == 201, page.text
    return charge_point_id, shown(page.text, "password")


def arrival(admin: Visitor, charge_point_id: str) -> str:
    return said(admin.get(f"/operator/charge-points/{charge_point_id}/arrival"))


def knock(connect: Connect, charge_point_id: str, password: str | None, **options: object) -> None:
    """Be turned away at the door, from an address that has not tried too often yet."""
    with suppress(InvalidStatus):
        connect(charge_point_id, password, source_address=(stranger()[0], 0), **options)
        pytest.fail("was let in")


def test_a_charger_gets_its_address_and_password_once_and_is_here_as_soon_as_it_has_booted(
    admin: Visitor, root: Api, connect: Connect
) -> None:
    charge_point_id = new_id()
    page = admin.send("/operator/charge-points/new", id=charge_point_id, place="Yard", security_profile="1")
    assert shown(page.text, "url").endswith(f"/ocpp/{charge_point_id}")
    assert shown(page.text, "user") == charge_point_id
    password = shown(page.text, "password")
    assert password not in admin.get(f"/operator/charge-points/{charge_point_id}/plug-in").text
    assert "Waiting for the charger" in arrival(admin, charge_point_id)
    charger = connect(charge_point_id, password)
    assert "The connection stands." in arrival(admin, charge_point_id)
    charger.call("BootNotification", {"chargePointVendor": "V", "chargePointModel": "<script>alert(1)"})
    charger.status(1, "Available")
    here = arrival(admin, charge_point_id)
    assert "It is here" in here
    assert "V <script>alert(1)" in here
    assert "1 Available" in here
    assert root.get(f"/api/charge_points/{charge_point_id}").json()["place"] == "Yard"


@pytest.mark.parametrize(
    ("password", "options", "told"),
    [
        (None, {}, "It sends no password."),
        ("wrong password!!", {}, "It sends a wrong password."),
        ("any", {"subprotocols": ["ocpp2.0.1"]}, "It does not offer OCPP 1.6 JSON."),
    ],
)
def test_why_it_does_not_come_in_is_told_in_words_with_what_to_do(
    admin: Visitor, connect: Connect, password: str | None, options: dict[str, object], told: str
) -> None:
    charge_point_id, _password = added(admin)
    knock(connect, charge_point_id, password, **options)
    until(lambda: told in arrival(admin, charge_point_id))


def test_a_charger_under_nearly_the_same_number_is_told(admin: Visitor, connect: Connect) -> None:
    charge_point_id, password = added(admin)
    misspelt = charge_point_id.replace("NEW-", "NEW_")
    knock(connect, misspelt, password)
    until(lambda: f"A charger with the number {misspelt} was here." in arrival(admin, charge_point_id))


def test_a_lost_password_is_made_anew(admin: Visitor, connect: Connect) -> None:
    charge_point_id, old = added(admin)
    page = admin.send(f"/operator/charge-points/{charge_point_id}/plug-in")
    assert (new := shown(page.text, "password")) != old
    connect(charge_point_id, new).boot()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"id": "a/b"}, "1 to 48 letters, digits or * - _ = : + | @ . and spaces between them."),
        ({"id": "new"}, "1 to 48 letters, digits or * - _ = : + | @ . and spaces between them."),
        ({"id": "X", "security_profile": "2"}, "does not serve this security profile"),
        ({"id": "X", "security_profile": "7"}, "look at the fields"),
        ({"id": ""}, "Please fill this in."),
    ],
)
def test_what_cannot_be_added_is_told_on_the_form(admin: Visitor, fields: dict[str, str], told: str) -> None:
    page = admin.send("/operator/charge-points/new", name="Kept", **fields)
    assert page.status_code in (409, 422)
    assert told in said(page)
    assert 'value="Kept"' in page.text


def test_a_number_that_is_taken_is_told_on_the_form(admin: Visitor, charger: Charger) -> None:
    page = admin.send("/operator/charge-points/new", id=charger.charge_point_id.lower())
    assert page.status_code == 409
    assert "There is a charger of this number already." in said(page)


def test_who_is_at_the_door_is_taken_in_under_another_name(admin: Visitor, connect: Connect, root: Api) -> None:
    unknown, name = new_id(), new_id()
    knock(connect, unknown, "its own password")
    until(lambda: unknown in said(admin.get("/operator/newcomers")))
    assert "Unknown chargers at the door" in said(admin.get("/operator"))
    assert unknown in said(admin.get(f"/operator/newcomers/accept?charge_point_id={unknown}"))
    page = admin.send("/operator/newcomers/accept", charge_point_id=unknown, rename_to=name, name="Gate")
    connect(name, shown(page.text, "password")).boot()
    assert unknown not in said(admin.get("/operator/newcomers"))
    assert root.get(f"/api/charge_points/{name}").json()["name"] == "Gate"


def test_who_is_ignored_can_be_listed_again(admin: Visitor, connect: Connect) -> None:
    unknown = new_id()
    knock(connect, unknown, None)
    until(lambda: unknown in said(admin.get("/operator/newcomers/now")))
    for action, listed in (("ignore", False), ("list", True)):
        assert admin.send(f"/operator/newcomers/{action}", charge_point_id=unknown).status_code == 303
        page = admin.get("/operator/newcomers/now").text
        assert (f"accept?charge_point_id={unknown}" in page) is listed
    gone = admin.send("/operator/newcomers/ignore", charge_point_id="nobody-like-that")
    assert gone.status_code == 404


@pytest.mark.parametrize(
    ("reason", "wrong"),
    [
        ("the user name is 'x', but the id in the URL is 'CP'", "Its user name is not its number."),
        ("plain ws but profile 2", "It comes without TLS, which its security profile asks for."),
        ("the id 'CP' is unknown here", "Nobody has added a charger of this number."),
        ("'pending' cannot be an id here", "Its number cannot be one here."),
        ("TLS: what it speaks is not TLS", "A TLS connection failed before it had said its name."),
        ("throttled: too many failed attempts", "It has tried too often."),
        ("it broke the WebSocket protocol: ''", str(OTHERWISE.wrong)),
    ],
)
def test_every_reason_of_the_door_has_words(reason: str, wrong: str) -> None:
    assert str(advice(reason).wrong) == wrong
