"""Firmware over HTTP and OCPP: images are uploaded, fetched by links of their own, and how it went is kept."""

import hashlib
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import plain_http
from tests.app.file_stories import IMAGE, add_image, order_update, path_of, updates_of
from tests.app.stories import meanwhile, new_charger, problem
from tests.live import Api, Charger, Server, until

FORM = {"Content-Type": "multipart/form-data; boundary=x"}
SHA256 = hashlib.sha256(IMAGE).hexdigest()


@pytest.fixture(scope="module")
def image(root: Api) -> dict[str, Any]:
    return add_image(root, file_name="../boot loader.bin")


def tell(charger: Charger, *statuses: str) -> None:
    for status in statuses:
        assert charger.call("FirmwareStatusNotification", {"status": status}) == {}


def test_an_image_is_kept_with_its_size_and_hash_until_it_is_deleted(root: Api) -> None:
    image = add_image(root, vendor="Test", model="One", sha256=SHA256.upper())
    assert (image["size"], image["sha256"]) == (len(IMAGE), SHA256)
    assert root.get(f"/api/firmware/{image['firmware_id']}").json() == image
    assert image in root.get("/api/firmware").json()["items"]
    assert image.items() >= {"name": "Main board", "version": "2.0", "vendor": "Test", "model": "One"}.items()

    assert root.delete(f"/api/firmware/{image['firmware_id']}").status_code == 204
    problem(root.get(f"/api/firmware/{image['firmware_id']}"), 404, "not_found")
    problem(root.delete(f"/api/firmware/{image['firmware_id']}"), 404, "not_found")


def test_a_form_brings_the_same_image_whatever_the_order_of_its_parts(root: Api) -> None:
    fields: list[tuple[str, Any]] = [("name", (None, "Main board")), ("version", (None, "2.1"))]
    file = ("file", ("boot.bin", IMAGE))
    for parts in ([*fields, file], [file, *fields]):
        answer = root.http.post("/api/firmware", files=parts)
        assert answer.status_code == 201, answer.text
        assert answer.json().items() >= {"sha256": SHA256, "file_name": "boot.bin", "version": "2.1"}.items()


@pytest.mark.parametrize(
    ("query", "request_", "field"),
    [
        ({"name": "x"}, {"content": b"1"}, "version"),
        ({"name": "x", "version": "1", "colour": "red"}, {"content": b"1"}, "colour"),
        ({"name": "x", "version": "1", "sha256": "0" * 64}, {"content": b"1"}, "sha256"),
        ({"name": "x", "version": "1", "sha256": "short"}, {"content": b"1"}, "sha256"),
        ({"name": "x", "version": "1"}, {"content": b""}, "file"),
        ({"name": "x", "version": "1", "signature": "c2lnbmVk"}, {"content": b"1"}, "signing_certificate"),
        ({}, {"files": [("file", ("a", b"1"))]}, "name"),
        ({"name": "x", "version": "1"}, {"files": [("other", (None, "1"))]}, "file"),
        ({"name": "x", "version": "1"}, {"files": [("file", ("a", b"1")), ("file", ("b", b"2"))]}, "file"),
        ({"name": "x"}, {"files": [("version", (None, "9" * 20_000)), ("file", ("a", b"1"))]}, "version"),
        ({}, {"content": b"no form", "headers": FORM}, "body"),
        (
            {},
            {"content": b"--x\r\nA: b\r\n\r\n1", "headers": FORM},
            "body",
        ),
        ({}, {"content": b"no form", "headers": {"Content-Type": "multipart/form-data"}}, "body"),
    ],
)
def test_what_is_no_image_is_refused_with_the_field_and_not_kept(
    root: Api, query: dict[str, str], request_: dict[str, Any], field: str
) -> None:
    before = root.get("/api/firmware").json()["items"]
    refused = problem(root.http.post("/api/firmware", params=query, **request_), 422, "bad_input")
    assert field in {error["field"] for error in refused["errors"]}
    assert root.get("/api/firmware").json()["items"] == before


