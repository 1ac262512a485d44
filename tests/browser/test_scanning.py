"""A driver's whole road: from the label on a charger to the receipt; and labels read by the page itself."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import segno
from playwright.sync_api import Page, expect

from ocpp_server.simulator.threaded import ThreadedChargePoint
from tests.live import Api, until

SAID = """element => {
  const chart = charts.get(element);
  chart.setLegend({ idx: chart.data[0].length - 1 });
  return element.textContent;
}"""
DRAWN = "element => Array.from(charts.get(element)?.data[2] ?? []).at(-1)"


def log_in(window: Page, driver: Api) -> None:
    window.locator("[name=username]").fill(driver.username)
    window.locator("[name=password]").fill("a driver's")
    window.locator("main form button").last.click()


def test_from_the_printed_link_to_a_receipt_with_its_price_by_a_rule_that_ends_it(
    open_window: Callable[..., Page], driver: Api, root: Api, virtual_charger: ThreadedChargePoint
) -> None:
    charge_point_id = virtual_charger.snapshot()["charge_point_id"]
    tariff = root.post("/api/tariffs", name="Day", currency="THB", price_per_kwh=790).json()
    root.patch(f"/api/charge_points/{charge_point_id}", tariff_id=tariff["tariff_id"])
    window = open_window(viewport={"width": 360, "height": 740}, locale="de-DE")
    window.goto(f"/q/{charge_point_id}/1")
    log_in(window, driver)
    window.get_by_role("button", name="ไทย").click()
    expect(window.get_by_text("7.90 THB ต่อ kWh")).to_be_visible()
    expect(window.get_by_text("เสียบสายเข้ากับรถก่อน")).to_be_visible()
    virtual_charger.plug(1)
    expect(window.get_by_role("button", name="เริ่มชาร์จ")).to_be_visible()
    window.get_by_text("ตั้งให้หยุดเอง").click()
    window.locator("[name=energy_kwh]").fill("2")
    assert window.evaluate("document.documentElement.scrollWidth") <= 360
    window.get_by_role("button", name="เริ่มชาร์จ").click()

    virtual_charger.wait_for_transaction()
    expect(window.locator(".until")).to_contain_text("2.0 kWh")
    window.evaluate("window.isTheSame = true")
    virtual_charger.charge(1, 1_500)
    expect(window.locator("#energy")).to_contain_text("1.50")
    expect(window.locator("#paid")).to_have_text("11.85 THB")
    chart = window.locator("[data-meter]")
    until(lambda: chart.evaluate(DRAWN) == 1.5)
    expect(chart.locator("canvas")).to_be_visible()
    # In the page's language, whatever the browser's is.
    said = chart.evaluate(SAID)
    assert "พลังงาน (kWh)1.5" in said
    assert str(datetime.now(UTC).year) in said
    assert window.evaluate("document.documentElement.scrollWidth") <= 360
    virtual_charger.charge(1, 600)
    window.get_by_text("หยุดตามที่ตั้งไว้: ได้พลังงานครบแล้ว").wait_for()
    assert window.evaluate("window.isTheSame")
    assert chart.evaluate(DRAWN) >= 1.5

    window.get_by_role("link", name="ใบเสร็จ").click()
    expect(window.locator("#paid")).to_have_text("16.59 THB")


def test_a_photo_of_a_label_leads_to_its_connector_and_one_of_anything_else_is_said_to_be_none(
    window: Page, driver: Api, virtual_charger: ThreadedChargePoint, tmp_path: Path
) -> None:
    charge_point_id = virtual_charger.snapshot()["charge_point_id"]
    segno.make(f"ocpp://{charge_point_id}?connector=1").save(str(tmp_path / "ours.png"), scale=6)
    (tmp_path / "none.png").write_bytes(b"no picture")
    window.goto("/login?next=/scan")
    log_in(window, driver)
    # Offered as soon as the script that reads it is there.
    expect(window.get_by_text("Take or choose a photo")).to_be_visible()
    photo = window.locator("#photo")
    photo.set_input_files(tmp_path / "none.png")
    expect(window.get_by_text("This file is no picture")).to_be_visible()
    photo.set_input_files(Path(__file__).parents[2] / "app" / "web" / "static" / "icons" / "icon-192.png")
    expect(window.get_by_text("There is no label to be read in this picture")).to_be_visible()
    photo.set_input_files(tmp_path / "ours.png")
    expect(window.get_by_text("Plug the cable into the vehicle first")).to_be_visible()
    assert f"/charge/{charge_point_id}/1?qr=ocpp" in window.url


def test_without_a_camera_there_is_still_the_photo_and_the_number(
    window: Page, driver: Api, virtual_charger: ThreadedChargePoint
) -> None:
    charge_point_id = virtual_charger.snapshot()["charge_point_id"]
    window.goto("/login?next=/scan")
    log_in(window, driver)
    window.get_by_role("button", name="Use the camera").click()
    expect(window.get_by_role("alert")).to_contain_text("This device has no camera")
    expect(window.get_by_text("Take or choose a photo")).to_be_visible()
    window.get_by_label("Or type the number of the charger").fill(charge_point_id)
    window.get_by_role("button", name="Go there").click()
    expect(window.get_by_text("Plug the cable into the vehicle")).to_be_visible()
