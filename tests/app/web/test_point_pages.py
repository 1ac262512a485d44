"""One charge point's pages: what is known of it, what is asked of it, and what it has answered."""

import re
from collections.abc import Iterator

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.app.stories import begin, new_charger
from tests.app.web.point_forms import answered
from tests.app.web.visitors import Visitor, said
from tests.live import Api, Charger, Server, plug_in, until

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def charger(server: Server, root: Api) -> Iterator[Charger]:
    """The charge point of this module, connected and idle, with a hostile word in what it tells."""
    charger = new_charger(server, root, name="Level 1", place="Car park")
    charger.status(2, "Faulted", errorCode="GroundFailure", info=EVIL)
    yield charger
    charger.close()


@pytest.fixture
def home(charger: Charger) -> str:
    return f"/operator/charge-points/{charger.charge_point_id}"


def test_the_overview_says_what_it_is_and_how_its_connectors_are(staff: Visitor, home: str) -> None:
    page = staff.get(home)
    text = said(page)
    assert "Level 1" in text
    assert "Online" in text
    assert "The ground fault protection has tripped." in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert EVIL not in page.text
    assert "Connector 2" in said(staff.get(f"{home}/live"))


def test_a_quick_action_tells_its_outcome_where_it_was_pressed(staff: Visitor, charger: Charger, home: str) -> None:
    charger.answers["UnlockConnector"] = {"status": "UnlockFailed"}
    page = answered(charger, staff, f"{home}/commands/UnlockConnector", _from_overview="1", connectorId="1")
    assert page.url.path == home
    assert "The cable is stuck" in said(page)


def test_staff_start_for_somebody_and_stop_it(
    staff: Visitor, root: Api, charger: Charger, home: str, id_tag: str
) -> None:
    page = answered(charger, staff, f"{home}/start", connector_id="1", id_tag=id_tag)
    assert page.url.path.startswith("/sessions/")
    begin(charger, id_tag)
    address = re.search(rf'action="({home}/sessions/\w+/stop)"', staff.get(home).text)
    assert address
    page = answered(charger, staff, address[1])
    assert page.url.path == home
    transaction = root.get("/api/sessions", charge_point_id=charger.charge_point_id).json()["items"][0]
    charger.call(
        "StopTransaction",
        {
            "transactionId": transaction["transaction_id"],
            "meterStop": 3000,
            "timestamp": "2030-01-01T00:00:00Z",
        },
    )
    assert id_tag in said(staff.get(f"{home}/history"))


def test_an_admin_edits_it_and_staff_cannot(
    admin: Visitor, staff: Visitor, root: Api, charger: Charger, home: str
) -> None:
    facts = {"name": "Level 2", "place": "", "security_profile": "1", "registration": "Accepted"}
    assert admin.send(f"{home}/edit", **facts).status_code == 303
    known = root.get(f"/api/charge_points/{charger.charge_point_id}").json()
    assert (known["name"], "place" in known, known["online"]) == ("Level 2", False, True)
    assert staff.get(f"{home}/edit").status_code == 404
    assert f"{home}/edit" not in staff.get(home).text
    told = admin.send(f"{home}/edit", **{**facts, "security_profile": "3"})
    assert "does not serve this security profile" in said(told)
    assert admin.send(f"{home}/edit", **facts, tariff_id="no-such").status_code in (404, 409, 422)


def test_a_charger_is_removed_when_somebody_has_confirmed_it(admin: Visitor, root: Api) -> None:
    added = root.post("/api/charge_points", id="TO-REMOVE").json()["id"]
    home = f"/operator/charge-points/{added}"
    assert "Remove for good" in said(admin.send(f"{home}/remove"))
    answer = admin.insist(f"{home}/remove")
    assert "The charger is removed." in said(admin.get(answer.headers["Location"]))
    assert admin.get(home).status_code == 404


def test_each_command_shows_what_was_asked_and_answered_word_for_word(
    staff: Visitor, charger: Charger, home: str
) -> None:
    charger.answers["TriggerMessage"] = {"status": "Rejected", "info": EVIL}
    form = f"{home}/commands/TriggerMessage"
    assert "<option>Heartbeat</option>" in staff.get(form).text
    page = answered(charger, staff, form, requestedMessage="Heartbeat", connectorId="")
    assert "Refused" in said(page)
    assert '"requestedMessage": "Heartbeat"' in said(page)
    assert EVIL not in page.text
    again = re.search(rf'href="({form}\?like=\w+)"', page.text)
    assert again
    assert "<option selected>Heartbeat</option>" in staff.get(again[1]).text
    assert "TriggerMessage" in said(staff.get(f"{home}/commands"))


def test_what_is_wrong_is_told_at_its_field_and_nothing_is_sent(staff: Visitor, home: str) -> None:
    page = staff.send(f"{home}/commands/UnlockConnector", connectorId="")
    assert page.status_code == 422
    assert "Please fill this in." in said(page)
    page = staff.send(f"{home}/commands/ReserveNow", connectorId="x", idTag=EVIL)
    assert "A whole number, please." in said(page)
    assert EVIL not in page.text


