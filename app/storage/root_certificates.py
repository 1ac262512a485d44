"""Which root certificates charge points have told they trust: one document for each charge point and type."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.domain.charge_points import charge_point_key
from app.domain.root_certificates import TYPES
from app.storage.collection import Collection, to_document


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledRoots:
    """`certificates` are OCPP's certificateHashData as they were told; `changed_at` is when another one was installed
    that is not among them, for it has not been read since."""

    roots_id: str
    charge_point_id: str
    certificate_type: str
    read_at: datetime
    certificates: list[dict[str, str]] = field(default_factory=list)
    changed_at: datetime | None = None


class RootCertificates(Collection[InstalledRoots]):
    name = "root_certificates"
    key = "roots_id"
    kind = InstalledRoots

    def of(self, charge_point_id: str, certificate_type: str) -> InstalledRoots | None:
        return self.get(_key(charge_point_id, certificate_type))

    def read(
        self, charge_point_id: str, certificate_type: str, certificates: list[dict[str, str]], at: datetime
    ) -> None:
        """Put what was told in the place of what was told before."""
        key = _key(charge_point_id, certificate_type)
        told = InstalledRoots(
            roots_id=key,
            charge_point_id=charge_point_id,
            certificate_type=certificate_type,
            read_at=at,
            certificates=certificates,
        )
        self.documents.replace_one({"_id": {"$eq": key}}, to_document(told), upsert=True)

    def installed(self, charge_point_id: str, certificate_type: str, at: datetime) -> None:
        """Note that there is one more than was read."""
        self.update(_key(charge_point_id, certificate_type), {"changed_at": at})

    def removed(self, charge_point_id: str, certificate_type: str, certificate: Mapping[str, Any]) -> None:
        """Take out a certificate that is no longer there."""
        exactly = {name: {"$eq": value} for name, value in certificate.items()}
        where = {"_id": {"$eq": _key(charge_point_id, certificate_type)}}
        self.documents.update_one(where, {"$pull": {"certificates": exactly}})

    def forget(self, charge_point_id: str) -> None:
        """Drop what a charge point has told: it was removed, and the next one of its name is another one."""
        self.documents.delete_many({"_id": {"$in": [_key(charge_point_id, each) for each in TYPES]}})


def _key(charge_point_id: str, certificate_type: str) -> str:
    return f"{certificate_type} {charge_point_key(charge_point_id)}"
