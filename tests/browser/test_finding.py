"""A driver looks for a charger while the list reads itself anew: what he asks for is answered last."""

import pytest
from playwright.sync_api import Page, Route, expect

from ocpp_server.simulator.threaded import ThreadedChargePoint
from tests.browser.test_charging import sign_up
from tests.live import Api


@pytest.fixture
def overtaken(window: Page, root: Api) -> Page:
    """A driver's first page, whose list is being read anew: that is answered right before the next thing he asks."""
    root.post("/api/charge_points", id="Beside", name="Beside it")
    held: list[Route] = []
    asked = False

    def answer(route: Route) -> None:
        nonlocal asked
        if route.request.headers.get("hx-trigger") == "charge-points" and not asked:
            held.append(route)
            return
        asked = True
        while held:
            by_itself = held.pop()
            by_itself.fulfill(response=by_itself.fetch())
        route.continue_()

    window.route("**/charge-points?*", answer)
    window.route("**/favourites/**", answer)
    # It reads itself anew as soon as it hears what happens from now on.
    with window.expect_request("**/charge-points?*"):
        sign_up(window)
    return window


def test_what_is_searched_for_is_shown(virtual_charger: ThreadedChargePoint, overtaken: Page) -> None:
    search = overtaken.get_by_label("Name, place or number of the charger")
    search.fill(virtual_charger.snapshot()["charge_point_id"])
    expect(overtaken.locator(".chargers > li")).to_have_count(1)


def test_a_star_that_is_put_on_is_shown(overtaken: Page) -> None:
    overtaken.locator(".chargers > li").first.get_by_role("button", name="Favourite").click()
    expect(overtaken.get_by_role("heading", name="Your favourites")).to_be_visible()
