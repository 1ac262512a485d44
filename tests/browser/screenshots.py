"""Pictures of the main pages for the READMEs: `make screenshots` writes them into docs/screenshots/."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from ocpp_server.simulator.threaded import ThreadedChargePoint, running
from tests.browser.conftest import ALONE
from tests.live import ROOT_PASSWORD, Api, Server, running_server, until

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PLACES = ("North car park", "North car park", "Riverside", "Riverside", "Town hall", "Town hall")
TARIFF = {"name": "Day", "currency": "THB", "price_per_kwh": 790, "price_per_minute": 0, "default": True}


@dataclass(frozen=True, slots=True)
class Picture:
    """One page as `who` sees it; `{session}` in its path is the driver's running session."""

    name: str
    who: str
    path: str
    device: dict[str, Any]
    locale: str = "en-GB"
    dark: bool = False


PICTURES = (
    Picture("driver-home", "driver", "/", PHONE),
    Picture("driver-home-thai", "malee", "/", PHONE, "th-TH", dark=True),
    Picture("driver-charger-thai", "malee", "/charge/CP002/1", PHONE, "th-TH"),
    Picture("driver-session", "driver", "/sessions/{session}", PHONE),
    Picture("driver-history", "driver", "/sessions", PHONE),
    Picture("operator-overview", "root", "/operator", DESK),
    Picture("operator-charge-points", "root", "/operator/charge-points", DESK, dark=True),
    Picture("operator-charge-point", "root", "/operator/charge-points/CP001", DESK),
    Picture("operator-messages", "root", "/operator/charge-points/CP001/messages", DESK),
    Picture("operator-session", "root", "/operator/sessions/{session}", DESK),
)
PASSWORDS = {"driver": "a driver's", "malee": "a driver's", "root": ROOT_PASSWORD}


def main() -> None:
    """Start a server with a small fleet, let one car charge, and take the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder) / "data", AUTO_PROVISION="on") as server,
        fleet(server, server.root()) as session_id,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ALONE)
        for picture in PICTURES:
            look = {"color_scheme": "dark" if picture.dark else "light", "locale": picture.locale}
            context = chromium.new_context(base_url=server.url, **picture.device, **look)
            page = context.new_page()
            log_in(page, picture.who)
            page.goto(picture.path.format(session=session_id))
            page.wait_for_timeout(400)  # charts and local times are drawn by then; nobody's test depends on it
            page.screenshot(path=FOLDER / f"{picture.name}.png")
            context.close()
        chromium.close()


def log_in(page: Page, who: str) -> None:
    page.goto("/login")
    page.locator("[name=username]").fill(who)
    page.locator("[name=password]").fill(PASSWORDS[who])
    page.locator("form button.wide, form button[type=submit]").last.click()
    page.wait_for_url("**/")


@contextmanager
def fleet(server: Server, root: Api) -> Iterator[str]:
    """Run six virtual chargers and a driver who has charged twice and charges now, and likes one; give his running
    session's id."""
    root.post("/api/tariffs", TARIFF)
    driver = server.anonymous()
    driver.post("/api/signup", username="malee", password=PASSWORDS["malee"], language="th")
    driver.use(driver.post("/api/signup", username="driver", password=PASSWORDS["driver"]).json())
    with ExitStack() as running_ones:
        chargers = []
        for number, place in enumerate(PLACES, 1):
            added = root.post("/api/charge_points", id=f"CP{number:03}", name=f"Charger {number}", place=place).json()
            one = running(f"{server.ocpp_url}/CP{number:03}", password=added["password"], connectors=2)
            chargers.append(running_ones.enter_context(one))
        for _ in range(2):
            session_id = start(driver, chargers[0])
            chargers[0].charge(1, 11_400)
            driver.post("/api/stop_charging", session_id=session_id)
            driver.session_in(session_id, "completed")
        chargers[4].do(lambda it: it.fault(1, "GroundFailure"))
        chargers[5].do(lambda it: it.offline())
        driver.http.put("/api/me/favourites/CP003")
        session_id = start(driver, chargers[0])
        for step in range(20):
            chargers[0].charge(1, 900 + 20 * step)
        yield session_id
    driver.close()
    root.close()


def start(driver: Api, charger: ThreadedChargePoint) -> str:
    """Press start, and return the session's id when the car charges."""
    charger.wait_for_status(1, "Available")
    charge_point_id = charger.snapshot()["charge_point_id"]
    started = until(
        lambda: _accepted(driver.post("/api/start_charging", evse_id=charge_point_id, connector_id=1).json())
    )
    charger.wait_for_transaction()
    return started


def _accepted(answer: dict[str, Any]) -> str | None:
    return str(answer["session_id"]) if answer.get("status") == "Accepted" else None


if __name__ == "__main__":
    main()
