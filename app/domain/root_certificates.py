"""Root certificates at charge points: how they are told apart, and which must not go."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from ocpp.v16.enums import CertificateUse

from app.domain.charge_points import clip

NAMES = ("hashAlgorithm", "issuerNameHash", "issuerKeyHash", "serialNumber")
TYPES = (CertificateUse.central_system_root_certificate, CertificateUse.manufacturer_root_certificate)
MOST, LONGEST = 100, 200


def hash_data(told: object) -> list[dict[str, str]]:
    """Return the certificateHashData of an answer, bounded; what is none is left out."""
    given = told if isinstance(told, list) else []
    entries = [one for one in given if isinstance(one, dict) and all(clip(one.get(name), 1) for name in NAMES)]
    return [{name: str(one[name])[:LONGEST] for name in NAMES} for one in entries[:MOST]]


def root_id(certificate: Mapping[str, Any]) -> str:
    """Return what a certificate is called outside: it follows from its hash data alone."""
    content = "\n".join(str(certificate.get(name)) for name in NAMES)
    return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:24]


def is_last_way_back(certificate_type: str, certificates: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether one of these is the only one by which the charge point still trusts a Central System."""
    return certificate_type == CertificateUse.central_system_root_certificate and len(certificates) == 1
