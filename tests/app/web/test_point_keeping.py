"""What is kept for a charge point: firmware and files, reservations, its list of tags, certificates, labels."""

import re
from collections.abc import Iterator

import pytest

from tests.app.stories import new_charger
from tests.app.web.point_forms import answered
from tests.app.web.visitors import Visitor, said
from tests.live import Api, Charger, Server

HASH = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "ab" * 32,
    "issuerKeyHash": "cd" * 32,
    "serialNumber": "<script>alert(1)</script>",
}


@pytest.fixture(scope="module")
def charger(server: Server, root: Api) -> Iterator[Charger]:
    charger = new_charger(server, root)
    yield charger
    charger.close()


@pytest.fixture
def home(charger: Charger) -> str:
    return f"/operator/charge-points/{charger.charge_point_id}"


def test_diagnostics_are_asked_for_brought_and_downloaded(admin: Visitor, charger: Charger, home: str) -> None:
    charger.answers["GetDiagnostics"] = {"fileName": "diagnostics.txt"}
    page = answered(charger, admin, f"{home}/files/ask", kind="Diagnostics", start_time="2030-01-01T00:00")
    assert "Accepted" in said(page)
    asked = charger.called[-1][1]
    assert asked["startTime"] == "2030-01-01T00:00:00.000Z"
    admin.http.put(re.sub(r"^https?://[^/]+", "", asked["location"]), content=b"what was wrong")
    address = re.search(r'href="(/api/diagnostics/\w+/content)"', admin.get(f"{home}/files/now").text)
    assert address
    assert admin.get(address[1]).content == b"what was wrong"


def test_firmware_of_the_store_is_ordered_and_followed(admin: Visitor, root: Api, charger: Charger, home: str) -> None:
    facts = {"name": "Box", "version": "2.0", "vendor": "Somebody else", "file_name": "box.bin"}
    made = root.http.post(
        "/api/firmware", params=facts, content=b"firmware", headers={"Content-Type": "application/octet-stream"}
    )
    assert made.status_code == 201, made.text
    firmware_id = made.json()["firmware_id"]
    page = admin.send(f"{home}/files/update", firmware_id=firmware_id)
    assert "for another vendor or model" in said(page)
    charger.answers["UpdateFirmware"] = {}
    page = answered(charger, admin, f"{home}/files/update", firmware_id=firmware_id, force="true")
    charger.call("FirmwareStatusNotification", {"status": "Downloading"})
    assert "Being downloaded" in said(admin.get(f"{home}/files/now"))


def test_a_connector_is_reserved_and_let_go(staff: Visitor, charger: Charger, home: str, id_tag: str) -> None:
    charger.answers["ReserveNow"] = {"status": "Accepted"}
    page = answered(charger, staff, f"{home}/reservations", connector_id="1", id_tag=id_tag, minutes="30")
    assert "Reserved" in said(page)
    cancel = re.search(rf'action="({home}/reservations/\d+/cancel)"', page.text)
    assert cancel
    assert staff.send(f"{home}/reservations/{2**63}/cancel").status_code == 404
    charger.answers["CancelReservation"] = {"status": "Accepted"}
    assert "Cancelled" in said(answered(charger, staff, cancel[1]))


def test_what_belongs_in_the_list_of_tags_is_said_and_sent(
    server: Server, root: Api, admin: Visitor, id_tag: str
) -> None:
    # One of its own: it is sent its list by itself, whatever else it is asked meanwhile.
    charger = new_charger(server, root)
    home = f"/operator/charge-points/{charger.charge_point_id}"
    assert "Say first what belongs" in said(admin.send(f"{home}/tag-list/sync"))
    wrong = admin.send(f"{home}/tag-list", idTags="not-known-here")
    assert wrong.status_code == 422
    assert "not-known-here" in wrong.text
    assert admin.send(f"{home}/tag-list", idTags=f"{id_tag}\n").status_code == 303
    assert id_tag in said(admin.get(f"{home}/tag-list"))
    assert admin.insist(f"{home}/tag-list/drop").status_code == 303
    assert id_tag not in said(admin.get(f"{home}/tag-list"))
    charger.close()


def test_root_certificates_are_read_and_a_bad_one_is_refused_with_its_fault(
    admin: Visitor, charger: Charger, home: str
) -> None:
    kind = "CentralSystemRootCertificate"
    charger.answers["GetInstalledCertificateIds"] = {"status": "Accepted", "certificateHashData": [HASH]}
    page = answered(charger, admin, f"{home}/certificates/read", certificate_type=kind)
    assert "&lt;script&gt;" in page.text
    assert HASH["serialNumber"] not in page.text
    bad = admin.send(f"{home}/certificates/install", certificate_type=kind, certificate="nonsense")
    assert bad.status_code == 422
    assert 'aria-invalid="true"' in bad.text
    last = re.search(r'name="root_certificate_id" value="(\w+)"', page.text)
    assert last
    kept = admin.insist(f"{home}/certificates/delete", root_certificate_id=last[1])
    assert "Even if it is the last one" in said(kept)


def test_labels_are_shown_and_refused_from_now_on(admin: Visitor, staff: Visitor, home: str) -> None:
    page = staff.get(f"{home}/labels")
    image = re.search(r'<img class="code" src="([^"]+)"', page.text)
    assert image
    assert staff.get(image[1]).headers["Content-Type"].startswith("image/svg+xml")
    sheet = re.search(r'href="(/api/charge_points/labels\?[^"]+)"', page.text)
    assert sheet
    assert staff.get(sheet[1]).status_code == 200
    assert "Refuse those" not in said(page)
    before = re.findall(r"Version \d+", said(page))
    answer = admin.insist(f"{home}/labels/1/revoke")
    after = said(admin.get(answer.headers["Location"]))
    assert "Print the new one." in after
    assert re.findall(r"Version \d+", after)[1] == before[1]
    assert re.findall(r"Version \d+", after)[0] != before[0]
