"""Security over TLS: versions, suites, certificates of the server and of charge points, and the way up to them."""

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from tests.app.certificate_stories import new_key_pair, newest
from tests.app.secure import SecureServer, added, refused
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


def test_tc_074_the_charge_points_certificate_is_renewed(
    secure: SecureServer, secure_root: Api, stage: Stage, tmp_path: Path
) -> None:
    one = added(secure_root, security_profile=3, serial_number="SN-074")
    station = stage(lambda: secure.over_tls(one["id"], None, *secure.authority.issue("SN-074")))
    station.enter_service()
    operator = Operator(secure_root, station)
    request, said = operator.ask(
        "ExtendedTriggerMessage", ACCEPTED, lambda: secure_root.post(f"{operator.path}/certificates")
    )
    assert request == {"requestedMessage": "SignChargePointCertificate"}
    assert said.status_code == 201, said.text
    pair = new_key_pair("SN-074")
    assert station.call("SignCertificate", {"csr": pair.csr}) == ACCEPTED
    (signed,) = station.take({"CertificateSigned": ACCEPTED})
    station.close()
    renewed = pair.files(tmp_path, signed["certificateChain"])
    stage(lambda: secure.over_tls(one["id"], None, *renewed)).enter_service()
    delivered = newest(secure_root, one["id"], "delivered")
    assert delivered["certificate_id"] == said.json()["certificate_id"]


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
    kinds = {"RSA": rsa.RSAPublicKey, "ECDSA": ec.EllipticCurvePublicKey}
    certificates = {key: secure.authority.issue("SN-087", kind=kind) for kind, key in kinds.items()}
    for suite, key in SUITES.items():
        certificate = certificates[key]
        context = context_for(secure, suite, *certificate)
        station = stage(lambda context=context: secure.over_tls(one["id"], ssl=context))
        station.enter_service()
        assert tls_of(station).cipher()[0] == suite  # type: ignore[index]
        station.close()
    assert refused(secure.over_tls, one["id"]) == 401