def test_firmware_is_for_admins(server: Server, driver: Api, root: Api, charger: Charger) -> None:
    update = f"/api/charge_points/{charger.charge_point_id}/firmware_updates"
    anonymous = server.anonymous()
    for api, status, code in ((driver, 403, "forbidden"), (anonymous, 401, "not_authenticated")):
        problem(api.http.post("/api/firmware", params={"name": "x", "version": "1"}, content=b"1"), status, code)
        problem(api.post(update, firmware_id="x"), status, code)
        for path in ("/api/firmware", "/api/firmware/x", "/api/firmware_updates"):
            problem(api.get(path), status, code)
    anonymous.close()
    problem(root.post(update, firmware_id="x"), 404, "not_found")
    problem(root.post("/api/charge_points/nobody/firmware_updates", firmware_id="x"), 404, "not_found")


def test_a_charge_point_fetches_its_update_and_every_step_of_it_is_kept(
    root: Api, charger: Charger, image: dict[str, Any]
) -> None:
    answer, link = order_update(
        root, charger, image["firmware_id"], retries=2, retry_interval=30, retrieve_date="2030-01-01T00:00:00Z"
    )
    assert answer.status_code == 201, answer.text
    assert (
        answer.json().items() >= {"status": "Accepted", "version": "2.0", "size": len(IMAGE), "bytes_sent": 0}.items()
    )
    _action, sent = charger.called[-1]
    assert sent == {"location": link, "retrieveDate": "2030-01-01T00:00:00.000Z", "retries": 2, "retryInterval": 30}
    assert link.endswith("/boot_loader.bin")

    tell(charger, "Downloading")
    assert hashlib.sha256(plain_http.get(link).content).hexdigest() == SHA256
    tell(charger, "Downloaded", "Installing")
    charger.boot()
    charger.status(0, "Available")
    tell(charger, "Installed", "Idle")
    until(lambda: updates_of(root, charger)[0]["bytes_sent"] == len(IMAGE))
    (update,) = updates_of(root, charger)
    assert update["status"] == "Installed"
    told = ["Downloading", "Downloaded", "Installing", "Installed"]
    assert [step["status"] for step in update["history"]] == told
    assert sorted(step["at"] for step in update["history"]) == [step["at"] for step in update["history"]]
    assert update["status_at"] == update["history"][-1]["at"]
    assert root.get(f"/api/charge_points/{charger.charge_point_id}").json()["firmware_status"] == "Idle"


@pytest.mark.parametrize(
    "told", [("Downloading", "DownloadFailed"), ("Downloading", "Downloaded", "Installing", "InstallationFailed")]
)
def test_a_failed_update_says_where_it_failed_and_the_next_one_begins_anew(
    root: Api, charger: Charger, image: dict[str, Any], told: tuple[str, ...]
) -> None:
    order_update(root, charger, image["firmware_id"])
    tell(charger, *told)
    assert [update["status"] for update in updates_of(root, charger)] == [told[-1]]
    order_update(root, charger, image["firmware_id"])
    tell(charger, "Downloading")
    assert [update["status"] for update in updates_of(root, charger)] == ["Downloading", told[-1]]


def test_a_status_without_an_update_of_ours_is_answered(root: Api, charger: Charger) -> None:
    tell(charger, "Idle", "Downloading", "VendorsOwn")
    assert updates_of(root, charger) == []


def test_a_download_can_go_on_where_it_broke_off(root: Api, charger: Charger, image: dict[str, Any]) -> None:
    _answer, link = order_update(root, charger, image["firmware_id"])
    head = plain_http.head(link)
    assert (head.status_code, head.content, head.headers["Content-Length"]) == (200, b"", str(len(IMAGE)))
    assert head.headers["Accept-Ranges"] == "bytes"

    first = plain_http.get(link, headers={"Range": "bytes=0-299999"})
    assert (first.status_code, first.headers["Content-Range"]) == (206, f"bytes 0-299999/{len(IMAGE)}")
    again = {"Range": "bytes=300000-", "If-Range": first.headers["ETag"]}
    rest = plain_http.get(link, headers=again)
    assert rest.status_code == 206
    assert first.content + rest.content == IMAGE
    assert plain_http.get(link, headers={"Range": "bytes=-10"}).content == IMAGE[-10:]
    assert plain_http.get(link, headers={"Range": "bytes=5-20"}).content == IMAGE[5:21]
    assert plain_http.get(link, headers={**again, "If-Range": '"another"'}).content == IMAGE
    beyond = plain_http.get(link, headers={"Range": f"bytes={len(IMAGE)}-"})
    assert beyond.headers["Content-Range"] == f"bytes */{len(IMAGE)}"
    problem(beyond, 416, "requested_range_not_satisfiable")
    until(lambda: updates_of(root, charger)[0]["bytes_sent"] == len(IMAGE))