def test_a_command_that_fails_leaves_its_form_filled_in(staff: Visitor, root: Api, charger: Charger) -> None:
    away = root.post("/api/charge_points", id=f"{charger.charge_point_id}-2").json()["id"]
    page = staff.insist(f"/operator/charge-points/{away}/commands/Reset", type="Hard")
    assert page.status_code == 409
    assert "not connected" in said(page)
    assert "<option selected>Hard</option>" in page.text


def test_what_is_for_admins_is_not_there_for_staff(staff: Visitor, admin: Visitor, home: str) -> None:
    assert staff.get(f"{home}/commands/UpdateFirmware").status_code == 404
    assert admin.get(f"{home}/commands/UpdateFirmware").status_code == 200
    assert "UpdateFirmware" not in staff.get(f"{home}/commands").text
    assert staff.get(f"{home}/commands/no-such").status_code == 404


def test_staff_read_what_they_have_sent_and_admins_everything(
    staff: Visitor, admin: Visitor, charger: Charger, home: str
) -> None:
    form, asked = f"{home}/commands/TriggerMessage", {"requestedMessage": "Heartbeat"}
    mine, theirs = (answered(charger, who, form, **asked).url.path for who in (staff, admin))
    assert [who.get(mine).status_code for who in (staff, admin)] == [200, 200]
    assert [who.get(theirs).status_code for who in (staff, admin)] == [404, 200]
    listed = staff.get(f"{home}/commands")
    assert "You sent before" in said(listed)
    assert (mine in listed.text, theirs in listed.text) == (True, False)


def test_a_key_is_changed_and_read_back(admin: Visitor, staff: Visitor, charger: Charger, home: str) -> None:
    keys = [
        {"key": "HeartbeatInterval", "readonly": False, "value": "300"},
        {"key": "NumberOfConnectors", "readonly": True, "value": "2"},
        {"key": "AuthorizationKey", "readonly": False, "value": "top secret key 123"},
    ]
    charger.answers["GetConfiguration"] = {"configurationKey": keys}
    page = answered(charger, staff, f"{home}/configuration/read")
    assert "Read-only" in said(page)
    assert "top secret" not in page.text
    assert "hidden" in said(page)
    assert f"{home}/configuration/change?key=HeartbeatInterval" not in page.text
    assert f"{home}/configuration/change?key=HeartbeatInterval" in admin.get(f"{home}/configuration").text
    charger.answers["ChangeConfiguration"] = {"status": "Accepted"}
    charger.answers["GetConfiguration"] = {"configurationKey": [{**keys[0], "value": "60"}]}
    page = answered(charger, admin, f"{home}/configuration/change", 2, key="HeartbeatInterval", value="30")
    assert "Read back it is something else: 60" in said(page)
    charger.answers["ChangeConfiguration"] = {"status": "RebootRequired"}
    page = answered(charger, admin, f"{home}/configuration/change", 2, key="HeartbeatInterval", value="10")
    assert "It is in force after the next restart." in said(page)
    assert "Waits for a restart" in said(page)


def test_messages_are_found_and_shown_in_full(staff: Visitor, charger: Charger, home: str) -> None:
    charger.call("DataTransfer", {"vendorId": EVIL})
    charger.call("NoSuchAction", {})

    def shown() -> httpx.Response | None:
        page = staff.get(f"{home}/messages?action=DataTransfer&direction=in")
        return page if "CALL" in said(page) and 'id="frame-' in page.text else None

    page = until(shown)
    assert "Heartbeat</code>" not in page.text
    address = re.search(rf'hx-get="({home}/messages/[\w-]+)"', page.text)
    assert address
    full = staff.get(address[1])
    assert "&lt;script&gt;" in full.text
    wrong = until(
        lambda: found if "NotImplemented" in said(found := staff.get(f"{home}/messages?attention=1")) else None
    )
    assert "BootNotification</code>" not in wrong.text
    assert 'hx-trigger="every 2s"' in staff.get(f"{home}/messages?follow=1").text
    assert staff.get(f"{home}/messages/no-such").status_code == 404
    export = re.search(r'href="(/api/[^"]+format=ndjson[^"]*)"', wrong.text)
    assert export
    assert "NotImplemented" in staff.get(export[1].replace("&amp;", "&")).text


def test_history_says_why_a_connection_was_refused(server: Server, staff: Visitor, charger: Charger, home: str) -> None:
    assert "No trouble at the door" in said(staff.get(f"{home}/history"))
    with pytest.raises(InvalidStatus):
        plug_in(server, charger.charge_point_id, "a wrong password here")
    page = until(lambda: found if "wrong password" in said(found := staff.get(f"{home}/history")) else None)
    assert "Enter the password once more" in said(page)


def test_what_there_is_not_is_not_found(staff: Visitor) -> None:
    for tab in ("", "/history", "/commands", "/configuration", "/messages"):
        assert staff.get(f"/operator/charge-points/no-such{tab}").status_code == 404
    for form in ("/start", "/commands/Reset"):
        assert staff.send(f"/operator/charge-points/no-such{form}", type="x").status_code == 404
