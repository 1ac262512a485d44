"""Whether everybody can use the pages: axe-core looks at each of the main ones, in both colour schemes."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from ocpp_server.simulator.threaded import ThreadedChargePoint
from tests.live import ROOT_PASSWORD, Api
from tests.requirements import need_node

RUN = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
ANYBODYS = ("/", "/login", "/signup")
DRIVERS = ("/", "/charge/{charge_point_id}/1", "/sessions", "/profile")
OPERATORS = (
    "/operator",
    "/operator/charge-points",
    "/operator/charge-points/new",
    "/operator/charge-points/{charge_point_id}",
    "/operator/charge-points/{charge_point_id}/commands",
    "/operator/charge-points/{charge_point_id}/configuration",
    "/operator/charge-points/{charge_point_id}/messages",
    "/operator/reservations",
    "/operator/security-events",
    "/operator/tag-lists",
    "/operator/tag-lists/groups/new",
)


def log_in(page: Page, username: str, password: str) -> None:
    page.goto("/login")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(password)
    page.locator("main").get_by_role("button", name="Log in").click()
    page.wait_for_url("**/")


def violations(page: Page, axe: str) -> list[str]:
    """Return what keeps somebody from using the page, the serious and the critical."""
    page.evaluate(axe)
    found: list[dict[str, Any]] = page.evaluate(RUN)
    return [
        f"{page.url}: {one['help']}: {node['html'][:150]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_nothing_on_the_main_pages_keeps_somebody_from_using_them(
    open_window: Callable[..., Page], driver: Api, virtual_charger: ThreadedChargePoint, colours: str
) -> None:
    axe = (need_node() / "node_modules" / "axe-core" / "axe.min.js").read_text()
    here = {"charge_point_id": virtual_charger.snapshot()["charge_point_id"]}
    found: list[str] = []
    for paths, who in (
        (ANYBODYS, None),
        (DRIVERS, (driver.username, "a driver's")),
        (OPERATORS, ("root", ROOT_PASSWORD)),
    ):
        window = open_window(color_scheme=colours)
        if who is not None:
            log_in(window, *who)
        for path in paths:
            window.goto(path.format(**here))
            found += violations(window, axe)
    assert not found, "\n".join(found)
