"""The operators' first pages: the overview and the table of charge points."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.app.stories import new_charger
from tests.app.web.visitors import Visitor, said
from tests.live import Api, Charger, Server


@pytest.fixture(scope="module")
def place() -> str:
    """Where nobody else's chargers are."""
    return f"Car park <{uuid4().hex[:6]}>"


@pytest.fixture(scope="module")
def parked(server: Server, root: Api, place: str) -> Iterator[list[Charger]]:
    """Two charge points there, of which one has a fault."""
    chargers = [new_charger(server, root, name=f"Level {number}", place=place) for number in (1, 2)]
    chargers[1].status(1, "Faulted", errorCode="GroundFailure", info="<script>alert(1)</script>")
    yield chargers
    for charger in chargers:
        charger.close()


def test_the_menu_leads_operators_to_their_pages_and_drivers_nowhere(at_home: Visitor, staff: Visitor) -> None:
    assert 'href="/operator"' in staff.get("/").text
    assert 'href="/operator"' not in at_home.get("/").text


def test_the_operators_menu_has_what_the_role_may_see_and_says_where_one_is(staff: Visitor, admin: Visitor) -> None:
    for visitor, missing in ((staff, ["tariffs", "audit", "tag-lists", "settings"]), (admin, ["settings"])):
        menu = visitor.get("/operator/reservations").text.partition('<nav class="operating"')[2].partition("</nav>")[0]
        led_to = re.findall(r'href="/operator/([\w-]+)"', menu)
        assert {"charge-points", "sessions", "tags", "security-events", "quarantine"} < set(led_to)
        assert not set(missing) & set(led_to)
        assert re.findall(r'href="/operator/([\w-]+)" aria-current="page"', menu) == ["reservations"]
        for place in led_to:
            assert visitor.get(f"/operator/{place}").status_code == 200, place


def test_the_overview_says_what_is_broken_and_leads_there(staff: Visitor, parked: list[Charger]) -> None:
    page = staff.get("/operator")
    assert "The ground fault protection has tripped." in said(page)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "<script>alert" not in page.text
    assert f'href="/operator/charge-points/{parked[1].charge_point_id}"' in page.text
    assert "Power now" in said(staff.get("/operator/now"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [0, 1]),
        ({"q": "level 2"}, [1]),
        ({"status": "Faulted"}, [1]),
        ({"online": "yes"}, [0, 1]),
        ({"online": "no"}, []),
        ({"tariff": "default"}, [0, 1]),
        ({"tariff": "none-such"}, []),
        ({"sort": "name"}, [0, 1]),
        ({"sort": "nonsense", "page": "99999999999"}, [0, 1]),
        ({"page": "7", "group": "place"}, [0, 1]),
    ],
)
def test_charge_points_are_found_by_what_they_are(
    staff: Visitor, parked: list[Charger], place: str, query: dict[str, str], found: list[int]
) -> None:
    page = staff.http.get("/operator/charge-points", params={"place": place, **query}).text
    shown = [number for number, charger in enumerate(parked) if f"<code>{charger.charge_point_id}</code>" in page]
    assert shown == found
    assert ("Nothing found" in page) is not bool(found)


def test_a_long_table_comes_in_pages(staff: Visitor, root: Api) -> None:
    place = uuid4().hex
    for number in range(51):
        assert root.post("/api/charge_points", id=f"{place[:8]}-{number:02d}", place=place).status_code == 201
    first = staff.get(f"/operator/charge-points?place={place}")
    assert "1 to 50 of 51" in said(first)
    assert "page=2" in first.text
    last = staff.get(f"/operator/charge-points?place={place}&page=2")
    assert "51 to 51 of 51" in said(last)
    assert f"{place[:8]}-50" in last.text
