"""A driver charges his car by the pages alone."""

import re
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

from ocpp_server.simulator.threaded import ThreadedChargePoint
from tests.live import until


def sign_up(window: Page) -> str:
    """Create an account from the first page on; return its user name."""
    username = f"browser-{uuid4().hex[:8]}"
    window.goto("/")
    window.get_by_role("link", name="Create an account").click()
    window.get_by_label("User name").fill(username)
    window.get_by_label("Password").fill("long enough")
    window.get_by_role("button", name="Create my account").click()
    expect(window.get_by_role("heading", name="Where do you want to charge?")).to_be_visible()
    return username


def kwh(figure: Locator) -> float:
    return float(re.sub(r"[^\d.]", "", figure.inner_text()))


def test_a_driver_signs_up_finds_a_charger_starts_watches_stops_and_has_a_receipt(
    window: Page, virtual_charger: ThreadedChargePoint
) -> None:
    charge_point_id = virtual_charger.snapshot()["charge_point_id"]
    sign_up(window)
    window.get_by_label("Name, place or number of the charger").fill(charge_point_id[-8:])
    expect(window.locator(".chargers > li")).to_have_count(1)
    window.get_by_role("link", name="Connector 1 Available").click()
    expect(window.get_by_text(charge_point_id)).to_be_visible()

    window.get_by_role("button", name="Start charging").click()
    virtual_charger.wait_for_transaction()
    expect(window.locator("#session .state")).to_have_text(re.compile("Charging"))
    figure = window.locator("#energy")
    assert kwh(figure) == 0
    virtual_charger.charge(1, 1_500)
    expect(figure).to_contain_text("1.50")
    virtual_charger.charge(1, 800)
    expect(figure).to_contain_text("2.30")

    first_page = window.context.new_page()
    first_page.goto("/")
    expect(first_page.get_by_role("link", name="Your session")).to_contain_text("Charging")
    window.get_by_role("button", name="Stop charging").click()
    expect(first_page.get_by_role("link", name="Your session")).to_have_count(0)
    first_page.close()
    window.get_by_role("link", name="Receipt").click()
    expect(window.get_by_role("heading", name="Receipt")).to_be_visible()
    expect(window.locator(".figure")).to_contain_text("2.30 kWh")

    window.get_by_role("link", name="History").click()
    expect(window.locator(".month")).to_contain_text("1 session")
    expect(window.locator(".month .total")).to_contain_text("2.3 kWh")
    chart = window.locator("[data-months]")
    expect(chart).to_contain_text("2.3 kWh · 1 session")
    chart.locator(".u-over").hover(position={"x": 10, "y": 10})
    expect(chart).to_contain_text("0.0 kWh · 0 sessions")
    # The height of a phone's window changes as its bars come and go.
    chart.evaluate("element => charts.get(element).isTheSame = true")
    window.set_viewport_size({"width": 1280, "height": 600})
    window.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    assert chart.evaluate("element => charts.get(element).isTheSame")
    window.set_viewport_size({"width": 360, "height": 600})
    until(lambda: not chart.evaluate("element => charts.get(element).isTheSame"))
    window.get_by_text("By the month, in numbers").click()
    expect(window.locator(".year details tbody tr")).to_have_count(1)


def test_a_connector_that_is_taken_is_shown_as_taken_while_one_looks_at_it(
    window: Page, virtual_charger: ThreadedChargePoint
) -> None:
    sign_up(window)
    window.goto(f"/charge/{virtual_charger.snapshot()['charge_point_id']}/1")
    expect(window.get_by_role("button", name="Start charging")).to_be_visible()
    virtual_charger.plug(1)
    expect(window.locator("#connector .state")).to_have_text(re.compile("Cable plugged in"))
    virtual_charger.offline()
    expect(window.locator("#connector .state")).to_have_text(re.compile("Not connected"))
    expect(window.get_by_role("button", name="Start charging")).to_have_count(0)
    virtual_charger.online()
    expect(window.get_by_role("button", name="Start charging")).to_be_visible()


def test_times_are_the_reader_s_own_and_stay_where_they_are(
    open_window: Callable[..., Page], virtual_charger: ThreadedChargePoint
) -> None:
    zone = "Asia/Bangkok"
    bangkok = open_window(timezone_id=zone)
    sign_up(bangkok)
    bangkok.goto(f"/charge/{virtual_charger.snapshot()['charge_point_id']}/1")
    bangkok.get_by_role("button", name="Start charging").click()
    virtual_charger.wait_for_transaction()
    bangkok.goto("/sessions")
    time = bangkok.locator(".rows time")
    by_server = time.inner_text()
    begun = datetime.fromisoformat(str(time.get_attribute("datetime"))).astimezone(ZoneInfo(zone))
    assert begun.strftime("%-I:%M") in by_server
    bangkok.context.clear_cookies(name="zone")
    bangkok.reload()
    expect(time).to_have_text(by_server)


def test_a_starred_charger_comes_first_and_the_list_of_what_is_free_keeps_itself_right(
    window: Page, virtual_charger: ThreadedChargePoint
) -> None:
    charge_point_id = virtual_charger.snapshot()["charge_point_id"]
    sign_up(window)
    window.evaluate("window.isTheSame = true")
    search = window.get_by_label("Name, place or number of the charger")
    search.fill(charge_point_id)
    star = window.locator(".chargers > li").get_by_role("button", name="Favourite: Level 1")
    expect(star).to_have_count(1)
    star.press("Enter")
    expect(window.get_by_role("heading", name="Your favourites")).to_be_visible()
    expect(star).to_have_attribute("aria-pressed", "true")
    expect(star).to_be_focused()

    window.get_by_label("Available now").check()
    window.wait_for_url(f"**/?q={charge_point_id}&available=yes")
    virtual_charger.do(lambda it: it.fault(1, "GroundFailure"))
    expect(window.get_by_text("Nothing is free right now")).to_be_visible()
    assert window.evaluate("window.isTheSame")
    window.get_by_role("link", name="Show the others as well").click()
    expect(window.locator(".chargers > li")).to_contain_text("Out of order")
    expect(window.get_by_label("Available now")).not_to_be_checked()
