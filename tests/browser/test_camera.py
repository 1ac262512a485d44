"""Labels held before the camera: the browser has one whose picture is a file."""

from collections.abc import Callable
from pathlib import Path

import pytest
import segno
from playwright.sync_api import Page, expect

from ocpp_server.simulator.threaded import ThreadedChargePoint
from tests.browser.test_scanning import log_in
from tests.live import Api

WIDTH, HEIGHT = 320, 240
PAPER, INK, WALL, GREY = 235, 16, 120, 128
USE = "Use the camera"


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the camera sees; it is read when the camera is turned on."""
    return tmp_path_factory.mktemp("camera") / "picture.y4m"


@pytest.fixture(scope="module")
def camera(picture: Path) -> list[str]:
    return ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={picture}"]


def show(picture: Path, text: str | None) -> None:
    """Let the camera see a label in the middle of a wall, or the wall alone."""
    brightness = bytearray([WALL] * (WIDTH * HEIGHT))
    rows = [] if text is None else [bytes(row) for row in segno.make(text).matrix_iter(scale=4, border=4)]
    for number, row in enumerate(rows, (HEIGHT - len(rows)) // 2):
        begin = number * WIDTH + (WIDTH - len(row)) // 2
        brightness[begin : begin + len(row)] = [INK if dark else PAPER for dark in row]
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\nFRAME\n".encode()
    picture.write_bytes(head + brightness + bytes([GREY] * (WIDTH * HEIGHT // 2)))


def test_a_label_before_the_camera_leads_to_its_connector_and_starts_nothing(
    open_window: Callable[..., Page], driver: Api, root: Api, virtual_charger: ThreadedChargePoint, picture: Path
) -> None:
    charge_point_id = virtual_charger.snapshot()["charge_point_id"]
    # As it is printed: the link, signed.
    label = root.get(f"/api/charge_points/{charge_point_id}/connectors/1/qr").json()["link"]
    show(picture, label)
    window = open_window(permissions=["camera"], viewport={"width": 360, "height": 740})
    window.goto("/login?next=/scan")
    log_in(window, driver)
    window.get_by_role("button", name=USE).click()
    expect(window.get_by_text("Plug the cable into the vehicle first")).to_be_visible()
    assert f"/charge/{charge_point_id}/1?qr=" in window.url
    assert driver.get("/api/sessions").json()["items"] == []


def test_the_camera_is_let_go_when_somebody_turns_it_off_or_looks_at_something_else(
    open_window: Callable[..., Page], driver: Api, picture: Path
) -> None:
    show(picture, None)
    window = open_window(permissions=["camera"])
    window.goto("/login?next=/scan")
    log_in(window, driver)
    for leave in (
        lambda: window.get_by_role("button", name="Turn the camera off").click(),
        lambda: window.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))"),
    ):
        window.get_by_role("button", name=USE).click()
        expect(window.locator("video")).to_be_visible()
        stream = window.evaluate_handle("document.querySelector('video').srcObject")
        leave()
        expect(window.locator("video")).to_be_hidden()
        assert stream.evaluate("stream => stream.getTracks().map(track => track.readyState)") == ["ended"]


def test_who_refuses_the_camera_is_told_what_to_do_in_his_language_and_may_ask_again(window: Page, driver: Api) -> None:
    window.goto("/login?next=/scan")
    log_in(window, driver)
    window.get_by_role("button", name=USE).click()
    expect(window.get_by_role("alert")).to_contain_text("Allow it in the settings of your browser, or take a photo")
    expect(window.get_by_role("button", name=USE)).to_be_enabled()
    window.get_by_role("button", name="ไทย").click()
    window.get_by_role("button", name="ใช้กล้อง").click()
    expect(window.get_by_role("alert")).to_contain_text("กรุณาอนุญาตในการตั้งค่าเบราว์เซอร์ หรือใช้รูปถ่ายแทน")
