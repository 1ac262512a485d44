"""What answers tell of the root certificates that a charge point has installed, kept."""

from ocpp.v16.enums import CertificateStatus, DeleteCertificateStatus

from app.answered import Answered
from app.domain.root_certificates import NAMES, TYPES, hash_data
from app.incidents import note
from app.storage.database import Storage


def learn_installed(storage: Storage, told: Answered) -> None:
    """Keep what a GetInstalledCertificateIds was answered with; NotFound means that there are none."""
    certificates = hash_data(told.response.get("certificateHashData"))
    storage.root_certificates.read(told.charge_point_id, str(told.request["certificateType"]), certificates, told.at)


def learn_installation(storage: Storage, told: Answered) -> None:
    """Keep that there is one more; how the charge point will call it is only known when it is asked."""
    if told.response.get("status") == CertificateStatus.accepted:
        certificate_type = str(told.request["certificateType"])
        storage.root_certificates.installed(told.charge_point_id, certificate_type, told.at)
        note(storage, told.charge_point_id, "root_certificate_installed", told.at, certificate_type=certificate_type)


def learn_deletion(storage: Storage, told: Answered) -> None:
    """Keep that a certificate is not there any more, or never was."""
    status = told.response.get("status")
    if status not in (DeleteCertificateStatus.accepted, DeleteCertificateStatus.not_found):
        return
    certificate = told.request["certificateHashData"]
    for certificate_type in TYPES:
        storage.root_certificates.removed(told.charge_point_id, certificate_type, certificate)
    if status == DeleteCertificateStatus.accepted:
        detail = {name: str(certificate[name]) for name in NAMES}
        note(storage, told.charge_point_id, "root_certificate_deleted", told.at, **detail)
