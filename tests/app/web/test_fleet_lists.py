"""Operators' pages of what is spread over all chargers: reservations, security events, lists of tags, groups."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.app.list_station import ListStation
from tests.app.reservation_stories import reserve
from tests.app.stories import meanwhile, new_charger
from tests.app.web.point_forms import answered
from tests.app.web.visitors import Visitor, said
from tests.live import Api, Charger, Server

RESERVATIONS = "/operator/reservations"
EVENTS = "/operator/security-events"
LISTS = "/operator/tag-lists"
GROUPS = f"{LISTS}/groups"


@pytest.fixture(scope="module")
def charger(server: Server, root: Api) -> Iterator[Charger]:
    charger = new_charger(server, root)
    yield charger
    charger.close()


def table(page: str, caption: str) -> str:
    """Return what is in the last table of that name."""
    return page.rpartition(f'<caption class="unseen">{caption}</caption>')[2].partition("</table>")[0]


def test_a_reservation_is_found_by_charger_user_tag_and_state_and_let_go(
    root: Api, staff: Visitor, charger: Charger, id_tag: str
) -> None:
    number = str(reserve(root, charger, 2, idTag=id_tag)["reservation_id"])
    for asked in (f"at={charger.charge_point_id}", f"who={id_tag}", f"who={id_tag}&state=open"):
        assert id_tag in table(staff.get(f"{RESERVATIONS}?{asked}").text, "Reservations"), asked
    for asked in ("at=nobody-s", "who=nobody-at-all-here", f"who={id_tag}&state=expired"):
        page = said(staff.get(f"{RESERVATIONS}?{asked}"))
        assert "Nothing found" in page, asked
    cancel = f"{RESERVATIONS}/cancel?who={id_tag}"
    assert f'action="{cancel}"' in staff.get(f"{RESERVATIONS}?who={id_tag}").text
    charger.answers["CancelReservation"] = {"status": "Accepted"}
    page = answered(charger, staff, cancel, reservation_id=number)
    assert page.url.query.decode() == f"who={id_tag}"
    assert "Cancelled" in said(page)
    again = staff.send(cancel, reservation_id=number)
    assert (again.status_code, "This reservation has ended already." in said(again)) == (409, True)


def test_security_events_are_told_in_words_the_critical_ones_first(staff: Visitor, charger: Charger) -> None:
    for kind, words in (("TamperDetectionActivated", "<b>lid</b>"), ("InvalidTLSVersion", ""), ("AVendorsOwn", "")):
        charger.call(
            "SecurityEventNotification", {"type": kind, "timestamp": "2030-01-01T12:00:00Z", "techInfo": words}
        )
    page = staff.get(EVENTS)
    assert "<b>lid" not in page.text
    raised = table(page.text, "Critical, within the last 7 days")
    assert "Somebody has tampered with it." in raised
    assert "another version of TLS" not in raised
    assert "another version of TLS" in table(page.text, "Security events")
    critical = table(staff.get(f"{EVENTS}?at={charger.charge_point_id}&critical=1").text, "Security events")
    assert "TamperDetectionActivated" in critical
    assert "AVendorsOwn" not in critical
    assert "AVendorsOwn" in table(staff.get(f"{EVENTS}?kind=AVendorsOwn").text, "Security events")
    assert "Nothing found" in said(staff.get(f"{EVENTS}?at={charger.charge_point_id}&kind=none-such"))


def test_the_overview_leads_from_critical_events_to_those_of_the_charger(staff: Visitor, charger: Charger) -> None:
    charger.call("SecurityEventNotification", {"type": "MemoryExhaustion", "timestamp": "2030-01-01T12:00:00Z"})
    concern = staff.get("/operator").text.partition('id="concern-security"')[2]
    assert f'href="{EVENTS}?at={charger.charge_point_id}"' in concern


def test_a_group_says_what_belongs_in_lists_and_how_far_each_charger_is(
    server: Server, admin: Visitor, staff: Visitor, root: Api, id_tag: str
) -> None:
    station, name = ListStation(new_charger(server, root)), f"House 7/<{uuid4().hex[:6]}>"
    wrong = admin.send(f"{GROUPS}/new", group=name, charge_point_ids="nowhere-1", idTags=id_tag)
    assert (wrong.status_code, "nowhere-1" in said(wrong)) == (422, True)
    made = admin.send(f"{GROUPS}/new", group=name, charge_point_ids=f"{station.id}\n", idTags=id_tag)
    assert made.status_code == 303, made.text
    assert "choose another name" in said(admin.send(f"{GROUPS}/new", group=name, all_accepted="1")).lower()
    address = made.headers["Location"].replace("&done=group_saved", "").replace("?done=group_saved&", "?")
    assert name.replace("<", "&lt;").replace(">", "&gt;") in admin.get(LISTS).text
    station.in_state(root, "in_sync")
    page = admin.get(address)
    assert "Up to date" in table(page.text, "Lists of tags")
    assert "1 tag" in table(page.text, "Lists of tags")
    station.ever["SendLocalList"] = "Failed"
    send = re.search(r'action="([^"]+/groups/one/send[^"]*)"', page.text)
    assert send
    sending = meanwhile(lambda: admin.send(send[1].replace("&amp;", "&"), charge_point_id=station.id, full="true"))
    station.serve_until(sending.done)
    assert sending().status_code == 303, sending().text
    assert "its memory may be full" in table(admin.get(f"{LISTS}?state=failed&at={station.id}").text, "Lists of tags")
    assert "Nothing found" in said(admin.get(f"{LISTS}?state=in_sync&at={station.id}"))
    for visitor in (staff, admin):
        concern = visitor.get("/operator").text.partition('id="concern-local_list"')[2].partition("</article>")[0]
        links = re.findall(r'href="([^"]+)"', concern)
        assert links
        assert {visitor.get(link).status_code for link in links} == {200}
    changed = admin.send(address, idTags="")
    assert changed.status_code == 303, changed.text
    assert "No charger is in this group yet." in said(admin.get(address))
    assert admin.insist(f"{GROUPS}/remove", name=name).status_code == 303
    assert admin.get(address).status_code == 404
    station.charger.close()
