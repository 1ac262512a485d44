"""Diagnostics over HTTP and OCPP: asked for, brought by links of their own, kept under names of ours."""

import hashlib
from contextlib import ExitStack
from select import select
from typing import Any

import httpx
import pytest

from tests import plain_http
from tests.app.file_stories import diagnostics_of, order_diagnostics, path_of, raw_upload, status_in
from tests.app.stories import meanwhile, problem
from tests.live import Api, Charger, Server, until

LOG = b"<script>alert(1)</script>\n" + bytes(range(256)) * 2000


def tell(charger: Charger, *statuses: str) -> None:
    for status in statuses:
        assert charger.call("DiagnosticsStatusNotification", {"status": status}) == {}


def content_of(root: Api, request: dict[str, Any]) -> httpx.Response:
    return root.get(f"/api/diagnostics/{request['diagnostics_id']}/content")


def test_a_charge_point_brings_its_diagnostics_and_an_admin_reads_them(root: Api, charger: Charger) -> None:
    answer, link = order_diagnostics(root, charger, start_time="2026-01-01T00:00:00+01:00", retries=1)
    assert answer.status_code == 201, answer.text
    asked = answer.json()
    assert (asked["status"], asked["file_name"]) == ("Accepted", "diag.log")
    _action, sent = charger.called[-1]
    assert sent == {"location": link, "startTime": "2025-12-31T23:00:00.000Z", "retries": 1}
    problem(content_of(root, asked), 404, "not_found")

    tell(charger, "Uploading")
    assert diagnostics_of(root, charger)[0]["status"] == "Uploading"
    assert plain_http.put(link + "diag.log", content=LOG).json() == {
        "size": len(LOG),
        "sha256": hashlib.sha256(LOG).hexdigest(),
    }
    tell(charger, "Uploaded", "Idle")
    (request,) = diagnostics_of(root, charger)
    assert (request["status"], request["size"]) == ("Uploaded", len(LOG))
    assert request["uploaded_at"] >= request["requested_at"]
    assert root.get(f"/api/diagnostics/{request['diagnostics_id']}").json() == request

    content = content_of(root, request)
    assert content.content == LOG
    assert content.headers["Content-Type"] == "application/octet-stream"
    assert content.headers["Content-Disposition"] == "attachment; filename=diag.log"
    assert content.headers["X-Content-Type-Options"] == "nosniff"


def test_a_failed_upload_is_known_and_may_be_tried_again(root: Api, charger: Charger) -> None:
    _answer, link = order_diagnostics(root, charger)
    tell(charger, "Uploading", "UploadFailed")
    assert [r["status"] for r in diagnostics_of(root, charger)] == ["UploadFailed"]
    assert plain_http.post(link, content=LOG).status_code == 200
    tell(charger, "UploadFailed")
    assert [r["status"] for r in diagnostics_of(root, charger)] == ["Uploaded"]


def test_a_charge_point_without_diagnostics_names_no_file(root: Api, charger: Charger) -> None:
    charger.answers["GetDiagnostics"] = {}
    answer, _link = order_diagnostics(root, charger)
    assert answer.json()["status"] == "NothingToUpload"


def test_a_charge_point_may_bring_the_file_before_it_answers(root: Api, charger: Charger) -> None:
    answer = meanwhile(lambda: root.post(f"/api/charge_points/{charger.charge_point_id}/diagnostics"))
    _call, message_id, _action, payload = charger.receive()
    tell(charger, "Uploading")
    assert plain_http.put(payload["location"] + "early.log", content=LOG).status_code == 200
    charger.send([3, message_id, {"fileName": "diag.log"}])
    request = answer().json()
    assert (request["status"], request["file_name"], request["size"]) == ("Uploaded", "diag.log", len(LOG))
    assert root.get(f"/api/commands/{request['command_id']}").json()["outcome"] == "answered"


