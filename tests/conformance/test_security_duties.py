"""What the security whitepaper (edition 3) asks of a Central System, by the numbers of its requirements."""

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from websockets.exceptions import ConnectionClosed, InvalidMessage

from app.storage.database import Storage
from app.storage.embedded import running_uri
from tests.app.certificate_stories import boot_as, new_csr, new_key_pair, receive
from tests.app.charging import events_of
from tests.app.file_stories import add_image, updates_of
from tests.app.manufacturer import signer
from tests.app.secure import CPO_NAME, SecureServer, added, configure, refused, why
from tests.app.stories import problem
from tests.conformance.station import Operator, Station
from tests.conformance.tls_clients import older_than_1_2
from tests.conformance.weak_certificates import weak_certificate
from tests.live import Api, Charger, Server, basic, plug_in, until

NO_ENTRY = (InvalidMessage, ConnectionClosed, OSError)


# A00: the profiles


def test_a00_fr_001_002_a_charge_point_comes_in_by_its_own_profile(secure: SecureServer, secure_root: Api) -> None:
    one, two = added(secure_root, security_profile=1), added(secure_root, security_profile=2)
    three = added(secure_root, security_profile=3, serial_number="SN-FR-001")
    assert refused(secure.in_the_clear, one["id"]) == 401
    assert refused(secure.in_the_clear, two["id"], two["password"]) == 403
    assert refused(secure.over_tls, three["id"], "whatever it says") == 401
    assert refused(secure.in_the_clear, three["id"]) == 403


@pytest.mark.parametrize("lower", ["0", "1"])
def test_a00_fr_005_and_a05_fr_09_ocpp_lowers_no_profile(
    secure: SecureServer, secure_root: Api, closing: Callable[[Charger], Charger], lower: str
) -> None:
    one = added(secure_root, security_profile=2)
    charger = closing(secure.over_tls(one["id"], one["password"]))
    charger.boot()
    assert configure(secure_root, charger, "SecurityProfile", lower, {"status": "Accepted"}).status_code == 200
    assert refused(secure.in_the_clear, one["id"], one["password"]) == 403
    assert secure_root.get(f"/api/charge_points/{one['id']}").json()["security_profile"] == 2


def test_a00_fr_204_and_303_the_user_is_the_charge_points_id(secure: SecureServer, secure_root: Api) -> None:
    one, other = added(secure_root, security_profile=1), added(secure_root, security_profile=2)
    for charge_point, connect in ((one, secure.in_the_clear), (other, secure.over_tls)):
        headers = {"Authorization": basic("somebody else", charge_point["password"])}
        assert refused(connect, charge_point["id"], headers=headers) == 401


def test_a00_fr_205_and_304_a_key_that_is_made_has_16_to_20_bytes_and_none_is_shorter(root: Api) -> None:
    assert 16 <= len(added(root)["password"]) <= 20
    for password in ("fifteen chars..", "x" * 41):
        answer = root.post("/api/charge_points", id="NO-SUCH-KEY", password=password)
        assert problem(answer, 422, "bad_input")["errors"][0]["field"] == "password"


def test_a00_fr_323_and_408_who_is_turned_away_for_security_is_an_event(secure: SecureServer, secure_root: Api) -> None:
    one, two = added(secure_root, security_profile=1), added(secure_root, security_profile=2)
    refused(secure.in_the_clear, one["id"], "not its password")
    refused(secure.in_the_clear, two["id"], two["password"])
    for charge_point, reason in ((one, "password wrong"), (two, "plain ws but profile 2")):
        path = f"/api/charge_points/{charge_point['id']}/events"
        told = [event["reason"] for event in secure_root.get(path).json()["items"]]
        assert told == [reason] == why(secure_root, charge_point["id"])


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("its version", "TLS: no version in common; 1.2 is the least"),
        ("its suites", "TLS: no cipher suite in common"),
        ("its certificate is expired", "TLS: its certificate is not accepted: certificate has expired"),
        ("its certificate is foreign", "TLS: its certificate is not accepted: unable to get local issuer certificate"),
        ("it does not know ours", "TLS: it does not accept this server's certificate"),
    ],
)
def test_a00_fr_323_and_408_a_tls_handshake_that_fails_is_told_of(
    secure: SecureServer, secure_root: Api, fault: str, reason: str
) -> None:
    def count() -> int:
        listed = secure_root.get("/api/refusals", limit=500).json()["items"]
        return sum(one["count"] for one in listed if (one["charge_point_id"], one["reason"]) == ("", reason))

    before = count()
    with pytest.raises(NO_ENTRY):
        secure.over_tls("ANY", ssl=faulty_context(secure, fault))
    until(lambda: count() > before)


