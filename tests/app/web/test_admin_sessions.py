"""Operators' pages about sessions, and about what was set aside."""

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.app.charging import ago, meter, new_tag, session_of, set_aside, start, stop, value
from tests.app.stories import new_charger
from tests.app.web.visitors import Visitor, said
from tests.live import Api, Charger, Server

SESSIONS, ASIDE = "/operator/sessions", "/operator/quarantine"


@pytest.fixture(scope="module")
def charger(server: Server, root: Api) -> Iterator[Charger]:
    charger = new_charger(server, root, name="<b>Level 1</b>")
    yield charger
    charger.close()


def listed(staff: Visitor, **asked: str) -> str:
    page = staff.get(f"{SESSIONS}?{urlencode(asked)}")
    assert page.status_code == 200
    return page.text


def test_sessions_are_found_by_charger_tag_and_state_and_the_file_is_of_the_same(
    staff: Visitor, root: Api, charger: Charger
) -> None:
    at, tag = charger.charge_point_id, new_tag(root)
    transaction = start(charger, tag)["transactionId"]
    session_id = session_of(root, transaction)["session_id"]
    assert session_id in listed(staff, at=at, state="open")
    assert session_id in listed(staff, who=tag.lower())
    assert session_id not in listed(staff, at=at, state="ended")
    assert session_id not in listed(staff, at=at, to="2020-01-01T00:00")
    assert "Nothing found" in listed(staff, at=at, who="no such person, <b>")
    # What there is not is left out of account.
    page = listed(staff, at=at, state="nonsense", **{"from": "yesterday"})
    assert session_id in page
    exported = re.search(r'id="export" href="([^"]+)"', listed(staff, at=at, state="open"))
    assert exported
    file = staff.get(exported[1].replace("&amp;", "&")).text
    assert session_id in file
    assert len(file.splitlines()) == 2
    stop(charger, transaction)
    assert session_id in listed(staff, at=at, state="ended")


def test_one_session_says_where_its_energy_comes_from_and_is_drawn_from_the_api(
    staff: Visitor, root: Api, charger: Charger
) -> None:
    transaction = start(charger, new_tag(root), timestamp=ago(minutes=5))["transactionId"]
    meter(charger, transaction, value(2000))
    session_id = session_of(root, transaction)["session_id"]
    page = staff.get(f"{SESSIONS}/{session_id}")
    assert "By the samples that came meanwhile" in said(page)
    assert "&lt;b&gt;Level 1" in page.text
    chart = re.search(r'data-meter="([^"]+)"', page.text)
    assert chart
    assert [one["energy_wh"] for one in staff.get(chart[1]).json()["items"]] == [2000]
    stop(charger, transaction)
    assert "Read off the meter at both ends" in said(staff.get(f"{SESSIONS}/{session_id}"))


def test_a_stop_of_an_unknown_transaction_is_booked_on_its_session_by_hand(
    staff: Visitor, root: Api, charger: Charger
) -> None:
    transaction = start(charger, new_tag(root), connector_id=2, timestamp=ago(minutes=20))["transactionId"]
    session_id = session_of(root, transaction)["session_id"]
    stop(charger, 888_888_888, meterStop=4200)
    (odd,) = set_aside(root, charger)
    assert odd["id"] in staff.get(f"{ASIDE}?at={charger.charge_point_id}").text
    page = staff.get(f"{ASIDE}/{odd['id']}")
    assert "Nobody knows the transaction that it names." in said(page)
    assert 'value="4200"' in page.text
    when = re.search(r'name="stopped_at"[^>]*value="([^"]+)"', page.text)
    assert when
    form = {"session_id": session_id, "stopped_at": when[1]}
    wrong = staff.send(f"{ASIDE}/{odd['id']}/end-session", **form, meter_stop="1")
    assert wrong.status_code == 422
    assert "From 1000 Wh on" in said(wrong)
    ended = staff.send(f"{ASIDE}/{odd['id']}/end-session", **form, meter_stop="4200", note="by phone")
    assert ended.status_code == 303
    assert session_of(root, transaction)["energy_wh"] == 3200
    assert "by phone" in said(staff.get(f"{ASIDE}/{odd['id']}"))
    assert odd["id"] not in staff.get(f"{ASIDE}?at={charger.charge_point_id}").text
    twice = staff.send(f"{ASIDE}/{odd['id']}/dismiss", why="twice")
    assert twice.status_code == 409
    assert "Somebody else has settled this already." in said(twice)


def test_drivers_see_none_of_it(at_home: Visitor) -> None:
    for path in (SESSIONS, ASIDE):
        assert at_home.get(path).status_code == 404
