"""An admin brings firmware and follows, without a word to the browser, how a charger takes it."""

from pathlib import Path

from playwright.sync_api import Page, expect

from ocpp_server.simulator.threaded import ThreadedChargePoint


def bring(window: Page, image: Path, sha256: str = "") -> None:
    window.get_by_label("Name").fill("Main board")
    window.get_by_label("Version").fill("9.9")
    window.get_by_label("SHA-256").fill(sha256)
    window.get_by_label("File").set_input_files(image)
    window.get_by_role("button", name="Bring it").click()


def test_firmware_is_brought_and_sent_and_the_page_says_when_the_charger_has_it(
    operator: Page, virtual_charger: ThreadedChargePoint, tmp_path: Path
) -> None:
    charge_point_id = virtual_charger.snapshot()["charge_point_id"]
    image = tmp_path / "board.bin"
    image.write_bytes(b"\x7f" * 300_000)
    operator.goto("/operator")
    operator.get_by_text("More", exact=True).click()
    operator.get_by_role("link", name="Firmware", exact=True).click()
    # A browser calls each answer of 422 an error: in a window that nobody watches.
    with operator.context.new_page() as unwatched:
        unwatched.goto(operator.url)
        bring(unwatched, image, sha256="0" * 64)
        expect(unwatched.get_by_text("damaged on the way")).to_be_visible()
    bring(operator, image)
    expect(operator.get_by_text("The firmware is in the store.")).to_be_visible()

    operator.get_by_role("row").filter(has_text="board.bin").get_by_role("link", name="Send to chargers").first.click()
    operator.get_by_label("Or only these chargers").fill(charge_point_id)
    operator.get_by_role("button", name="Begin", exact=True).click()
    row = operator.get_by_role("row").filter(has_text=charge_point_id)
    expect(row).to_contain_text("Updated", timeout=30_000)
    expect(operator.get_by_text("1 of 1 chargers")).to_be_visible()

    operator.set_viewport_size({"width": 360, "height": 740})
    operator.get_by_role("button", name="ไทย").click()
    campaign = operator.url
    for address in (campaign, "/operator/firmware", "/operator/firmware-campaigns", "/operator/firmware-campaigns/new"):
        operator.goto(address)
        assert operator.evaluate("document.documentElement.scrollWidth") <= 360, address