def test_a_file_is_never_shown_by_a_browser(root: Api, charger: Charger, image: dict[str, Any]) -> None:
    _answer, link = order_update(root, charger, image["firmware_id"])
    headers = plain_http.get(link).headers
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"] == "attachment; filename=boot_loader.bin"
    assert (headers["X-Content-Type-Options"], headers["Cache-Control"]) == ("nosniff", "no-store")


def test_a_link_is_for_one_update_and_not_to_be_guessed(root: Api, charger: Charger, image: dict[str, Any]) -> None:
    _answer, link = order_update(root, charger, image["firmware_id"])
    _answer, other = order_update(root, charger, image["firmware_id"])
    token = path_of(link).split("/")[3]
    assert token not in other
    assert len(token) * 4 >= 128
    for guess in (secrets.token_hex(20), token[:-1], token + "0", "", "..", "%00", token.upper()):
        assert plain_http.get(link.replace(token, guess)).status_code == 404
    assert plain_http.put(link).status_code == 405
    assert plain_http.get(link.replace("/firmware/", "/diagnostics/")).status_code == 405
    assert plain_http.put(link.replace("/firmware/", "/diagnostics/"), content=b"mine").status_code == 404
    # The name is for the charge point's own use.
    assert plain_http.get(link.rpartition("/")[0] + "/any.bin").content == IMAGE


def test_a_link_is_written_down_nowhere(server: Server, root: Api, charger: Charger, image: dict[str, Any]) -> None:
    answer, link = order_update(root, charger, image["firmware_id"])
    plain_http.get(link)
    token = path_of(link).split("/")[3]
    command = root.get(f"/api/commands/{answer.json()['command_id']}")
    assert command.json()["payload"]["location"] == f"{server.url}/files/firmware/***"
    assert token not in command.text + answer.text + root.get("/api/firmware_updates").text
    assert "/files/firmware/***" in server.log.read_text()
    assert token not in server.log.read_text()


def test_a_deleted_image_cannot_be_fetched_any_more(root: Api, charger: Charger) -> None:
    image = add_image(root, b"short")
    _answer, link = order_update(root, charger, image["firmware_id"])
    root.delete(f"/api/firmware/{image['firmware_id']}")
    problem(plain_http.get(link), 404, "not_found")
    assert updates_of(root, charger)[0]["firmware_id"] == image["firmware_id"]


def test_a_charge_point_that_takes_only_signed_firmware_ends_the_update(
    root: Api, charger: Charger, image: dict[str, Any]
) -> None:
    charger.answers["UpdateFirmware"] = ["NotSupported", "secure firmware only", {}]
    answer, link = order_update(root, charger, image["firmware_id"])
    refused = problem(answer, 502, "call_error")
    assert refused["ocpp_error"] == "NotSupported"
    (update,) = updates_of(root, charger)
    assert (update["status"], update["reason"]) == ("Failed", "unsigned_not_supported")
    assert "signed" in update["hint"]
    assert update["hint"] == refused["hint"]
    assert update["firmware_update_id"] == refused["firmware_update_id"]
    assert plain_http.get(link).status_code == 404
    tell(charger, "Downloading")
    assert updates_of(root, charger)[0]["status"] == "Failed"


def test_an_update_of_an_offline_charge_point_has_failed(root: Api, charger: Charger, image: dict[str, Any]) -> None:
    charger.close()
    update = f"/api/charge_points/{charger.charge_point_id}/firmware_updates"
    until(lambda: not root.get(f"/api/charge_points/{charger.charge_point_id}").json()["online"])
    problem(root.post(update, firmware_id=image["firmware_id"]), 409, "charge_point_offline")
    assert [(u["status"], u["reason"]) for u in updates_of(root, charger)] == [("Failed", "charge_point_offline")]


@pytest.fixture
def mute(impatient_server: Server, impatient_root: Api) -> Iterator[Charger]:
    charger = new_charger(impatient_server, impatient_root)
    yield charger
    charger.close()


def test_a_charge_point_that_does_not_answer_may_come_for_the_file_all_the_same(
    impatient_root: Api, mute: Charger
) -> None:
    mute.answers["UpdateFirmware"] = None
    image = add_image(impatient_root, b"short")
    answer, link = order_update(impatient_root, mute, image["firmware_id"])
    problem(answer, 504, "charge_point_timeout")
    assert [(u["status"], u["reason"]) for u in updates_of(impatient_root, mute)] == [
        ("Requested", "charge_point_timeout")
    ]
    assert plain_http.get(link).content == b"short"
    tell(mute, "Downloaded")
    assert [u["status"] for u in updates_of(impatient_root, mute)] == ["Downloaded"]


