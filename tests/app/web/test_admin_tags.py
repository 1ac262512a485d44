"""Operators' pages about tags."""

from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import uuid4

import httpx
import pytest

from tests.app.stories import new_charger
from tests.app.web.visitors import Visitor, said
from tests.live import Api, Charger, Server

TAGS = "/operator/tags"


@pytest.fixture(scope="module")
def charger(server: Server, root: Api) -> Iterator[Charger]:
    charger = new_charger(server, root)
    yield charger
    charger.close()


def new_number() -> str:
    return uuid4().hex[:10].upper()


def bring(staff: Visitor, table: str, **fields: str) -> httpx.Response:
    """Send a table as the page does, with the token in the header."""
    token = staff.http.cookies["chargebridge_csrf"]
    file = {"file": ("tags.csv", table.encode(), "text/csv")}
    return staff.http.post(f"{TAGS}/import", files=file, data=fields, headers={"X-CSRF-Token": token})


def test_a_tag_is_added_changed_blocked_and_removed(staff: Visitor, root: Api) -> None:
    # A sign that no path can hold.
    number = f"{new_number()}/?"
    added = staff.send(f"{TAGS}/new", id_tag=number.lower(), label="Gate <b>", expiry_date="2030-01-02T03:04")
    assert added.status_code == 303
    assert "Saved." in said(staff.get(added.headers["Location"]))
    one = f"{TAGS}/one?{urlencode({'id_tag': number})}"
    assert "Gate &lt;b&gt;" in staff.get(f"{TAGS}?{urlencode({'q': number[:6]})}").text

    twice = staff.send(f"{TAGS}/new", id_tag=number)
    assert twice.status_code == 409
    assert "There is this tag already." in said(twice)
    wrong = staff.send(one, parent_id_tag=number)
    assert wrong.status_code == 422
    assert staff.send(one, label="Gate", concurrent_limit="2", status="Accepted").status_code == 303
    page = staff.get(one).text
    assert 'value="2"' in page
    assert "2030-01-02" not in page

    assert staff.send(f"{TAGS}/block", id_tag=number).status_code == 303
    blocked = staff.get(f"{TAGS}?{urlencode({'q': number, 'status': 'Blocked'})}")
    assert "Unblock" in said(blocked)
    assert staff.insist(f"{TAGS}/remove", id_tag=number).status_code == 303
    assert staff.get(one).status_code == 404


def test_an_unknown_tag_is_adopted_by_one_click(staff: Visitor, root: Api, charger: Charger) -> None:
    number, other = new_number(), new_number()
    for each in (number, other):
        assert charger.call("Authorize", {"idTag": each}) == {"idTagInfo": {"status": "Invalid"}}
    page = staff.get(TAGS).text
    assert number in page
    assert other in page
    assert staff.send(f"{TAGS}/ignore", id_tag=other).status_code == 303
    assert other not in staff.get(TAGS).text
    adopted = staff.send(f"{TAGS}/adopt", id_tag=number)
    assert "may charge" in said(staff.get(adopted.headers["Location"]))
    assert root.get(f"/api/id_tags/{number}").json()["status"] == "Accepted"


def test_a_table_is_tried_before_it_is_brought_and_each_wrong_line_is_named(staff: Visitor, root: Api) -> None:
    good = new_number()
    table = f"idTag,label,concurrent_limit\n{good},Blue,1\nno tag at all,Red,1\n"
    tried = bring(staff, table, how="try")
    assert tried.status_code == 200
    assert "Nothing is written yet." in said(tried)
    assert '<td data-label="Line">3</td>' in tried.text
    assert root.get(f"/api/id_tags/{good}").status_code == 404
    refused = bring(staff, table, how="write")
    assert refused.status_code == 422
    assert "line 3, idTag" in said(refused)
    assert "It is done." in said(bring(staff, table, how="write", partial="1"))
    assert root.get(f"/api/id_tags/{good}").json()["label"] == "Blue"
    assert bring(staff, "nonsense").status_code == 422


def test_why_a_tag_may_charge_or_not_is_told_rule_by_rule(staff: Visitor, root: Api, charger: Charger) -> None:
    why, number = f"{TAGS}/why", new_number()
    here = {"at": charger.charge_point_id, "connector": "1", "id_tag": number}
    assert "this does not hold: The tag is known" in said(staff.get(f"{why}?{urlencode(here)}"))
    root.post("/api/id_tags", idTag=number)
    assert "Yes: nothing here keeps it from charging." in said(staff.get(f"{why}?{urlencode(here)}"))
    root.patch(f"/api/id_tags/{number}", status="Blocked")
    assert "this does not hold: The tag is not blocked" in said(staff.get(f"{why}?{urlencode(here)}"))
    assert "this does not hold: The charger is known" in said(staff.get(f"{why}?{urlencode({**here, 'at': '<b>'})}"))
    assert "There cannot be such" in said(staff.get(f"{why}?{urlencode({**here, 'connector': 'x'})}"))
