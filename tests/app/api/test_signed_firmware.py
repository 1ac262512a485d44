"""Signed firmware over HTTP and OCPP: checked here, sent with its certificate, followed by its requestId."""

from typing import Any

import httpx
import pytest

from tests import plain_http
from tests.app.file_stories import add_image, updates_of
from tests.app.manufacturer import Signer, signer
from tests.app.stories import meanwhile, new_charger, problem
from tests.live import Api, Charger, Server, until

IMAGE = b"a signed image" * 1000
MAKER = signer()


def order(
    root: Api, charger: Charger, firmware_id: str, answer: Any = None, calls: int = 1, **body: Any
) -> tuple[httpx.Response, list[tuple[str, dict[str, Any]]]]:
    """Order an update, let the charge point answer; return the answer and what it was sent."""
    charger.answers["SignedUpdateFirmware"] = {"status": "Accepted"} if answer is None else answer
    charger.answers.setdefault("UpdateFirmware", {})
    path = f"/api/charge_points/{charger.charge_point_id}/firmware_updates"
    told = meanwhile(lambda: root.post(path, {"firmware_id": firmware_id} | body))
    sent = charger.serve(calls)
    return told(), sent


def tell(charger: Charger, request_id: Any, *statuses: str) -> None:
    named = {} if request_id is None else {"requestId": request_id}
    for status in statuses:
        assert charger.call("SignedFirmwareStatusNotification", {"status": status, **named}) == {}


@pytest.fixture(scope="module")
def image(root: Api) -> dict[str, Any]:
    return add_image(root, IMAGE, **MAKER.signed(IMAGE))


def test_a_signed_image_is_sent_with_its_certificate_and_followed_to_its_end(
    root: Api, charger: Charger, image: dict[str, Any]
) -> None:
    times = {"retrieve_date": "2030-01-01T00:00:00Z", "install_date": "2030-01-02T00:00:00Z"}
    answer, sent = order(root, charger, image["firmware_id"], retries=1, retry_interval=60, **times)
    assert answer.status_code == 201, answer.text
    ((action, payload),) = sent
    number, location = payload["requestId"], payload["firmware"].pop("location")
    assert number > 0
    assert (action, payload) == (
        "SignedUpdateFirmware",
        {
            "requestId": number,
            "firmware": {
                "retrieveDateTime": "2030-01-01T00:00:00.000Z",
                "installDateTime": "2030-01-02T00:00:00.000Z",
                "signingCertificate": MAKER.pem,
                "signature": image["signature"],
            },
            "retries": 1,
            "retryInterval": 60,
        },
    )
    taken = {"status": "Accepted", "signed": True, "ocpp_request_id": number}
    assert answer.json().items() >= taken.items()
    tell(charger, number, "DownloadScheduled", "Downloading", "DownloadPaused", "Downloading")
    assert plain_http.get(location).content == IMAGE
    # The last three come in any order, with boots between them.
    tell(charger, number, "Downloaded", "SignatureVerified", "InstallScheduled", "Installing", "Installed")
    charger.boot()
    tell(charger, number, "InstallRebooting", "Idle")
    tell(charger, None, "Idle")
    (update,) = updates_of(root, charger)
    assert (update["status"], update.get("reason")) == ("Installed", None)
    assert [step["status"] for step in update["history"]][-3:] == ["Installing", "Installed", "InstallRebooting"]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (["Downloading", "Downloaded", "InvalidSignature"], "invalid_signature"),
        (["Downloading", "DownloadFailed"], "download_failed"),
        (["InstallVerificationFailed", "Installing"], "verification_failed"),
        (["InstallationFailed"], "installation_failed"),
    ],
)
def test_a_failure_has_a_reason_in_words_and_operators_are_told(
    root: Api, charger: Charger, image: dict[str, Any], told: list[str], reason: str
) -> None:
    _answer, ((_action, sent),) = order(root, charger, image["firmware_id"])
    tell(charger, sent["requestId"], *told)
    (update,) = updates_of(root, charger)
    assert (update["status"] in told, update["reason"]) == (True, reason)
    assert update["hint"]
    events = root.get(f"/api/charge_points/{charger.charge_point_id}/events").json()["items"]
    assert [(e["reason"], e["firmware_update_id"]) for e in events if e["kind"] == "firmware_update_failed"] == [
        (reason, update["firmware_update_id"])
    ]


