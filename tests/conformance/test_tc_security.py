"""Security: passwords, root certificates, events, logs, signed firmware, what the door demands."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest
import trustme

from tests import plain_http
from tests.app.certificate_stories import boot_as, new_csr, newest
from tests.app.charging import events_of
from tests.app.file_stories import add_image, diagnostics_of, updates_of
from tests.app.manufacturer import signer
from tests.app.secure import refused
from tests.conformance.station import Operator, Station
from tests.live import Api, Server, plug_in

ACCEPTED = {"status": "Accepted"}


@pytest.fixture(scope="module")
def certificate() -> str:
    """The PEM text of a root certificate."""
    return trustme.CA(key_type=trustme.KeyType.ECDSA).cert_pem.bytes().decode()


def test_tc_073_the_password_is_changed(station: Station, operator: Operator, root: Api) -> None:
    key = secrets.token_bytes(20)
    operator.command("ChangeConfiguration", {"key": "AuthorizationKey", "value": key.hex()}, ACCEPTED)
    again = station.reconnect(password=key)
    again.enter_service()
    assert refused(station.reopen, source_address=("127.8.0.73", 0)) == 401


HASH_DATA = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "ab" * 32,
    "issuerKeyHash": "cd" * 32,
    "serialNumber": "0123456789abcdef",
}


def install(operator: Operator, kind: str, certificate: str, status: str) -> None:
    """Install a root certificate; what the charge point answers is told."""
    body = {"certificate_type": kind, "certificate": certificate}
    path = f"{operator.path}/root_certificates"
    request, said = operator.ask("InstallCertificate", {"status": status}, lambda: operator.root.post(path, body))
    assert request == {"certificateType": kind, "certificate": certificate}
    assert (said.status_code, said.json()["status"]) == (200, status), said.text


def known(operator: Operator, kind: str) -> list[dict[str, Any]]:
    """Have the installed certificates read; return what is shown of them."""
    installed = {"status": "Accepted", "certificateHashData": [HASH_DATA]}
    operator.command("GetInstalledCertificateIds", {"certificateType": kind}, installed)
    items = operator.root.get(f"{operator.path}/root_certificates").json()["items"]
    return next(list(item["certificates"]) for item in items if item["certificate_type"] == kind)


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("ManufacturerRootCertificate", id="tc_075_1"),
        pytest.param("CentralSystemRootCertificate", id="tc_075_2"),
    ],
)
def test_a_root_certificate_is_installed(operator: Operator, certificate: str, kind: str) -> None:
    install(operator, kind, certificate, "Accepted")
    (shown,) = known(operator, kind)
    assert shown.items() >= HASH_DATA.items()


def test_tc_076_a_certificate_is_deleted(operator: Operator, root: Api) -> None:
    (shown,) = known(operator, "CentralSystemRootCertificate")
    path = f"{operator.path}/root_certificates/{shown['root_certificate_id']}"
    request, said = operator.ask("DeleteCertificate", ACCEPTED, lambda: root.http.delete(path, params={"force": True}))
    assert request == {"certificateHashData": HASH_DATA}
    assert (said.status_code, said.json()["status"]) == (200, "Accepted"), said.text


def test_tc_077_the_charge_points_certificate_is_found_invalid(station: Station, operator: Operator, root: Api) -> None:
    boot_as(station, "SN-077")
    request, said = operator.ask("ExtendedTriggerMessage", ACCEPTED, lambda: root.post(f"{operator.path}/certificates"))
    assert (request, said.status_code) == ({"requestedMessage": "SignChargePointCertificate"}, 201), said.text
    csr = new_csr("SN-077", organisation=None)
    assert station.call("SignCertificate", {"csr": csr}) == ACCEPTED
    (signed,) = station.take({"CertificateSigned": {"status": "Rejected"}})
    assert signed["certificateChain"].startswith("-----BEGIN CERTIFICATE-----")
    assert report(station, "InvalidChargePointCertificate") == {}
    assert [event["type"] for event in security_events(root, station)] == ["InvalidChargePointCertificate"]
    assert newest(root, station.charge_point_id, "refused")["certificate_id"] == said.json()["certificate_id"]


def test_tc_078_the_central_systems_certificate_is_found_invalid(
    station: Station, operator: Operator, root: Api, certificate: str
) -> None:
    install(operator, "CentralSystemRootCertificate", certificate, "Rejected")
    assert report(station, "InvalidCentralSystemCertificate") == {}
    assert [event["type"] for event in security_events(root, station)] == ["InvalidCentralSystemCertificate"]


def security_events(root: Api, station: Station) -> list[dict[str, Any]]:
    return [event for event in events_of(root, station) if event["kind"] == "security_event"]


def report(station: Station, event: str) -> Any:
    return station.call("SecurityEventNotification", {"type": event, "timestamp": "2026-01-01T00:00:00Z"})


def test_tc_079_the_security_log(station: Station, operator: Operator, root: Api, server: Server) -> None:
    answer = {"status": "Accepted", "filename": "security.log"}
    order = {"kind": "SecurityLog"}
    request, said = operator.ask("GetLog", answer, lambda: root.post(f"{operator.path}/diagnostics", order))
    assert said.status_code == 201, said.text
    assert request["logType"] == "SecurityLog"
    location = request["log"]["remoteLocation"]
    assert location.startswith(f"{server.url}/files/diagnostics/")
    progress = {"requestId": request["requestId"]}
    assert station.call("LogStatusNotification", {"status": "Uploading", **progress}) == {}
    assert plain_http.put(f"{location}security.log", content=b"a log").status_code == 200
    assert station.call("LogStatusNotification", {"status": "Uploaded", **progress}) == {}
    (kept,) = diagnostics_of(root, station)
    assert kept["status"] == "Uploaded"
    assert root.get(f"/api/diagnostics/{kept['diagnostics_id']}/content").content == b"a log"


def order_signed_update(operator: Operator, server: Server) -> int:
    """Order an update with a signed image; return OCPP's requestId."""
    maker, content = signer(), b"a signed image"
    image = add_image(operator.root, content, **maker.signed(content))
    path, body = f"{operator.path}/firmware_updates", {"firmware_id": image["firmware_id"]}
    request, said = operator.ask("SignedUpdateFirmware", ACCEPTED, lambda: operator.root.post(path, body))
    assert said.status_code == 201, said.text
    firmware = request["firmware"]
    assert plain_http.get(firmware["location"]).content == content
    assert firmware["location"].startswith(f"{server.url}/files/firmware/")
    assert (firmware["signature"], firmware["signingCertificate"]) == (image["signature"], maker.pem)
    return int(request["requestId"])