@pytest.mark.parametrize("facts", [{"vendor": "Other"}, {"vendor": "test", "model": "Other"}])
def test_an_image_for_another_charge_point_is_sent_only_by_force(
    root: Api, charger: Charger, facts: dict[str, str]
) -> None:
    image = add_image(root, b"short", **facts)
    update = f"/api/charge_points/{charger.charge_point_id}/firmware_updates"
    problem(root.post(update, firmware_id=image["firmware_id"]), 409, "firmware_does_not_fit")
    assert updates_of(root, charger) == []
    assert order_update(root, charger, image["firmware_id"], force=True)[0].status_code == 201


def test_an_older_image_is_sent_only_with_leave_to_downgrade(root: Api, charger: Charger) -> None:
    boot = {"chargePointVendor": "Test", "chargePointModel": "One", "firmwareVersion": "v2.10.0"}
    charger.call("BootNotification", boot)
    image = add_image(root, b"short", version="2.9.5")
    update = f"/api/charge_points/{charger.charge_point_id}/firmware_updates"
    problem(root.post(update, firmware_id=image["firmware_id"]), 409, "firmware_is_older")
    assert order_update(root, charger, image["firmware_id"], allow_downgrade=True)[0].status_code == 201


def test_an_address_elsewhere_is_refused_with_the_setting_that_would_allow_it(root: Api, charger: Charger) -> None:
    for action, more in (("UpdateFirmware", {"retrieveDate": "2030-01-01T00:00:00Z"}), ("GetDiagnostics", {})):
        command = f"/api/charge_points/{charger.charge_point_id}/commands/{action}"
        for location in ("https://files.example.org/x.bin", "http://169.254.169.254/latest", "file:///etc/passwd"):
            refused = problem(root.post(command, {"location": location, **more}), 422, "bad_input")
            assert [error["field"] for error in refused["errors"]] == ["location"]
        refused = problem(root.post(command, {"location": "ftp://10.0.0.5/x", **more}), 422, "bad_input")
        assert "add ftp://10.0.0.5 to the setting FILE_HOSTS" in refused["detail"]
        problem(root.post(command, {"location": 5, **more}), 422, "bad_input")
    assert root.get("/api/commands", charge_point_id=charger.charge_point_id).json()["items"] == []


def test_a_link_of_our_own_can_be_sent_by_a_plain_command(root: Api, server: Server, charger: Charger) -> None:
    charger.answers["GetDiagnostics"] = {}
    location = f"{server.url}/files/diagnostics/{'0' * 40}/"
    command = f"/api/charge_points/{charger.charge_point_id}/commands/GetDiagnostics"
    answer = meanwhile(lambda: root.post(command, {"location": location}))
    assert charger.serve(1) == [("GetDiagnostics", {"location": location})]
    assert answer().json().items() >= {"status": None, "response": {}}.items()


def peak_memory(server: Server) -> int:
    """Return the most memory the server's worker has ever had, in bytes."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    peaks = []
    for pid in children:
        if b"python" in Path(f"/proc/{pid}/cmdline").read_bytes():
            status = Path(f"/proc/{pid}/status").read_text()
            peaks.append(next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * 1024)
    return max(peaks)


def test_a_large_image_is_never_wholly_in_memory(server: Server, root: Api, charger: Charger) -> None:
    block, blocks = secrets.token_bytes(1024 * 1024), 72
    add_image(root, block)
    digest = hashlib.sha256()
    for _ in range(blocks):
        digest.update(block)
    before = peak_memory(server)
    answer = root.http.post(
        "/api/firmware", params={"name": "large", "version": "1"}, content=(block for _ in range(blocks))
    )
    assert answer.json()["sha256"] == digest.hexdigest()
    _answer, link = order_update(root, charger, answer.json()["firmware_id"])
    fetched = hashlib.sha256()
    with plain_http.stream("GET", link) as response:
        for piece in response.iter_bytes():
            fetched.update(piece)
    assert fetched.digest() == digest.digest()
    assert peak_memory(server) - before < len(block) * blocks / 3
    root.delete(f"/api/firmware/{answer.json()['firmware_id']}")