def test_each_status_belongs_to_the_update_it_names(root: Api, charger: Charger, image: dict[str, Any]) -> None:
    _answer, ((_action, first),) = order(root, charger, image["firmware_id"])
    answer, ((_action, second),) = order(root, charger, image["firmware_id"], {"status": "AcceptedCanceled"})
    assert answer.json()["status"] == "Accepted"
    tell(charger, first["requestId"], "DownloadFailed")
    tell(charger, second["requestId"], "Downloading")
    tell(charger, 2**31 - 1, "InvalidSignature")
    newer, older = updates_of(root, charger)
    assert newer["status"] == "Downloading"
    assert (older["status"], older["reason"]) == ("Canceled", "canceled")
    # One that came off all the same has come off.
    tell(charger, first["requestId"], "Installed")
    assert [update["status"] for update in updates_of(root, charger)] == ["Downloading", "Installed"]
    tell(charger, None, "Installing")
    assert [update["status"] for update in updates_of(root, charger)] == ["Installing", "Installed"]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("Rejected", "rejected"),
        ("InvalidCertificate", "invalid_certificate"),
        ("RevokedCertificate", "revoked_certificate"),
    ],
)
def test_an_update_the_charge_point_refuses_has_failed_and_its_link_with_it(
    root: Api, charger: Charger, image: dict[str, Any], status: str, reason: str
) -> None:
    answer, ((_action, sent),) = order(root, charger, image["firmware_id"], {"status": status})
    assert answer.json().items() >= {"status": "Failed", "reason": reason}.items()
    assert answer.json()["hint"]
    assert plain_http.get(sent["firmware"]["location"]).status_code == 404
    tell(charger, sent["requestId"], "Downloading")
    assert updates_of(root, charger)[0]["status"] == "Failed"


def test_a_charge_point_without_secure_firmware_gets_the_plain_update(
    root: Api, charger: Charger, image: dict[str, Any]
) -> None:
    unknown = ["NotImplemented", "", {}]
    answer, sent = order(root, charger, image["firmware_id"], unknown, calls=2)
    assert [action for action, _payload in sent] == ["SignedUpdateFirmware", "UpdateFirmware"]
    assert answer.json().items() >= {"status": "Accepted", "signed": False}.items()
    assert "ocpp_request_id" not in answer.json()
    assert plain_http.get(sent[1][1]["location"]).content == IMAGE
    answer, sent = order(root, charger, image["firmware_id"])
    assert [action for action, _payload in sent] == ["UpdateFirmware"], "what is known is not tried again"
    assert charger.call("FirmwareStatusNotification", {"status": "Installed"}) == {}
    assert updates_of(root, charger)[0]["status"] == "Installed"
    answer, sent = order(root, charger, image["firmware_id"], unknown, signed=True)
    assert "signed: false" in problem(answer, 502, "call_error")["hint"]
    answer, sent = order(root, charger, image["firmware_id"], signed=False)
    assert [action for action, _payload in sent] == ["UpdateFirmware"]
    charger.answers["UpdateFirmware"] = ["NotSupported", "", {}]
    answer, sent = order(root, charger, image["firmware_id"], signed=False)
    assert "wants it signed" in problem(answer, 502, "call_error")["hint"]


def test_a_charge_point_without_any_firmware_management_is_told_apart(
    root: Api, charger: Charger, image: dict[str, Any]
) -> None:
    charger.answers["UpdateFirmware"] = ["NotSupported", "", {}]
    answer, _sent = order(root, charger, image["firmware_id"], ["NotSupported", "", {}], calls=2)
    assert problem(answer, 502, "call_error")["hint"] == "The charge point cannot do this."
    assert updates_of(root, charger)[0]["reason"] == "not_supported"