def faulty_context(secure: SecureServer, fault: str) -> ssl.SSLContext:
    """Return what a charge point connects with that gets no further than TLS."""
    context = secure.authority.client()
    if fault == "its version":
        return older_than_1_2(secure)
    if fault == "its suites":
        context.set_ciphers("ECDHE-RSA-AES128-SHA")
    elif fault == "its certificate is expired":
        yesterday = datetime.now(UTC) - timedelta(days=1)
        expired = secure.authority.issue("SN", not_before=yesterday - timedelta(days=1), not_after=yesterday)
        context.load_cert_chain(*expired)
    elif fault == "its certificate is foreign":
        trustme.CA().issue_cert(common_name="SN", organization_name=CPO_NAME).configure_cert(context)
    elif fault == "it does not know ours":
        return ssl.create_default_context()
    return context


def test_a00_fr_403_to_407_a_certificate_has_a_path_our_name_and_the_serial_number(
    secure: SecureServer, secure_root: Api, closing: Callable[[Charger], Charger]
) -> None:
    one = added(secure_root, security_profile=3, serial_number="SN-FR-403")
    issue = secure.authority.issue
    closing(secure.over_tls(one["id"], None, *issue("SN-FR-403"))).boot()
    assert refused(secure.over_tls, one["id"], None, *issue("SN-of-another")) == 401
    assert refused(secure.over_tls, one["id"], None, *issue("SN-FR-403", "Another CPO")) == 401
    for fault in ("its certificate is foreign", "its certificate is expired"):
        with pytest.raises(NO_ENTRY):
            secure.over_tls(one["id"], ssl=faulty_context(secure, fault))


def test_a00_fr_427_a_certificate_is_for_one_charge_point(secure_root: Api) -> None:
    one = added(secure_root, security_profile=3, serial_number="SN-FR-427")
    again = secure_root.post(
        "/api/charge_points", id=f"{one['id']}-TWIN", security_profile=3, serial_number="SN-FR-427"
    )
    assert one["id"] in problem(again, 409, "serial_number_taken")["detail"]


def test_a00_fr_427_what_was_issued_to_one_opens_no_other_door(
    secure: SecureServer, secure_root: Api, closing: Callable[[Charger], Charger], tmp_path: Path
) -> None:
    """Below profile 3 a charge point tells its serial number itself, and may tell another one's."""
    victim = added(secure_root, security_profile=3, serial_number="SN-of-the-victim")
    thief = added(secure_root, security_profile=2)
    charger = closing(secure.over_tls(thief["id"], thief["password"]))
    boot_as(charger, "SN-of-the-victim")
    pair = new_key_pair("SN-of-the-victim")
    assert charger.call("SignCertificate", {"csr": pair.csr}) == {"status": "Accepted"}
    stolen = pair.files(tmp_path, receive(charger))
    assert refused(secure.over_tls, victim["id"], None, *stolen) == 401


@pytest.mark.parametrize(("bits", "digest"), [(1024, "SHA256"), (2048, "SHA1")])
def test_a00_fr_501_and_502_weak_certificates_open_nothing(
    secure: SecureServer, secure_root: Api, bits: int, digest: str
) -> None:
    one = added(secure_root, security_profile=3, serial_number=f"SN-{bits}-{digest}")
    context = secure.authority.client()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(*weak_certificate(secure.authority, one["serial_number"], bits, digest))
    with pytest.raises(NO_ENTRY):
        secure.over_tls(one["id"], ssl=context)