def test_a_status_that_nobody_asked_for_is_answered(root: Api, charger: Charger) -> None:
    tell(charger, "Idle", "Uploading", "Uploaded")
    assert diagnostics_of(root, charger) == []


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize(
    "request_",
    [
        {"content": LOG},
        {"content": iter([LOG[:100], LOG[100:]])},
        {"content": LOG, "headers": {"Content-Type": "application/json"}},
        {"content": LOG, "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        {"content": LOG, "headers": {"Expect": "100-continue"}},
        {"files": {"file": ("diag.log", LOG)}},
        {"files": {"upload": ("diag.log", LOG, "text/plain")}, "data": {"serial": "5"}},
        {"files": {"file": (None, LOG)}},
    ],
)
def test_a_file_may_come_raw_or_in_a_form_by_put_or_post(
    root: Api, charger: Charger, method: str, request_: dict[str, Any]
) -> None:
    if not isinstance(request_.get("content"), bytes | None):
        request_ = {"content": iter([LOG[:100], LOG[100:]])}
    _answer, link = order_diagnostics(root, charger)
    assert plain_http.request(method, link, **request_).status_code == 200
    assert content_of(root, diagnostics_of(root, charger)[0]).content == LOG


@pytest.mark.parametrize(
    ("behind", "told", "saved_as"),
    [
        ("diag.log", "diag.log", "diag.log"),
        ("/diag.log", "diag.log", "diag.log"),
        ("//etc/passwd", "etc/passwd", "passwd"),
        ("../../app.py", "../../app.py", "app.py"),
        ("..%2f..%2fapp.py", "../../app.py", "app.py"),
        ("a%00b.log", "a_b.log", "a_b.log"),
        ("C:%5Clogs%5Cx%22.html", 'C:\\logs\\x".html', "x_.html"),
        ("..", "..", "diagnostics.bin"),
        ("a%0dX-Evil:%201", "a_X-Evil: 1", "a_X-Evil_1"),
        ("", "diag.log", "diag.log"),
    ],
)
def test_a_name_is_only_told_and_chooses_no_place(
    root: Api, server: Server, charger: Charger, behind: str, told: str, saved_as: str
) -> None:
    _answer, link = order_diagnostics(root, charger)
    with raw_upload(server, path_of(link) + behind, 3) as peer:
        peer.sendall(b"log")
        assert status_in(peer) == 200
    (request,) = diagnostics_of(root, charger)
    assert request["file_name"] == told
    content = content_of(root, request)
    assert (content.content, content.headers["Content-Disposition"]) == (b"log", f"attachment; filename={saved_as}")
    assert "X-Evil" not in content.headers


def test_a_charge_point_may_glue_the_name_to_the_link_without_a_slash(root: Api, charger: Charger) -> None:
    _answer, link = order_diagnostics(root, charger)
    assert plain_http.put(link.rstrip("/") + "diag.log", content=LOG).status_code == 200
    assert diagnostics_of(root, charger)[0]["file_name"] == "diag.log"


def test_a_link_is_good_for_one_file_of_one_request(root: Api, charger: Charger) -> None:
    _answer, first = order_diagnostics(root, charger)
    _answer, second = order_diagnostics(root, charger)
    assert plain_http.put(first, content=b"first").status_code == 200
    problem(plain_http.put(first, content=b"again"), 409, "already_uploaded")
    newer, older = diagnostics_of(root, charger)
    assert content_of(root, older).content == b"first"
    problem(content_of(root, newer), 404, "not_found")
    for path in ("0" * 40, "short", path_of(second).split("/")[3][:-1] + "/x"):
        elsewhere = second.replace(path_of(second), f"/files/diagnostics/{path}")
        assert plain_http.put(elsewhere, content=b"x").status_code == 404
    assert plain_http.get(second).status_code == 405


def test_an_empty_file_is_none_and_may_be_followed_by_a_real_one(root: Api, charger: Charger) -> None:
    _answer, link = order_diagnostics(root, charger)
    problem(plain_http.put(link, content=b""), 422, "bad_input")
    problem(plain_http.post(link), 422, "bad_input")
    assert plain_http.put(link, content=b"x").status_code == 200


@pytest.mark.parametrize("head", ["", "Content-Type: multipart/form-data; boundary=x\r\n"])
def test_an_upload_that_breaks_off_leaves_nothing_and_may_be_tried_again(
    root: Api, server: Server, charger: Charger, head: str
) -> None:
    _answer, link = order_diagnostics(root, charger)
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' if head else b""
    with raw_upload(server, path_of(link), len(form) + len(LOG), head) as peer:
        peer.sendall(form + LOG[:-1])
    assert "uploaded_at" not in diagnostics_of(root, charger)[0]
    assert plain_http.put(link, content=LOG).status_code == 200
    assert content_of(root, diagnostics_of(root, charger)[0]).content == LOG


def test_of_two_uploads_at_a_time_the_one_that_ends_first_is_kept(root: Api, server: Server, charger: Charger) -> None:
    _answer, link = order_diagnostics(root, charger)
    path, one, two = path_of(link), b"1" * 600_000, b"2" * 600_000
    with raw_upload(server, path, len(one)) as first, raw_upload(server, path, len(two)) as second:
        first.sendall(one[:300_000])
        second.sendall(two)
        assert status_in(second) == 200
        first.sendall(one[300_000:])
        assert status_in(first) == 409
    (request,) = diagnostics_of(root, charger)
    assert (request["size"], request["sha256"]) == (len(two), hashlib.sha256(two).hexdigest())
    assert content_of(root, request).content == two


def test_a_link_carries_only_so_many_uploads_at_a_time(root: Api, server: Server, charger: Charger) -> None:
    _answer, link = order_diagnostics(root, charger)
    with ExitStack() as open_ones:
        peers = [open_ones.enter_context(raw_upload(server, path_of(link), 10)) for _ in range(4)]
        for peer in peers:
            peer.sendall(b"12345")
        # Whichever comes last is refused; the others are waited for, with half of their bodies still to come.
        answered = until(lambda: select(peers, [], [], 0)[0])
        head = answered[0].recv(4096).decode()
        assert head.startswith("HTTP/1.1 429 ")
        assert "\r\nRetry-After: 30\r\n" in head
        under_way = [peer for peer in peers if peer is not answered[0]]
        assert select(under_way, [], [], 0)[0] == []
    assert until(lambda: plain_http.put(link, content=LOG).status_code == 200)


def test_diagnostics_are_for_admins(server: Server, root: Api, driver: Api, charger: Charger) -> None:
    anonymous = server.anonymous()
    for api, status, code in ((driver, 403, "forbidden"), (anonymous, 401, "not_authenticated")):
        for path in ("/api/diagnostics", "/api/diagnostics/x", "/api/diagnostics/x/content"):
            problem(api.get(path), status, code)
        problem(api.post(f"/api/charge_points/{charger.charge_point_id}/diagnostics"), status, code)
    anonymous.close()
    problem(root.get("/api/diagnostics/x"), 404, "not_found")


def test_a_link_is_written_down_nowhere(server: Server, root: Api, charger: Charger) -> None:
    answer, link = order_diagnostics(root, charger)
    plain_http.put(link + "x", content=LOG)
    token = path_of(link).split("/")[3]
    command = root.get(f"/api/commands/{answer.json()['command_id']}")
    assert token not in command.text + answer.text + root.get("/api/diagnostics").text + server.log.read_text()


def test_a_refused_request_has_failed_with_its_reason(root: Api, charger: Charger) -> None:
    charger.answers["GetDiagnostics"] = ["NotImplemented", "", {}]
    answer, link = order_diagnostics(root, charger)
    refused = problem(answer, 502, "call_error")
    (request,) = diagnostics_of(root, charger)
    assert (request["status"], request["reason"]) == ("Failed", "not_supported")
    assert request["diagnostics_id"] == refused["diagnostics_id"]
    assert plain_http.put(link, content=LOG).status_code == 404
