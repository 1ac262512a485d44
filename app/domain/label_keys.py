"""How labels are signed, so that none can be made up, and judged, so that those revoked are none any more."""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.charge_points import charge_point_key
from app.domain.qr import Scan

_SIGNATURE = re.compile(r"(?P<key>[A-Za-z0-9_-]{4})\.(?P<version>[1-9][0-9]{0,8})\.(?P<mac>[A-Za-z0-9_-]{22})")
_PURPOSE = b"chargebridge labels"
_MAC_BYTES = 16  # RFC 2104 §5: no less than half of the hash


class LabelState(StrEnum):
    """What a label's signature is worth."""

    UNSIGNED = "unsigned"
    VALID = "valid"
    FORGED = "forged"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class LabelKeys:
    """The secrets that labels may be signed with; the first signs."""

    secrets: Sequence[str]

    def sign(self, charge_point_id: str, connector_id: int, version: int) -> Scan:
        """Return a connector's label of some version, signed."""
        key = _derived(self.secrets[0])
        mac = _mac(key, charge_point_id, connector_id, version)
        return Scan(charge_point_id, connector_id, f"{_key_id(key)}.{version}.{mac}")

    def judge(self, scan: Scan, version: int) -> LabelState:
        """Tell what a label's signature is worth where labels of `version` are in force."""
        if scan.signature is None or scan.connector_id is None:
            return LabelState.UNSIGNED
        found = _SIGNATURE.fullmatch(scan.signature)
        if found is None:
            return LabelState.FORGED
        signed_version = int(found["version"])
        for key in map(_derived, self.secrets):
            mac = _mac(key, scan.charge_point_id, scan.connector_id, signed_version)
            if found["key"] == _key_id(key) and hmac.compare_digest(mac, found["mac"]):
                return LabelState.VALID if signed_version == version else LabelState.REVOKED
        return LabelState.FORGED


def _derived(secret: str) -> bytes:
    """Return the key for labels that a secret stands for, which the same secret's other uses tell nothing about."""
    return hmac.digest(secret.encode(), _PURPOSE, hashlib.sha256)


def _key_id(key: bytes) -> str:
    return _text(hmac.digest(key, b"id", hashlib.sha256)[:3])


def _mac(key: bytes, charge_point_id: str, connector_id: int, version: int) -> str:
    message = f"label\n{charge_point_key(charge_point_id)}\n{connector_id}\n{version}"
    return _text(hmac.digest(key, message.encode(), hashlib.sha256)[:_MAC_BYTES])


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
