"""GetLog over HTTP and OCPP: the diagnostics log and the security log, each followed by its requestId."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests import plain_http
from tests.app.file_stories import diagnostics_of, order_diagnostics
from tests.app.stories import meanwhile, new_charger, problem
from tests.live import Api, Charger, Server, until

LOG = b"2026-01-01T00:00:00Z TamperDetectionActivated\n" * 100


def order_log(root: Api, charger: Charger, answer: Any = None, **body: Any) -> tuple[httpx.Response, dict[str, Any]]:
    """Ask for a log, let the charge point answer; return the answer and the request it got."""
    charger.answers["GetLog"] = {"status": "Accepted", "filename": "security.log"} if answer is None else answer
    path = f"/api/charge_points/{charger.charge_point_id}/diagnostics"
    told = meanwhile(lambda: root.post(path, {"kind": "SecurityLog"} | body))
    ((action, payload),) = charger.serve(1)
    assert action == "GetLog"
    return told(), payload


def tell(charger: Charger, status: str, request_id: Any = None) -> None:
    """Send LogStatusNotification; without an id, as a charge point does that was asked for one."""
    named = {} if request_id is None else {"requestId": request_id}
    assert charger.call("LogStatusNotification", {"status": status, **named}) == {}


def test_a_charge_point_brings_its_security_log_and_an_admin_reads_it(root: Api, charger: Charger) -> None:
    answer, sent = order_log(
        root, charger, start_time="2026-01-01T00:00:00Z", stop_time="2026-02-01T00:00:00Z", retries=2, retry_interval=9
    )
    assert answer.status_code == 201, answer.text
    number = sent["requestId"]
    assert number > 0
    assert (
        answer.json().items()
        >= {
            "kind": "SecurityLog",
            "status": "Accepted",
            "file_name": "security.log",
            "ocpp_request_id": number,
        }.items()
    )
    link = sent["log"].pop("remoteLocation")
    assert sent == {
        "logType": "SecurityLog",
        "requestId": number,
        "log": {"oldestTimestamp": "2026-01-01T00:00:00.000Z", "latestTimestamp": "2026-02-01T00:00:00.000Z"},
        "retries": 2,
        "retryInterval": 9,
    }
    tell(charger, "Uploading", number)
    assert plain_http.put(link + "security.log", content=LOG).status_code == 200
    tell(charger, "Uploaded", number)
    (request,) = diagnostics_of(root, charger)
    assert (request["status"], request["size"]) == ("Uploaded", len(LOG))
    assert [step["status"] for step in request["history"]] == ["Uploading", "Uploaded"]
    assert root.get("/api/diagnostics", charge_point_id=charger.charge_point_id, kind="SecurityLog").json()[
        "items"
    ] == [request]
    content = root.get(f"/api/diagnostics/{request['diagnostics_id']}/content")
    assert content.content == LOG
    assert content.headers["Content-Disposition"] == "attachment; filename=security.log"
    problem(plain_http.put(link, content=LOG), 409, "already_uploaded")


def test_each_status_belongs_to_the_log_it_names(root: Api, charger: Charger) -> None:
    _answer, security = order_log(root, charger)
    _answer, diagnostics = order_log(root, charger, kind="DiagnosticsLog")
    order_diagnostics(root, charger)
    assert diagnostics["logType"] == "DiagnosticsLog"
    assert diagnostics["requestId"] > security["requestId"]
    tell(charger, "PermissionDenied", security["requestId"])
    tell(charger, "Uploading", str(diagnostics["requestId"]))
    assert charger.call("DiagnosticsStatusNotification", {"status": "UploadFailed"}) == {}
    for nobodys in (2**31 - 1, -5, 0, 10**15, "7.5"):
        tell(charger, "Uploaded", nobodys)
    tell(charger, "Idle", security["requestId"])
    found = {each["kind"]: (each["status"], each.get("reason")) for each in diagnostics_of(root, charger)}
    assert found == {
        "SecurityLog": ("PermissionDenied", "permission_denied"),
        "DiagnosticsLog": ("Uploading", None),
        "Diagnostics": ("UploadFailed", "upload_failed"),
    }


def test_a_status_without_a_number_is_about_the_latest_log(root: Api, charger: Charger) -> None:
    order_log(root, charger)
    order_diagnostics(root, charger)
    tell(charger, "UploadFailure")
    tell(charger, "Idle")
    assert [each["status"] for each in diagnostics_of(root, charger)] == ["Accepted", "UploadFailure"]


def test_a_charge_point_may_give_up_one_log_for_the_next(root: Api, charger: Charger) -> None:
    _answer, first = order_log(root, charger)
    tell(charger, "Uploading", first["requestId"])
    answer, second = order_log(root, charger, {"status": "AcceptedCanceled", "filename": "next.log"})
    assert answer.json()["status"] == "Accepted"
    tell(charger, "UploadFailure", first["requestId"])
    tell(charger, "Uploading", second["requestId"])
    newer, older = diagnostics_of(root, charger)
    assert (newer["status"], newer["file_name"]) == ("Uploading", "next.log")
    assert (older["status"], older["reason"]) == ("Canceled", "canceled")
    assert "newer" in older["hint"]


def test_a_refused_log_has_failed_and_its_link_with_it(root: Api, charger: Charger) -> None:
    answer, sent = order_log(root, charger, {"status": "Rejected"})
    assert answer.json().items() >= {"status": "Failed", "reason": "rejected"}.items()
    assert answer.json()["hint"]
    tell(charger, "Uploading", sent["requestId"])
    assert plain_http.put(sent["log"]["remoteLocation"], content=LOG).status_code == 404
    assert [each["status"] for each in diagnostics_of(root, charger)] == ["Failed"]


def test_an_accepted_log_without_a_name_is_an_empty_one_until_it_comes(root: Api, charger: Charger) -> None:
    answer, sent = order_log(root, charger, {"status": "Accepted"})
    assert answer.json()["status"] == "NothingToUpload"
    assert plain_http.post(sent["log"]["remoteLocation"], content=LOG).status_code == 200
    assert diagnostics_of(root, charger)[0]["status"] == "Uploaded"


def test_a_charge_point_without_the_security_extension_is_told_apart(root: Api, charger: Charger) -> None:
    refused = problem(order_log(root, charger, ["NotImplemented", "", {}])[0], 502, "call_error")
    assert refused["hint"] == "The charge point cannot do this."
    (request,) = diagnostics_of(root, charger)
    assert (request["status"], request["reason"]) == ("Failed", "not_supported")


@pytest.fixture
def mute(impatient_server: Server, impatient_root: Api) -> Iterator[Charger]:
    charger = new_charger(impatient_server, impatient_root)
    yield charger
    charger.close()


def test_a_silent_charge_point_may_bring_its_log_all_the_same(impatient_root: Api, mute: Charger) -> None:
    mute.answers["GetLog"] = None
    path = f"/api/charge_points/{mute.charge_point_id}/diagnostics"
    answer = meanwhile(lambda: impatient_root.post(path, kind="SecurityLog"))
    ((_action, sent),) = mute.serve(1)
    problem(answer(), 504, "charge_point_timeout")
    tell(mute, "Uploading", sent["requestId"])
    assert plain_http.put(sent["log"]["remoteLocation"], content=LOG).status_code == 200
    (request,) = diagnostics_of(impatient_root, mute)
    assert (request["status"], request.get("reason")) == ("Uploaded", None)


@pytest.mark.parametrize(
    ("late", "then"),
    [({"status": "Rejected"}, ("Failed", "rejected")), ({"status": "Accepted", "filename": "x"}, ("Accepted", None))],
    ids=["rejected", "accepted"],
)
def test_an_answer_that_comes_late_is_kept_all_the_same(
    impatient_root: Api, mute: Charger, late: dict[str, str], then: tuple[str, str | None]
) -> None:
    path = f"/api/charge_points/{mute.charge_point_id}/diagnostics"
    answer = meanwhile(lambda: impatient_root.post(path, kind="SecurityLog"))
    _call, message_id, _action, _payload = mute.receive()
    problem(answer(), 504, "charge_point_timeout")
    (before,) = diagnostics_of(impatient_root, mute)
    assert (before["status"], before["reason"]) == ("Requested", "charge_point_timeout")
    mute.send([3, message_id, late])

    def answered() -> bool:
        (request,) = diagnostics_of(impatient_root, mute)
        return (request["status"], request.get("reason")) == then

    assert until(answered)


def test_the_link_of_a_log_is_written_down_nowhere(server: Server, root: Api, charger: Charger) -> None:
    answer, sent = order_log(root, charger)
    token = sent["log"]["remoteLocation"].split("/")[-2]
    command = root.get(f"/api/commands/{answer.json()['command_id']}")
    assert command.json()["payload"]["log"]["remoteLocation"] == f"{server.url}/files/diagnostics/***"
    assert token not in command.text + answer.text + server.log.read_text()


def test_there_are_no_other_kinds_of_log(root: Api, charger: Charger) -> None:
    path = f"/api/charge_points/{charger.charge_point_id}/diagnostics"
    refused = problem(root.post(path, kind="Everything"), 422, "bad_input")
    assert [error["field"] for error in refused["errors"]] == ["kind"]
