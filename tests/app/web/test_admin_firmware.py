"""Operators' pages about firmware: the store, and campaigns followed to their end."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.app.file_stories import IMAGE
from tests.app.stories import new_charger
from tests.app.web.visitors import Visitor, said
from tests.live import Api, Charger, Server, until

FIRMWARE = "/operator/firmware"
CAMPAIGNS = "/operator/firmware-campaigns"


@pytest.fixture(scope="module")
def charger(server: Server, root: Api) -> Iterator[Charger]:
    charger = new_charger(server, root, connectors=0)
    charger.answers["UpdateFirmware"] = {}
    yield charger
    charger.close()


def bring(admin: Visitor, content: bytes = IMAGE, **fields: str) -> httpx.Response:
    """Send an image as the page does, with the token in the header."""
    token = admin.http.cookies["chargebridge_csrf"]
    file = {"file": ("image.bin", content, "application/octet-stream")}
    return admin.http.post(FIRMWARE, files=file, data=fields, headers={"X-CSRF-Token": token})


def firmware_id(root: Api, name: str) -> str:
    return next(str(one["firmware_id"]) for one in root.get("/api/firmware").json()["items"] if one["name"] == name)


def test_an_image_is_brought_with_its_facts_and_deleted(admin: Visitor, root: Api) -> None:
    brought = bring(admin, name="Spring <b>", version="7.1", vendor="Acme")
    assert "done=firmware_added" in brought.headers["HX-Redirect"]
    page = admin.get(FIRMWARE)
    assert "Spring &lt;b&gt;" in page.text
    assert "not signed" in said(page)
    image = firmware_id(root, "Spring <b>")
    assert 'value="Acme"' in admin.get(f"{CAMPAIGNS}/new?firmware_id={image}").text
    assert admin.insist(f"{FIRMWARE}/{image}/remove").status_code == 303
    assert "Spring" not in admin.get(FIRMWARE).text


def test_what_is_wrong_with_an_image_is_said_beside_its_form(admin: Visitor) -> None:
    nameless = bring(admin, version="7.1")
    assert (nameless.status_code, "name : Please fill this in." in said(nameless)) == (422, True)
    assert "This file is empty." in said(bring(admin, b"", name="Nothing", version="1"))
    damaged = said(bring(admin, name="Damaged", version="1", sha256="0" * 64))
    assert "sha256 : That of the file is" in damaged
    assert "Damaged" not in admin.get(FIRMWARE).text


def test_a_campaign_is_begun_and_followed_to_its_end(admin: Visitor, root: Api, charger: Charger) -> None:
    bring(admin, name="Summer", version="8.0", vendor="Another vendor")
    image = firmware_id(root, "Summer")
    for_nobody = admin.send(f"{CAMPAIGNS}/new", firmware_id=image)
    assert "Say a vendor, a model, or the numbers" in said(for_nobody)
    assert "No charger in service" in said(admin.send(f"{CAMPAIGNS}/new", firmware_id=image, vendor="Nobody's"))
    named = f"{charger.charge_point_id.lower()}\r\n"
    past = {"firmware_id": image, "charge_point_ids": named, "deadline": "2020-01-01T00:00"}
    assert "A moment ahead, within a year." in said(admin.send(f"{CAMPAIGNS}/new", **past))

    begun = admin.send(
        f"{CAMPAIGNS}/new", firmware_id=image, charge_point_ids=named, vendor="Another vendor", force="true"
    )
    assert begun.status_code == 303, said(begun)
    charger.serve(1)
    page = begun.headers["Location"]
    assert "every 2s" in admin.get(page).text
    assert "0 of 1 chargers" in said(admin.get(f"{page}/now"))
    for status in ("Downloading", "Downloaded", "Installing", "Installed"):
        charger.call("FirmwareStatusNotification", {"status": status})
    over = until(lambda: now if "every 2s" not in (now := admin.get(f"{page}/now")).text else None)
    assert "1 of 1 chargers" in said(over)
    assert charger.charge_point_id in said(admin.get(f"{page}?state=succeeded"))
    assert charger.charge_point_id not in said(admin.get(f"{page}?state=failed"))
    assert page in admin.get(f"{CAMPAIGNS}?state=completed").text
    assert page not in admin.get(f"{CAMPAIGNS}?state=stopped").text
    assert "This campaign is over already." in said(admin.send(f"{page}/cancel"))


def test_a_campaign_that_waits_is_cancelled(admin: Visitor, root: Api, new_charge_point: Callable[..., Any]) -> None:
    bring(admin, name="Autumn", version="9.0")
    away, _password = new_charge_point()
    begun = admin.send(f"{CAMPAIGNS}/new", firmware_id=firmware_id(root, "Autumn"), charge_point_ids=away)
    page = begun.headers["Location"]
    assert admin.send(f"{page}/cancel").status_code == 303
    assert "Not begun with" in said(admin.get(page))


@pytest.mark.parametrize("path", [FIRMWARE, CAMPAIGNS, f"{CAMPAIGNS}/new"])
def test_staff_have_no_page_about_firmware(staff: Visitor, path: str) -> None:
    assert staff.get(path).status_code == 404
