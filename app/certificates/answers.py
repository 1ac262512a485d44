"""What a charge point makes of the certificate it was sent: the answer to CertificateSigned, kept."""

from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from ocpp.v16.enums import CertificateSignedStatus

from app.answered import Answered
from app.certificates.chains import read_chain
from app.domain.charge_points import charge_point_key
from app.door.client_certificates import fingerprint
from app.incidents import note
from app.storage.certificates import CertificateStatus, ChargePointCertificate
from app.storage.database import Storage

REFUSED = "the charge point refused the certificate"


def learn_delivery(storage: Storage, answered: Answered) -> None:
    """Let the certificate that was sent know how it was taken; one that is not from here is nobody's."""
    try:
        first = read_chain(str(answered.request.get("certificateChain")))[0]
    except (ValueError, x509.InvalidVersion, UnsupportedAlgorithm):
        return
    one = storage.certificates.with_fingerprint(fingerprint(first.public_bytes(Encoding.DER)))
    if one is None or charge_point_key(one.charge_point_id) != charge_point_key(answered.charge_point_id):
        return
    if one.status is CertificateStatus.DELIVERED:
        return  # sent twice, for the first answer was late; some charge points refuse what they have already
    if answered.response.get("status") == CertificateSignedStatus.accepted:
        delivered(storage, one, answered.at)
    else:
        refused(storage, one, REFUSED, answered.at)


def delivered(storage: Storage, one: ChargePointCertificate, at: datetime) -> None:
    if storage.certificates.end(one, CertificateStatus.DELIVERED, None, at):
        note(storage, one.charge_point_id, "certificate_delivered", at, serial_number=one.serial_number or "")


def refused(storage: Storage, one: ChargePointCertificate, reason: str, at: datetime) -> None:
    if storage.certificates.end(one, CertificateStatus.REFUSED, reason, at):
        facts = {"serial_number": one.serial_number or "", "reason": reason}
        note(storage, one.charge_point_id, "certificate_refused", at, **facts)
