"""An operator brings a charger in, and sees at once, without a word to the browser, what happens to his chargers."""

from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import Page, WebSocketRoute, expect

from ocpp_server.simulator.threaded import ThreadedChargePoint, running
from tests.app.stories import new_charger
from tests.live import Api, Server, until

HOSTILE = "<script>alert(1)</script>"
# Sooner than anything is read again that nothing is heard of.
AT_ONCE = 3_000


def mark(window: Page) -> Callable[[], bool]:
    """Leave a mark that a page loaded anew does not have; return how to tell whether it is there."""
    window.evaluate("window.isTheSame = true")
    return lambda: bool(window.evaluate("window.isTheSame === true"))


def fault(charge_point: ThreadedChargePoint, error_code: str) -> None:
    charge_point.do(lambda it: it.fault(1, error_code))


def watched(window: Page) -> None:
    """Wait until the window hears what happens."""
    until(lambda: window.evaluate("live.lastEvent !== ''"))


def test_a_charger_is_brought_in_by_what_the_page_says_and_the_page_says_when_it_is_here(
    operator: Page,
) -> None:
    charge_point_id = f"NEW-{uuid4().hex[:8]}"
    operator.get_by_role("link", name="Operate").click()
    operator.get_by_role("link", name="Charge points").click()
    operator.get_by_role("link", name="Add a charger").click()
    operator.get_by_label("Number", exact=True).fill(charge_point_id)
    operator.get_by_label("Place").fill("Yard")
    operator.get_by_role("button", name="Add the charger").click()
    url, user, password = (operator.locator(f"#{name}").inner_text() for name in ("url", "user", "password"))
    assert user == charge_point_id
    expect(operator.get_by_text("Waiting for the charger")).to_be_visible()
    watched(operator)
    is_the_same = mark(operator)
    with running(url, password=password, model=HOSTILE[:16], firmware=HOSTILE) as charge_point:
        charge_point.wait_for_status(1, "Available")
        here = operator.locator("#arrival.here")
        expect(here.get_by_text("It is here")).to_be_visible(timeout=AT_ONCE)
        expect(here).to_contain_text(HOSTILE)
        expect(here).to_contain_text("1 Available")
        assert is_the_same()
        with operator.context.expect_page() as label:
            operator.get_by_role("link", name="Print its label").click()
        expect(label.value.get_by_text(charge_point_id).first).to_be_visible()


def test_a_fault_appears_by_itself_and_what_is_picked_stays_picked(
    operator: Page, virtual_charger: ThreadedChargePoint, root: Api
) -> None:
    charge_point_id = virtual_charger.snapshot()["charge_point_id"]
    assert root.post("/api/charge_points", id=f"1.2|@ {charge_point_id}").status_code == 201
    operator.goto("/operator/charge-points")
    operator.get_by_label("Search").fill(charge_point_id)
    expect(operator.get_by_text("1 to 2 of 2")).to_be_visible()
    watched(operator)
    is_the_same = mark(operator)
    pick = operator.get_by_label(f"Select {charge_point_id}", exact=True)
    pick.check()
    row = operator.get_by_role("row").filter(has=operator.get_by_text(charge_point_id, exact=True))
    expect(row).to_contain_text("1 Available")
    fault(virtual_charger, "GroundFailure")
    expect(row).to_contain_text("1 Out of order", timeout=AT_ONCE)
    expect(pick).to_be_checked()
    assert is_the_same()

    operator.get_by_label("Send to the selected").select_option("Ask for the status")
    operator.get_by_role("button", name="Send").click()
    operator.wait_for_url("**/batches/*")
    outcome = operator.get_by_role("row").filter(has_text=charge_point_id)
    expect(outcome).to_contain_text("Accepted")
    expect(operator.get_by_text("1 of 1 chargers")).to_be_visible()

    operator.get_by_role("link", name="Overview").click()
    expect(operator.locator("#concern-fault")).to_contain_text(charge_point_id)


def test_who_has_lost_the_connection_is_told_and_catches_up(
    operator: Page, virtual_charger: ThreadedChargePoint
) -> None:
    charge_point_id = virtual_charger.snapshot()["charge_point_id"]
    connections: list[WebSocketRoute] = []
    away = False

    def connect(connection: WebSocketRoute) -> None:
        if away:
            connection.close()
        else:
            connection.connect_to_server()
            connections.append(connection)

    operator.route_web_socket("**/live?*", connect)
    operator.goto(f"/operator/charge-points?q={charge_point_id}")
    watched(operator)
    is_the_same = mark(operator)
    away = True
    connections[-1].close()
    lost = operator.get_by_text("Connection lost, catching up")
    expect(lost).to_be_visible()
    fault(virtual_charger, "HighTemperature")
    away = False
    expect(lost).to_be_hidden()
    expect(operator.get_by_role("row").filter(has_text=charge_point_id)).to_contain_text("1 Out of order")
    assert is_the_same()


def test_the_menu_s_further_places_open_and_close_by_the_keyboard(operator: Page) -> None:
    operator.goto("/operator")
    more, place = operator.locator(".more summary"), operator.get_by_role("link", name="Reservations")
    expect(place).to_be_hidden()
    more.press("Enter")
    expect(place).to_be_visible()
    operator.keyboard.press("Tab")
    expect(place).to_be_focused()
    operator.keyboard.press("Escape")
    expect(place).to_be_hidden()
    expect(more).to_be_focused()
    more.click()
    operator.get_by_role("heading", name="Overview").click(position={"x": 1, "y": 1})
    expect(place).to_be_hidden()


def test_no_page_of_operators_is_wider_than_a_phone(
    operator: Page, virtual_charger: ThreadedChargePoint, root: Api
) -> None:
    charge_point_id = virtual_charger.snapshot()["charge_point_id"]
    batch = root.post("/api/commands", charge_point_ids=[charge_point_id], action="ClearCache").json()["batch_id"]
    fault(virtual_charger, "OtherError")
    operator.set_viewport_size({"width": 360, "height": 740})
    operator.get_by_role("button", name="ไทย").click()
    for path in (
        "",
        "/charge-points",
        "/charge-points/new",
        f"/charge-points/{charge_point_id}/plug-in",
        f"/batches/{batch}",
        "/newcomers",
        "/reservations",
        "/security-events",
        "/tag-lists",
        "/tag-lists/groups/new",
    ):
        operator.goto(f"/operator{path}")
        assert operator.evaluate("document.documentElement.scrollWidth") <= 360, path


def test_what_a_charger_tells_in_one_long_word_pushes_nothing_off_a_phone(
    operator: Page, server: Server, root: Api
) -> None:
    charger = new_charger(server, root)
    charger.call("SecurityEventNotification", {"type": "a" * 50, "timestamp": "2030-01-01T12:00:00Z"})
    charger.close()
    operator.set_viewport_size({"width": 360, "height": 740})
    operator.goto(f"/operator/security-events?at={charger.charge_point_id}")
    (cell,) = (one.bounding_box() for one in operator.locator("#events td time").all())
    assert cell is not None
    assert cell["x"] + cell["width"] <= 360