def test_nothing_is_sent_to_a_rejected_charge_point(root: Api, charger: Charger, image: dict[str, Any]) -> None:
    path = f"/api/charge_points/{charger.charge_point_id}"
    assert root.patch(path, registration="Rejected").status_code == 200
    update = root.post(f"{path}/firmware_updates", firmware_id=image["firmware_id"])
    for refused in (update, root.post(f"{path}/diagnostics", kind="SecurityLog")):
        problem(refused, 409, "charge_point_not_accepted")


def test_an_unsigned_image_is_no_signed_update(root: Api, charger: Charger) -> None:
    image = add_image(root, b"unsigned")
    path = f"/api/charge_points/{charger.charge_point_id}/firmware_updates"
    problem(root.post(path, firmware_id=image["firmware_id"], signed=True), 409, "firmware_not_signed")
    refused = root.post(path, firmware_id=image["firmware_id"], install_date="2030-01-01T00:00:00Z")
    assert problem(refused, 422, "bad_input")["errors"][0]["field"] == "install_date"
    assert updates_of(root, charger) == []


def test_a_signature_that_is_not_the_files_is_refused_with_its_field(root: Api) -> None:
    fields = {"name": "x", "version": "1", **MAKER.signed(b"another image")}
    before = root.get("/api/firmware").json()["items"]
    refused = problem(root.http.post("/api/firmware", params=fields, content=IMAGE), 422, "bad_input")
    assert [error["field"] for error in refused["errors"]] == ["signature"]
    fields |= signer(days=(-2, -1)).signed(IMAGE)
    refused = problem(root.http.post("/api/firmware", params=fields, content=IMAGE), 422, "bad_input")
    assert [error["field"] for error in refused["errors"]] == ["signing_certificate"]
    assert root.get("/api/firmware").json()["items"] == before


def test_with_trusted_manufacturers_only_theirs_is_taken_and_only_while_its_certificate_is_good(
    public_server: Server, public_root: Api, manufacturer: Signer
) -> None:
    root = public_root
    charger = new_charger(public_server, root)
    foreign = root.http.post(
        "/api/firmware", params={"name": "x", "version": "1", **MAKER.signed(IMAGE)}, content=IMAGE
    )
    assert problem(foreign, 422, "bad_input")["errors"][0]["field"] == "signing_certificate"
    brief = signer(under=manufacturer, days=(-1, 3 / 86_400))
    image = add_image(root, IMAGE, **brief.signed(IMAGE))
    path = f"/api/charge_points/{charger.charge_point_id}/firmware_updates"
    charger.close()
    until(lambda: not root.get(f"/api/charge_points/{charger.charge_point_id}").json()["online"])

    def expired() -> httpx.Response | None:
        answer = root.post(path, firmware_id=image["firmware_id"])
        return answer if answer.json()["code"] != "charge_point_offline" else None

    assert "expired on" in problem(until(expired), 409, "firmware_signature_invalid")["detail"]


def test_a_signed_update_sent_by_hand_is_answered_and_nobodys(root: Api, server: Server, charger: Charger) -> None:
    firmware = {
        "location": f"{server.url}/files/firmware/{'0' * 40}/boot.bin",
        "retrieveDateTime": "2030-01-01T00:00:00Z",
        "signingCertificate": MAKER.pem,
        "signature": MAKER.sign(IMAGE),
    }
    command = f"/api/charge_points/{charger.charge_point_id}/commands/SignedUpdateFirmware"
    answer = meanwhile(lambda: root.post(command, {"requestId": 7, "firmware": firmware}))
    charger.serve(1)
    assert answer().json()["status"] == "Accepted"
    tell(charger, 7, "Downloading", "InvalidSignature")
    assert updates_of(root, charger) == []
    assert root.get(f"/api/charge_points/{charger.charge_point_id}").json()["firmware_status"] == "InvalidSignature"
