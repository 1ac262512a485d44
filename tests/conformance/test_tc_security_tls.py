"""Security over TLS: versions, suites, certificates of the server and of charge points, and the way up to them."""

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.app.secure import CPO_NAME, SecureServer, added, refused
from tests.conformance.station import Operator, Station
from tests.conformance.tls_clients import context_for, older_than_1_2
from tests.live import Api, Charger

ACCEPTED = {"status": "Accepted"}
SUITES = {
    "ECDHE-ECDSA-AES128-GCM-SHA256": ec.EllipticCurvePublicKey,
    "ECDHE-ECDSA-AES256-GCM-SHA384": ec.EllipticCurvePublicKey,
    "AES128-GCM-SHA256": rsa.RSAPublicKey,
    "AES256-GCM-SHA384": rsa.RSAPublicKey,
}
Stage = Callable[[Callable[..., Charger]], Station]


def tls_of(station: Station) -> ssl.SSLSocket:
    opened = station.socket.socket
    assert isinstance(opened, ssl.SSLSocket)
    return opened


def raise_profile(operator: Operator, profile: int) -> None:
    operator.command("ChangeConfiguration", {"key": "SecurityProfile", "value": str(profile)}, ACCEPTED)
    operator.command("Reset", {"type": "Hard"}, ACCEPTED)


def new_key_and_request(serial_number: str) -> tuple[ec.EllipticCurvePrivateKey, str]:
    """Make what a charge point makes when it wants a certificate: a key, and the request in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    names = [(NameOID.ORGANIZATION_NAME, CPO_NAME), (NameOID.COMMON_NAME, serial_number)]
    subject = x509.Name([x509.NameAttribute(*name) for name in names])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return key, request.public_bytes(Encoding.PEM).decode()


def test_tc_074_the_charge_points_certificate_is_renewed(
    secure: SecureServer, secure_root: Api, stage: Stage, tmp_path: Path
) -> None:
    one = added(secure_root, security_profile=3, serial_number="SN-074")
    station = stage(lambda: secure.over_tls(one["id"], None, *secure.authority.issue("SN-074")))
    station.enter_service()
    Operator(secure_root, station).command(
        "ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"}, ACCEPTED
    )
    key, request = new_key_and_request("SN-074")
    assert station.call("SignCertificate", {"csr": request}) == {"status": "Accepted"}
    station.awaited.append("CertificateSigned")
    ((_, signed),) = station.serve()
    station.close()
    (tmp_path / "chain.pem").write_text(signed["certificateChain"])
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(secret)
    renewed = str(tmp_path / "chain.pem"), str(tmp_path / "key.pem")
    stage(lambda: secure.over_tls(one["id"], None, *renewed)).enter_service()


def test_tc_083_the_profile_is_raised_and_the_lower_one_refused(
    secure: SecureServer, secure_root: Api, stage: Stage
) -> None:
    one = added(secure_root, security_profile=1, serial_number="SN-083")
    name, password = one["id"], one["password"]
    station = stage(lambda: secure.in_the_clear(name, password))
    station.enter_service()
    raise_profile(Operator(secure_root, station), 2)
    station.close()
    station = stage(lambda: secure.over_tls(name, password))
    station.enter_service()
    assert refused(secure.in_the_clear, name, password) == 403
    raise_profile(Operator(secure_root, station), 3)
    station.close()
    certificate = secure.authority.issue("SN-083")
    station = stage(lambda: secure.over_tls(name, None, *certificate))
    station.enter_service()
    assert refused(secure.over_tls, name, password) == 401
    assert refused(secure.in_the_clear, name, password) == 403
    station.finished()


def test_tc_086_tls_with_the_servers_certificate(secure: SecureServer, secure_root: Api, stage: Stage) -> None:
    one = added(secure_root, security_profile=2)
    for suite, kind in SUITES.items():
        context = context_for(secure, suite)
        station = stage(lambda context=context: secure.over_tls(one["id"], one["password"], ssl=context))
        station.enter_service()
        tls = tls_of(station)
        assert tls.version() == "TLSv1.2"
        assert tls.cipher()[0] == suite  # type: ignore[index]
        certificate = x509.load_der_x509_certificate(tls.getpeercert(binary_form=True) or b"")
        key = certificate.public_key()
        assert isinstance(key, kind)
        assert key.key_size >= (2048 if isinstance(key, rsa.RSAPublicKey) else 224)
        assert certificate.serial_number > 0
        (common_name,) = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        assert common_name.value == "localhost"
        station.close()
    with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION|EOF"):
        secure.over_tls(one["id"], one["password"], ssl=older_than_1_2(secure))


def test_tc_087_tls_with_the_charge_points_certificate(secure: SecureServer, secure_root: Api, stage: Stage) -> None:
    one = added(secure_root, security_profile=3, serial_number="SN-087")
    for suite, kind in SUITES.items():
        certificate = secure.authority.issue("SN-087", kind="RSA" if kind is rsa.RSAPublicKey else "ECDSA")
        context = context_for(secure, suite, *certificate)
        station = stage(lambda context=context: secure.over_tls(one["id"], ssl=context))
        station.enter_service()
        assert tls_of(station).cipher()[0] == suite  # type: ignore[index]
        station.close()
    assert refused(secure.over_tls, one["id"]) == 401
