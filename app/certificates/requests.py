"""SignCertificate: a charge point asks for a certificate (security whitepaper A02, A03)."""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from app.certificates.authority import CertificateAuthority
from app.certificates.signing_requests import fault_of_csr, tidy_csr
from app.door.security_profiles import NONE
from app.errors import ConfigurationError
from app.follow_ups import FollowUps, Occasion
from app.incidents import note, note_once_an_hour
from app.storage.certificates import CertificateStatus, ChargePointCertificate, kept_until
from app.storage.database import Storage

MOST_AN_HOUR = 10
MOST_KEPT = 1000
_HOUR = timedelta(hours=1)
_EVER = timedelta(days=100 * 365)


class CertificateRequests:
    """Judges a CSR and keeps it: from then on neither a crash nor a charge point that is offline loses it."""

    def __init__(self, storage: Storage, authority: CertificateAuthority) -> None:
        self._storage = storage
        self._authority = authority

    def take(self, charge_point_id: str, csr: str, at: datetime) -> bool:
        """Tell whether a CSR is accepted; why it is not is an event."""
        digest = hashlib.sha256(csr.encode("utf-8", "replace")).hexdigest()
        certificates = self._storage.certificates
        older = certificates.under_way(charge_point_id)
        if any(one.csr_digest == digest for one in older):
            return True  # sent again, for our answer was lost
        if self._too_many(charge_point_id, at):
            note_once_an_hour(self._storage, charge_point_id, "certificate_requests_too_many", at)
            return False
        fault = self._fault(charge_point_id, csr)
        if fault is not None:
            self._keep(charge_point_id, at, {"status": CertificateStatus.REJECTED, "reason": fault[:500]})
            note(self._storage, charge_point_id, "certificate_request_rejected", at, reason=fault)
            return False
        for one in older:
            certificates.end(one, CertificateStatus.SUPERSEDED, "the charge point has sent a newer CSR", at)
        accepted = {"status": CertificateStatus.REQUESTED, "csr": tidy_csr(csr), "csr_digest": digest, "due_at": at}
        self._keep(charge_point_id, at, accepted)
        return True

    def _too_many(self, charge_point_id: str, at: datetime) -> bool:
        count = self._storage.certificates.received_since
        within_an_hour = count(charge_point_id, at - _HOUR, MOST_AN_HOUR)
        return within_an_hour >= MOST_AN_HOUR or count(charge_point_id, at - _EVER, MOST_KEPT) >= MOST_KEPT

    def _fault(self, charge_point_id: str, csr: str) -> str | None:
        charge_point = self._storage.charge_points.get(charge_point_id)
        if charge_point is None or charge_point.security_profile == NONE:
            return "a charge point of security profile 0 has not shown who it is, and gets no certificate"
        try:
            self._authority.certificates()
        except ConfigurationError as error:
            return f"nobody can sign: {error}"
        return fault_of_csr(csr, self._authority.expected(charge_point.serial_number))

    def _keep(self, charge_point_id: str, at: datetime, facts: dict[str, Any]) -> None:
        """Add to the renewal that this answers, if one was asked for, else a request of its own."""
        told = {**facts, "received_at": at, "status_at": at}
        asked = self._storage.certificates.under_way(charge_point_id, CertificateStatus.ASKED)
        for one in asked[:1]:
            still = {"status": {"$eq": one.status.value}}
            if self._storage.certificates.update(one.certificate_id, {"due_at": None, **told}, when=still):
                return
        new: dict[str, Any] = {"certificate_id": uuid4().hex, "charge_point_id": charge_point_id, "requested_at": at}
        self._storage.certificates.insert(ChargePointCertificate(**new, delete_at=kept_until(at), **told))


def follow_due(storage: Storage, follow_ups: FollowUps, now: datetime) -> None:
    """Take up the requests whose next step is due: those put off, and those that a crash has left lying."""
    for one in storage.certificates.due(now):
        if one.status is CertificateStatus.ASKED:
            storage.certificates.end(one, CertificateStatus.FAILED, "the charge point has sent no CSR in time", now)
        else:
            follow_ups.tell(Occasion.CERTIFICATE_REQUESTED, one.charge_point_id)
