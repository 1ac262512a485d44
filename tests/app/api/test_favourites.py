"""Favourites: charge points that a driver keeps at hand."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from app.domain.favourites import MOST_PER_ACCOUNT
from tests.app.stories import problem
from tests.app.web.visitors import Visitor, said
from tests.live import Api, Server

FAVOURITES = "/api/me/favourites"


@pytest.fixture
def fan(server: Server) -> Iterator[Api]:
    api = server.sign_up()
    yield api
    api.close()


def new_place(root: Api, **facts: str) -> str:
    return str(root.post("/api/charge_points", id=f"Star-{uuid4().hex[:8]}", **facts).json()["id"])


def star(api: Api, charge_point_id: str) -> httpx.Response:
    return api.http.put(f"{FAVOURITES}/{charge_point_id}")


def starred(api: Api) -> list[str]:
    return [one["id"] for one in api.get(FAVOURITES).json()["items"]]


def test_a_favourite_is_kept_once_shown_as_drivers_see_it_and_let_go(fan: Api, driver: Api, root: Api) -> None:
    here = new_place(root, name="At home")
    for written in (here, here.upper()):
        assert star(fan, written).status_code == 204
    assert fan.get(FAVOURITES).json() == {"items": [fan.get(f"/api/charge_points/{here}").json()], "next": None}
    assert starred(driver) == []
    told = fan.get("/api/me/export").json()
    assert [one["charge_point_id"] for one in told["favourites"]] == [here]
    assert [(one["kind"], one["action"]) for one in told["audit"]] == [("favourite", "created")]

    problem(driver.delete(f"{FAVOURITES}/{here}"), 404, "not_found")
    assert fan.delete(f"{FAVOURITES}/{here.lower()}").status_code == 204
    assert starred(fan) == []
    problem(fan.delete(f"{FAVOURITES}/{here}"), 404, "not_found")


def test_what_a_driver_does_not_see_in_lists_can_be_no_favourite(fan: Api, root: Api) -> None:
    here = new_place(root)
    problem(star(fan, "no-such-place"), 404, "not_found")
    root.patch(f"/api/charge_points/{here}", registration="Rejected")
    problem(star(fan, here), 404, "not_found")
    root.patch(f"/api/charge_points/{here}", registration="Accepted")
    star(fan, here)
    root.patch(f"/api/charge_points/{here}", registration="Pending")
    assert starred(fan) == []


def test_a_charge_point_that_is_removed_is_nobody_s_favourite_even_if_it_comes_back(fan: Api, root: Api) -> None:
    here = new_place(root)
    star(fan, here)
    assert root.delete(f"/api/charge_points/{here}").status_code == 204
    assert starred(fan) == []
    root.post("/api/charge_points", id=here)
    assert starred(fan) == []


def test_there_is_a_most_of_favourites_which_pages_say_in_words(server: Server, fan: Api, root: Api) -> None:
    places = [new_place(root) for _ in range(MOST_PER_ACCOUNT + 1)]
    assert {star(fan, place).status_code for place in places[:-1]} == {204}
    problem(star(fan, places[-1]), 409, "too_many_favourites")
    with Visitor(server) as browser:
        browser.log_in(fan.username)
        # A part of a page is only shown when all went well.
        for headers, status in (({"HX-Request": "true"}, 200), ({}, 409)):
            refused = browser.send(f"/favourites/{places[-1]}", headers, starred="yes")
            assert refused.status_code == status
            assert "You have 50 favourites, which is the most" in said(refused)
    assert star(fan, places[0]).status_code == 204
    root.patch(f"/api/charge_points/{places[0]}", registration="Rejected")
    assert star(fan, places[-1]).status_code == 204, "nobody can take away what he does not see"
    root.patch(f"/api/charge_points/{places[0]}", registration="Accepted")
    problem(star(fan, places[0]), 409, "too_many_favourites")
    first = fan.get(FAVOURITES, limit=30).json()
    second = fan.get(FAVOURITES, limit=30, cursor=first["next"]).json()
    assert sorted(one["id"] for page in (first, second) for one in page["items"]) == sorted(places[1:])
