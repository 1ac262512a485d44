"""Root certificates at charge points: whom they trust as Central System, and as maker of their firmware."""

from collections.abc import Callable
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from ocpp.v16.enums import Action

from app.certificates.chains import to_pem
from app.certificates.signing_key import may_sign
from app.command_outcomes import Outcome
from app.commands import Commands
from app.domain.phrases import Phrase
from app.domain.root_certificates import TYPES, is_last_way_back, root_id
from app.errors import BadInput, Conflict, NotFound
from app.storage.database import Storage

MAX_CERTIFICATE = 5500
RSA_BITS, EC_BITS = 2048, 224


class RootCertificateService:
    """The use cases."""

    def __init__(self, storage: Storage, commands: Commands, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._commands = commands
        self._now = now

    def install(self, charge_point_id: str, certificate_type: str, pem: str, requested_by: str) -> Outcome:
        """Send InstallCertificate; raises BadInput that says what is wrong with the certificate, CommandFailed."""
        certificate = root_in(pem, self._now())
        payload = {"certificateType": certificate_type, "certificate": to_pem([certificate])}
        return self._commands.send(charge_point_id, (Action.install_certificate, payload), requested_by=requested_by)

    def delete(self, charge_point_id: str, root_certificate_id: str, requested_by: str, *, force: bool) -> Outcome:
        """Send DeleteCertificate with the very hash data that was told (security whitepaper M04.FR.07).

        Raises NotFound, CommandFailed; Conflict when the charge point would then trust no Central System any more.
        """
        for certificate_type in TYPES:
            roots = self._storage.root_certificates.of(charge_point_id, certificate_type)
            for certificate in roots.certificates if roots else ():
                if root_id(certificate) != root_certificate_id:
                    continue
                if roots and is_last_way_back(certificate_type, roots.certificates) and not force:
                    raise Conflict(
                        "last_root_certificate",
                        "it is the only Central System's certificate that the charge point has told; without it, it "
                        "may never connect again. `force` deletes it all the same",
                    )
                request = (Action.delete_certificate, {"certificateHashData": certificate})
                return self._commands.send(charge_point_id, request, requested_by=requested_by)
        raise NotFound("the charge point has told of no such certificate; read them anew: GetInstalledCertificateIds")


def root_in(pem: str, now: datetime) -> x509.Certificate:
    """Return the root certificate in a PEM text; raises BadInput for everything else.

    Some charge points accept any certificate, and can then neither list nor delete what is not a root.
    """
    try:
        certificates = x509.load_pem_x509_certificates(pem.encode())
        certificate = certificates[0]
        fault = "holds more than one certificate: give the root alone" if len(certificates) > 1 else None
        fault = fault or _fault(certificate, now)
    except (ValueError, TypeError, x509.InvalidVersion, UnsupportedAlgorithm):
        raise BadInput("certificate", "is no PEM certificate that can be read") from None
    if fault is not None:
        raise BadInput("certificate", fault)
    return certificate


def _fault(certificate: x509.Certificate, now: datetime) -> str | None:
    if len(to_pem([certificate])) > MAX_CERTIFICATE:
        return Phrase("has more than %(most)d characters", most=MAX_CERTIFICATE)
    if not may_sign(certificate):
        return "is not the certificate of an authority (CA)"
    try:
        certificate.verify_directly_issued_by(certificate)
    except (ValueError, InvalidSignature):
        return "is not a root: it is not signed by itself"
    if certificate.not_valid_after_utc <= now:
        return Phrase("expired on %(when)s", when=certificate.not_valid_after_utc)
    if certificate.not_valid_before_utc > now:
        return Phrase("is not valid before %(when)s", when=certificate.not_valid_before_utc)
    key = certificate.public_key()
    least = RSA_BITS if isinstance(key, RSAPublicKey) else EC_BITS if isinstance(key, EllipticCurvePublicKey) else None
    if least is None:
        return "has a key that is neither RSA nor ECDSA"
    assert isinstance(key, RSAPublicKey | EllipticCurvePublicKey)
    if key.key_size >= least:
        return None
    return Phrase("has a key of %(bits)d bits; %(least)d are needed", bits=key.key_size, least=least)
