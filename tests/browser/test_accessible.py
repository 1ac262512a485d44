"""Whether everybody can use the pages: axe-core looks at every one, on a desk by day and on a phone at night."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from app.domain.roles import Role
from tests.app.every_route import PAGES, Route
from tests.browser.every_page import EVERY_PAGE, INSTEAD, NO_PAGES, OTHERS, QUERIES, looks_at
from tests.browser.populated import populated
from tests.browser.watch import Watch
from tests.live import ROOT_PASSWORD, Api, Server
from tests.requirements import need_node

ALL = "{resultTypes: ['violations'], preload: false}"
# What depends on colours and sizes; the rest is the same whichever they are.
OF_LOOKS = """{resultTypes: ['violations'], preload: false, runOnly: {type: 'rule', values:
    ['color-contrast', 'label', 'link-in-text-block', 'link-name', 'button-name', 'scrollable-region-focusable']}}"""
DESK, PHONE = (1280, 800), (360, 740)

Windows = Mapping[Role | None, tuple[Page, Watch]]


@pytest.fixture(scope="module")
def things(server: Server, root: Api) -> Iterator[dict[str, Any]]:
    driver = server.sign_up()
    with populated(server, root, driver) as there:
        yield {**there, "driver": driver}
    driver.close()


@pytest.fixture(scope="module")
def windows(server: Server, browser: Browser, things: dict[str, Any]) -> Iterator[Windows]:
    """A window of somebody without a login, one of the driver's and one of root's, with axe-core in them."""
    axe = need_node() / "node_modules" / "axe-core" / "axe.min.js"
    opened: dict[Role | None, tuple[Page, Watch]] = {}
    for role, username, password in (
        (None, "", ""),
        (Role.USER, things["username"], "a driver's"),
        (Role.ROOT, "root", ROOT_PASSWORD),
    ):
        window = browser.new_context(base_url=server.url, locale="en-GB").new_page()
        opened[role] = window, Watch(window, server.url)
        if username:
            log_in(window, username, password)
        window.add_init_script(path=axe)
    yield opened
    for window, _watch in opened.values():
        window.context.close()


@pytest.fixture
def thai_phones(
    server: Server, root: Api, browser: Browser, things: dict[str, Any]
) -> Iterator[Mapping[Role | None, Page]]:
    """Phones of people who read Thai; without scripts, for time: what they draw is as wide in any language."""
    another_root = {"username": f"thai-{things['token']}", "password": "long enough", "role": "root", "language": "th"}
    assert root.post("/api/users", another_root).status_code == 201
    things["driver"].patch("/api/me", language="th")
    phones: dict[Role | None, Page] = {}
    for role, username, password in (
        (None, "", ""),
        (Role.USER, things["username"], "a driver's"),
        (Role.ROOT, another_root["username"], another_root["password"]),
    ):
        size: ViewportSize = {"width": PHONE[0], "height": PHONE[1]}
        phone = browser.new_context(base_url=server.url, locale="th-TH", viewport=size, java_script_enabled=False)
        phones[role] = phone.new_page()
        if username:
            log_in(phones[role], username, password)
    yield phones
    things["driver"].patch("/api/me", language="en")
    for page in phones.values():
        page.context.close()


def log_in(page: Page, username: str, password: str) -> None:
    page.goto("/login")
    page.locator("main [name=username]").fill(username)
    page.locator("main [name=password]").fill(password)
    page.locator("main form button.primary").click()
    page.wait_for_url("**/")


def test_what_is_said_of_addresses_is_said_of_ones_that_there_are() -> None:
    assert {*NO_PAGES, *QUERIES, *OTHERS, *INSTEAD} <= {route.rule for route in PAGES}


@pytest.mark.parametrize("route", EVERY_PAGE, ids=str)
def test_nothing_on_a_page_keeps_somebody_from_using_it(windows: Windows, things: dict[str, Any], route: Route) -> None:
    found: list[str] = []
    for look in looks_at(route, things):
        window, watch = windows[look.role]
        answer = window.goto(look.path)
        assert answer is not None
        assert answer.status == 200, look.path
        for (width, height), scheme, rules in ((DESK, "light", ALL), (PHONE, "dark", OF_LOOKS)):
            window.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            window.set_viewport_size({"width": width, "height": height})
            found += [f"{look.path}, {scheme}, {width} px: {one}" for one in faults(window, rules)]
        watch.assert_all_was_well()
    assert not found, "\n".join(found)


def test_no_page_is_wider_than_a_phone_in_thai(thai_phones: Mapping[Role | None, Page], things: dict[str, Any]) -> None:
    found: list[str] = []
    for look in (look for route in EVERY_PAGE for look in looks_at(route, things)):
        page = thai_phones[look.role]
        page.goto(look.path)
        assert page.evaluate("document.documentElement.lang") == "th", look.path
        found += [f"{look.path}: {one}" for one in too_wide(page)]
    assert not found, "\n".join(found)


def too_wide(page: Page) -> Iterator[str]:
    """Yield how wide a page is where that is more than its window."""
    wide, there = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    if wide > there:
        yield f"it is {wide} px wide"


def faults(page: Page, rules: str) -> Iterator[str]:
    """Yield the serious and the critical of what keeps somebody from using a page, and whether it is too wide."""
    yield from too_wide(page)
    for one in page.evaluate(f"async () => (await axe.run(document, {rules})).violations"):
        if one["impact"] in ("serious", "critical"):
            yield from (f"{one['help']}: {node['html'][:150]}" for node in one["nodes"])