def tell(station: Station, request_id: int, *statuses: str) -> None:
    for status in statuses:
        assert station.call("SignedFirmwareStatusNotification", {"status": status, "requestId": request_id}) == {}


def outcome(root: Api, station: Station) -> str:
    (update,) = updates_of(root, station)
    return str(update["status"])


def test_tc_080_firmware_is_updated_securely(station: Station, operator: Operator, root: Api, server: Server) -> None:
    number = order_signed_update(operator, server)
    tell(station, number, "Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting")
    again = station.reconnect()
    # These three may come in any order.
    tell(again, number, "Installed")
    again.enter_service()
    assert report(again, "FirmwareUpdated") == {}
    assert outcome(root, again) == "Installed"


def test_tc_081_the_firmwares_signature_is_invalid(
    station: Station, operator: Operator, root: Api, server: Server
) -> None:
    number = order_signed_update(operator, server)
    tell(station, number, "Downloading", "Downloaded", "InvalidSignature")
    assert report(station, "InvalidFirmwareSignature") == {}
    assert outcome(root, station) == "InvalidSignature"


def test_tc_085_basic_authentication(server: Server, new_charge_point: Callable[..., Any], stage: Any) -> None:
    charge_point_id, password = new_charge_point()
    assert refused(lambda **options: plug_in(server, charge_point_id, None, **options)) == 401
    stage(lambda: plug_in(server, charge_point_id, password)).enter_service()


def test_tc_088_the_subprotocol_is_negotiated(server: Server, new_charge_point: Callable[..., Any], stage: Any) -> None:
    charge_point = new_charge_point()
    assert refused(lambda **options: plug_in(server, *charge_point, subprotocols=["ocpp0.1"], **options)) == 400
    station = stage(lambda: plug_in(server, *charge_point, subprotocols=["ocpp0.1", "ocpp1.6"]))
    assert station.socket.response.status_code == 101
    assert station.socket.response.headers["Sec-WebSocket-Protocol"] == "ocpp1.6"
    station.enter_service()
