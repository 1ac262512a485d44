"""A real browser; each test has a window of its own in it, watched for errors and for what it asks of whom."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect, sync_playwright

from ocpp_server.simulator.threaded import ThreadedChargePoint, running
from tests.browser.watch import Watch
from tests.live import Api, Server
from tests.requirements import need

PASSWORD = "long enough"
CHROMIUM = shutil.which("chromium")
# It shall neither ask anybody for anything by itself, nor need what a container does not have.
ALONE = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NO_CAMERA = ["--use-fake-device-for-media-stream=device-count=0"]


@pytest.fixture(scope="module")
def camera() -> list[str]:
    """The arguments that say what camera the module's browser has."""
    return NO_CAMERA


@pytest.fixture(scope="module")
def browser(camera: list[str]) -> Iterator[Browser]:
    """A browser for one module: Playwright keeps an event loop running, beside which the next could run none."""
    need(CHROMIUM is not None, "chromium is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ALONE, *camera])
        yield chromium
        chromium.close()


@pytest.fixture
def open_window(server: Server, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a window like somebody's: `locale`, `timezone_id`, `color_scheme`, `viewport`… as Playwright has them."""
    opened: list[tuple[Page, Watch]] = []

    def open_one(**like: Any) -> Page:
        context = browser.new_context(base_url=server.url, **{"locale": "en-GB", **like})
        page = context.new_page()
        page.set_default_timeout(10_000)
        opened.append((page, Watch(page, server.url)))
        return page

    yield open_one
    for page, watch in opened:
        page.context.close()
        watch.assert_all_was_well()


@pytest.fixture
def window(open_window: Callable[..., Page]) -> Page:
    return open_window()


@pytest.fixture
def virtual_charger(server: Server, root: Api) -> Iterator[ThreadedChargePoint]:
    """A virtual charge point in a car park, one connector, whose car plugs in when somebody has pressed start."""
    added = root.post("/api/charge_points", id=f"WEB-{uuid4().hex[:8]}", name="Level 1", place="Car park").json()
    with running(f"{server.ocpp_url}/{added['id']}", password=added["password"]) as charge_point:
        charge_point.wait_for_status(1, "Available")
        yield charge_point


@pytest.fixture
def admin(root: Api) -> Iterator[str]:
    """The name of an admin."""
    username = f"operator-{uuid4().hex[:8]}"
    assert root.post("/api/users", username=username, password=PASSWORD, role="admin").status_code == 201
    yield username
    root.delete(f"/api/users/{username}")


@pytest.fixture
def operator(admin: str, open_window: Callable[..., Page]) -> Page:
    """His window, logged in, closed before his account is; an alert in it is somebody else's script."""

    def refuse(dialog: Dialog) -> None:
        raise AssertionError(dialog.message)

    window = open_window()
    window.on("dialog", refuse)
    window.goto("/login")
    window.get_by_label("User name").fill(admin)
    window.get_by_label("Password").fill(PASSWORD)
    window.locator("main").get_by_role("button", name="Log in").click()
    expect(window.get_by_role("heading", name="Where do you want to charge?")).to_be_visible()
    return window