def test_a00_fr_501_to_511_and_a02_fr_11_what_is_issued_here_is_strong_and_names_o_and_cn_only(
    secure: SecureServer, secure_root: Api, closing: Callable[[Charger], Charger]
) -> None:
    one = added(secure_root, security_profile=2)
    charger = closing(secure.over_tls(one["id"], one["password"]))
    boot_as(charger, "SN-FR-501")
    pair = new_key_pair("SN-FR-501")
    assert charger.call("SignCertificate", {"csr": pair.csr}) == {"status": "Accepted"}
    certificate = x509.load_pem_x509_certificate(receive(charger).encode())
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.public_numbers() == pair.key.public_key().public_numbers()
    assert key.key_size >= 224
    assert isinstance(certificate.signature_hash_algorithm, hashes.SHA256)
    assert certificate.serial_number > 0
    assert certificate.subject.rfc4514_string() == f"CN=SN-FR-501,O={CPO_NAME}"
    assert certificate.not_valid_after_utc - datetime.now(UTC) <= timedelta(days=366)
    with pytest.raises(x509.ExtensionNotFound):
        certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)


@pytest.mark.parametrize(("bits", "serial_number"), [(1024, "SN-weak"), (2048, "SN-of-another")])
def test_a02_fr_04_and_a03_fr_04_a_request_that_must_not_be_signed_is_rejected(
    secure: SecureServer, secure_root: Api, closing: Callable[[Charger], Charger], bits: int, serial_number: str
) -> None:
    one = added(secure_root, security_profile=2)
    charger = closing(secure.over_tls(one["id"], one["password"]))
    boot_as(charger, "SN-weak")
    csr = new_csr(serial_number, key=rsa.generate_private_key(65537, bits))
    assert charger.call("SignCertificate", {"csr": csr}) == {"status": "Rejected"}


def test_a00_fr_317_tls_does_not_compress(secure: SecureServer, secure_root: Api) -> None:
    one = added(secure_root, security_profile=2)
    charger = secure.over_tls(one["id"], one["password"])
    opened = charger.socket.socket
    assert isinstance(opened, ssl.SSLSocket)
    assert opened.compression() is None
    charger.close()


# A01: passwords


def test_a01_passwords_are_random_each_and_kept_as_salted_digests(server: Server, root: Api) -> None:
    one, other = added(root), added(root)
    same = [added(root, password="the same key for") for _ in range(2)]
    assert one["password"] != other["password"]
    storage = Storage(running_uri(server.data_dir) or "")
    try:
        kept = [storage.charge_points.get(c["id"]) for c in (one, *same)]
    finally:
        storage.close()
    digests = [charge_point.password_hash for charge_point in kept if charge_point]
    assert len(set(digests)) == 3
    assert all(c["password"] not in str(charge_point) for c, charge_point in zip((one, *same), kept, strict=True))


def test_a01_no_password_is_in_the_log(server: Server, root: Api, charger: Charger) -> None:
    key = "5ec4e7" * 6 + "5ec4"
    configure(root, charger, "AuthorizationKey", key, {"status": "Accepted"})
    refused(lambda **options: plug_in(server, charger.charge_point_id, "a wrong password", **options))
    again = plug_in(server, charger.charge_point_id, key)
    again.boot()
    again.close()
    log = server.log.read_text()
    assert charger.charge_point_id in log
    for secret in (key, bytes.fromhex(key).decode("latin-1"), "a wrong password"):
        assert secret not in log


# A04: security events

