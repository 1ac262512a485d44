"""Charge points' certificates: signed and delivered after the request was answered, and renewed when an admin asks."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import Any
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from ocpp.v16.enums import Action, TriggerMessageStatus

from app.certificates.answers import refused
from app.certificates.authority import CertificateAuthority, Issued
from app.commands import Commands
from app.config import Settings
from app.domain.charge_points import ChargePoint
from app.door.client_certificates import fingerprint
from app.errors import CommandFailed, ConfigurationError, Conflict, NotFound, SigningFailed
from app.incidents import note, note_once_an_hour
from app.storage.certificates import CertificateStatus, ChargePointCertificate, kept_until
from app.storage.database import Storage

# A slow charge point takes minutes to make an RSA key.
ANSWERS_WITHIN = timedelta(minutes=15)
MOST_ATTEMPTS = 20
NOT_TAKEN = ("offline", "refused", "call_error")
_MARGIN = timedelta(minutes=1)
_BUSY = timedelta(seconds=5)
_SIGNERS = 2
# Not a user name: nobody has asked for it but the charge point.
BY_SERVER = "(certificate authority)"


class Certificates:
    """The use cases; `deliver` and `booted` are follow-ups, and may take as long as signer and charge point do."""

    def __init__(
        self,
        storage: Storage,
        commands: Commands,
        authority: CertificateAuthority,
        settings: Settings,
        now: Callable[[], datetime],
    ) -> None:
        self._storage = storage
        self._commands = commands
        self._authority = authority
        self._now = now
        self._signers = BoundedSemaphore(_SIGNERS)
        self._claimed_for = timedelta(seconds=settings.ca_timeout + settings.call_timeout) + _MARGIN

    def get(self, certificate_id: str) -> ChargePointCertificate:
        certificate = self._storage.certificates.get(certificate_id)
        if certificate is None:
            raise NotFound("there is no such certificate")
        return certificate

    def authority(self) -> tuple[x509.Certificate, ...]:
        """Return the certificate of who signs, and those above it; none where only a command knows them.

        Raises Conflict when nobody can sign.
        """
        try:
            return self._authority.certificates()
        except ConfigurationError as error:
            raise Conflict("no_certificate_authority", f"nobody can sign certificates: {error}") from None

    def renew(self, charge_point: ChargePoint, requested_by: str) -> ChargePointCertificate:
        """Ask a charge point for a CSR (security whitepaper A02); what comes of it is told by the record returned.

        Raises Conflict when nobody could sign it, CommandFailed.
        """
        self.authority()
        now = self._now()
        one = ChargePointCertificate(
            certificate_id=uuid4().hex,
            charge_point_id=charge_point.charge_point_id,
            requested_by=requested_by,
            requested_at=now,
            status=CertificateStatus.ASKED,
            status_at=now,
            due_at=now + ANSWERS_WITHIN,
            delete_at=kept_until(now),
        )
        for older in self._storage.certificates.under_way(charge_point.charge_point_id, CertificateStatus.ASKED):
            self._storage.certificates.end(older, CertificateStatus.SUPERSEDED, "asked again", now)
        self._storage.certificates.insert(one)
        request = (Action.extended_trigger_message, {"requestedMessage": "SignChargePointCertificate"})
        try:
            outcome = self._commands.send(one.charge_point_id, request, requested_by=requested_by)
        except CommandFailed as failure:
            if failure.outcome in NOT_TAKEN:
                self._storage.certificates.end(one, CertificateStatus.FAILED, failure.code, self._now())
            failure.facts["certificate_id"] = one.certificate_id
            raise
        if outcome.status != TriggerMessageStatus.accepted:
            reason = f"the charge point answered {outcome.status} when it was asked to renew"
            self._storage.certificates.end(one, CertificateStatus.FAILED, reason, self._now())
        return self.get(one.certificate_id)

    def booted(self, charge_point_id: str) -> None:
        """Take up what an earlier failure has put off."""
        self._storage.certificates.hasten(charge_point_id, self._now())
        self.deliver(charge_point_id)

    def deliver(self, charge_point_id: str) -> None:
        """Sign what a charge point has asked for, and bring it what was signed."""
        now = self._now()
        one = self._storage.certificates.claim(charge_point_id, now, now + self._claimed_for)
        if one is None:
            return
        try:
            signed = self._signed(one) if one.status is CertificateStatus.REQUESTED else one
            if signed is not None:
                self._bring(signed, now)
        except (SigningFailed, ConfigurationError) as error:
            note_once_an_hour(self._storage, charge_point_id, "certificate_not_signed", now, reason=str(error))
            self._again(one, str(error), now, tried=True)

    def _signed(self, one: ChargePointCertificate) -> ChargePointCertificate | None:
        charge_point = self._storage.charge_points.get(one.charge_point_id)
        if charge_point is None or one.csr is None:
            return None  # removed meanwhile, and the request with it
        if not self._signers.acquire(blocking=False):
            # Each may take long, and what follows from other charge points' boots needs threads too.
            self._storage.certificates.again(one, "waits for its turn", self._now() + _BUSY, tried=False)
            return None
        try:
            issued = self._authority.issue(one.csr, charge_point.serial_number)
        finally:
            self._signers.release()
        facts = _facts(issued)
        now = self._now()
        recorded = self._storage.certificates.issued(one, facts, now)
        if recorded is not None:
            told = {"serial_number": facts["serial_number"], "subject": facts["subject"]}
            note(self._storage, one.charge_point_id, "certificate_issued", now, **told)
        return recorded

    def _bring(self, one: ChargePointCertificate, since: datetime) -> None:
        """Send CertificateSigned; how it is answered is learned with the answer, also with a late one."""
        if one.not_after is None or one.not_after <= self._now():
            self._give_up(one, "it expired before it could be delivered")
            return
        if not self._commands.connected(one.charge_point_id):
            self._again(one, "charge_point_offline", since, tried=False)
            return
        request = (Action.certificate_signed, {"certificateChain": one.chain})
        try:
            outcome = self._commands.send(one.charge_point_id, request, requested_by=BY_SERVER)
        except CommandFailed as failure:
            self._storage.certificates.update(one.certificate_id, {"command_id": failure.facts.get("command_id")})
            if failure.outcome == "call_error":
                refused(self._storage, one, f"CALLERROR {failure.facts.get('ocpp_error')}", self._now())
            else:
                self._again(one, failure.code, since, tried=True)
        else:
            self._storage.certificates.update(one.certificate_id, {"command_id": outcome.command_id})

    def _again(self, one: ChargePointCertificate, reason: str, since: datetime, *, tried: bool) -> None:
        """Put off what was begun at `since`, unless the charge point has booted meanwhile, which ended it."""
        if tried and one.attempts + 1 >= MOST_ATTEMPTS:
            self._give_up(one, reason)
            return
        charge_point = self._storage.charge_points.get(one.charge_point_id)
        booted_at = charge_point.booted_at if charge_point else None
        due_at = self._now() if booted_at and booted_at > since else self._now() + pause(one.attempts)
        self._storage.certificates.again(one, reason, due_at, tried=tried)

    def _give_up(self, one: ChargePointCertificate, reason: str) -> None:
        if self._storage.certificates.end(one, CertificateStatus.FAILED, reason[:500], self._now()):
            note(self._storage, one.charge_point_id, "certificate_given_up", self._now(), reason=reason)


def pause(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts that failed: a minute first, an hour at most."""
    return timedelta(minutes=min(2**attempts, 60))


def _facts(issued: Issued) -> dict[str, Any]:
    certificate = issued.certificate
    return {
        "serial_number": f"{certificate.serial_number:X}",
        "fingerprint": fingerprint(certificate.public_bytes(Encoding.DER)),
        "subject": certificate.subject.rfc4514_string(),
        "not_before": certificate.not_valid_before_utc,
        "not_after": certificate.not_valid_after_utc,
        "chain": issued.chain,
    }
