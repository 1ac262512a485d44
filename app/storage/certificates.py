"""Certificates of charge points, each from the request for it to what the charge point made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pymongo import ASCENDING, IndexModel, ReturnDocument

from app.storage.collection import Collection, Document, Order, to_document


class CertificateStatus(StrEnum):
    """`asked`: the charge point was asked to renew. `requested`: it has sent a CSR. `rejected`: that was no good one.

    `issued`: signed, not yet taken. `delivered`: the charge point has it. `refused`: it did not want it. `failed`:
    nothing came of it. `superseded`: a newer request took its place.
    """

    ASKED = "asked"
    REQUESTED = "requested"
    REJECTED = "rejected"
    ISSUED = "issued"
    DELIVERED = "delivered"
    REFUSED = "refused"
    FAILED = "failed"
    SUPERSEDED = "superseded"


UNDER_WAY = (CertificateStatus.REQUESTED, CertificateStatus.ISSUED)
_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargePointCertificate:
    """`requested_at` is when it was asked for, by a user or, without `requested_by`, by the charge point itself.

    `csr` is kept until it is signed, `chain` from then on. `due_at` is when the next step is to be taken: nobody else
    takes it before. `serial_number` and `fingerprint` (SHA-256) are hexadecimal.
    """

    certificate_id: str
    charge_point_id: str
    requested_at: datetime
    status: CertificateStatus
    status_at: datetime
    delete_at: datetime
    requested_by: str | None = None
    received_at: datetime | None = None
    reason: str | None = None
    csr: str | None = None
    csr_digest: str | None = None
    due_at: datetime | None = None
    attempts: int = 0
    command_id: str | None = None
    issued_at: datetime | None = None
    serial_number: str | None = None
    fingerprint: str | None = None
    subject: str | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    chain: str | None = None


class ChargePointCertificates(Collection[ChargePointCertificate]):
    name = "certificates"
    key = "certificate_id"
    kind = ChargePointCertificate
    readers = {"status": CertificateStatus}
    order = Order("requested_at", -1)
    indexes = (
        order.index(),
        order.index("charge_point_id"),
        IndexModel([("due_at", ASCENDING)], sparse=True),
        IndexModel([("fingerprint", ASCENDING)], sparse=True),
        IndexModel([("delete_at", ASCENDING)], expireAfterSeconds=0),
    )

    def received_since(self, charge_point_id: str, since: datetime, most: int) -> int:
        """Count the CSRs of a charge point, up to `most`."""
        where = {"charge_point_id": {"$eq": charge_point_id}, "received_at": {"$gt": since}}
        return self.documents.count_documents(where, limit=most)

    def under_way(self, charge_point_id: str, *statuses: CertificateStatus) -> list[ChargePointCertificate]:
        """Return what is in one of these statuses, newest first."""
        return self.find(_of(charge_point_id, statuses or UNDER_WAY), sort=self.order.keys)

    def end(self, one: ChargePointCertificate, status: CertificateStatus, reason: str | None, at: datetime) -> bool:
        """Let one have its last status, unless it is not in the one it was seen in; tell whether it has it now."""
        changes = {"status": status, "status_at": at, "reason": reason, "due_at": None, "csr": None}
        return self.update(one.certificate_id, changes, when={"status": {"$eq": one.status.value}}) is not None

    def give_up(self, charge_point_id: str, reason: str, at: datetime) -> None:
        """End all that is under way."""
        for one in self.under_way(charge_point_id, CertificateStatus.ASKED, *UNDER_WAY):
            self.end(one, CertificateStatus.FAILED, reason, at)

    def hasten(self, charge_point_id: str, now: datetime) -> None:
        """Let what has failed before, and waits for its next time, be due at once."""
        where = {**_of(charge_point_id, UNDER_WAY), "reason": {"$exists": True}}
        self.documents.update_many(where, {"$set": {"due_at": to_document(now)}})

    def claim(self, charge_point_id: str, now: datetime, until: datetime) -> ChargePointCertificate | None:
        """Take what is due of a charge point: nobody else gets it before `until`, should this one not come back."""
        document = self.documents.find_one_and_update(
            {**_of(charge_point_id, UNDER_WAY), "due_at": {"$lte": now}},
            {"$set": {"due_at": to_document(until)}, "$unset": {"reason": ""}},
            sort=self.order.keys,
            return_document=ReturnDocument.AFTER,
        )
        return None if document is None else self.load(document)

    def again(self, one: ChargePointCertificate, reason: str, due_at: datetime, *, tried: bool) -> None:
        """Put a step off that could not be taken; `tried` says whether it counts as an attempt."""
        self.documents.update_one(
            {"_id": {"$eq": one.certificate_id}, "status": {"$eq": one.status.value}},
            {"$set": {"reason": reason[:500], "due_at": to_document(due_at)}, "$inc": {"attempts": int(tried)}},
        )

    def issued(self, one: ChargePointCertificate, facts: Document, at: datetime) -> ChargePointCertificate | None:
        """Add to a request the certificate that was signed for it, unless a newer request has taken its place."""
        changes: dict[str, Any] = {
            "status": CertificateStatus.ISSUED,
            "status_at": at,
            "issued_at": at,
            "attempts": 0,
            "csr": None,
            "delete_at": facts["not_after"] + _KEPT,
            **facts,
        }
        return self.update(one.certificate_id, changes, when={"status": {"$eq": one.status.value}})

    def with_fingerprint(self, fingerprint: str) -> ChargePointCertificate | None:
        """Return the certificate of this fingerprint, whatever has become of it."""
        return self.first({"fingerprint": {"$eq": fingerprint}})

    def due(self, now: datetime, most: int = 1000) -> list[ChargePointCertificate]:
        """Return what is due, of all charge points."""
        return self.find({"due_at": {"$lte": now}}, sort=[("due_at", ASCENDING)], limit=most)


def _of(charge_point_id: str, statuses: Sequence[CertificateStatus]) -> Document:
    return {"charge_point_id": {"$eq": charge_point_id}, "status": {"$in": [one.value for one in statuses]}}


def kept_until(at: datetime) -> datetime:
    """Return when a request of which nothing has come is deleted."""
    return at + _KEPT