CRITICAL = {
    "FirmwareUpdated",
    "SettingSystemTime",
    "StartupOfTheDevice",
    "ResetOrReboot",
    "SecurityLogWasCleared",
    "MemoryExhaustion",
    "TamperDetectionActivated",
}
OTHERS = {
    "FailedToAuthenticateAtCentralSystem",
    "CentralSystemFailedToAuthenticate",
    "ReconfigurationOfSecurityParameters",
    "InvalidMessages",
    "AttemptedReplayAttacks",
    "InvalidFirmwareSignature",
    "InvalidFirmwareSigningCertificate",
    "InvalidCentralSystemCertificate",
    "InvalidChargePointCertificate",
    "InvalidTLSVersion",
    "InvalidTLSCipherSuite",
}


def test_a04_fr_03_every_security_event_is_answered_and_the_critical_ones_are_marked(
    station: Station, root: Api
) -> None:
    for event in sorted(CRITICAL | OTHERS):
        assert station.call("SecurityEventNotification", {"type": event, "timestamp": "2026-01-01T00:00:00Z"}) == {}
    told = {event["type"]: event["critical"] for event in events_of(root, station)}
    assert told == dict.fromkeys(CRITICAL, True) | dict.fromkeys(OTHERS, False)


# L01: firmware


def test_a00_fr_706_firmware_whose_signature_is_wrong_is_not_taken_let_alone_sent(root: Api) -> None:
    maker = signer()
    signed = {"name": "Board", "version": "1", **maker.signed(b"what was signed")}
    answer = root.http.post("/api/firmware", params=signed, content=b"what was uploaded")
    assert problem(answer, 422, "bad_input")["errors"][0]["field"] == "signature"


@pytest.mark.parametrize("code", ["NotSupported", "NotImplemented"])
def test_l01_fr_20_a_charge_point_with_secure_firmware_refuses_the_plain_update_and_that_is_told(
    station: Station, operator: Operator, root: Api, code: str
) -> None:
    image = add_image(root, b"an unsigned image")
    order = {"firmware_id": image["firmware_id"]}
    _request, said = operator.ask(
        "UpdateFirmware", [code, "signed only", {}], lambda: root.post(f"{operator.path}/firmware_updates", order)
    )
    assert problem(said, 502, "call_error")["ocpp_error"] == code
    (update,) = updates_of(root, station)
    assert update["status"] == "Failed"


# The messages of the extension


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("LogStatusNotification", {"status": "Idle"}),
        ("LogStatusNotification", {"status": "PermissionDenied", "requestId": 2_000_000_000}),
        ("SecurityEventNotification", {"type": "AVendorsOwn", "timestamp": "2026-01-01T00:00:00+02:00"}),
        ("SignCertificate", {"csr": "no request at all"}),
        ("SignedFirmwareStatusNotification", {"status": "Idle"}),
        ("SignedFirmwareStatusNotification", {"status": "InvalidSignature", "requestId": 2_000_000_000}),
    ],
)
def test_each_message_of_the_extension_is_answered_by_its_conf(
    station: Station, action: str, payload: dict[str, Any]
) -> None:
    answer = station.call(action, payload)
    assert answer == ({"status": "Rejected"} if action == "SignCertificate" else {})


@pytest.mark.parametrize("algorithm", ["SHA256", "SHA384", "SHA512"])
def test_m04_fr_07_a_certificate_is_deleted_by_the_hash_it_was_told_with(operator: Operator, algorithm: str) -> None:
    told = {
        "hashAlgorithm": algorithm,
        "issuerNameHash": "aB" * 32,
        "issuerKeyHash": "Cd" * 32,
        "serialNumber": "00ff",
    }
    kind = {"certificateType": "ManufacturerRootCertificate"}
    installed = {"status": "Accepted", "certificateHashData": [told]}
    said = operator.command("GetInstalledCertificateIds", kind, installed)
    (hash_data,) = said["response"]["certificateHashData"]
    operator.command("DeleteCertificate", {"certificateHashData": hash_data}, {"status": "Accepted"})
    assert operator.station.called[-1] == ("DeleteCertificate", {"certificateHashData": told})
