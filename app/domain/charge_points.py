"""A charge point and its connectors, as an operator knows them."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from ocpp.v16.enums import RegistrationStatus

ID_PATTERN = r"[A-Za-z0-9*\-_=:+|@.]([A-Za-z0-9*\-_=:+|@. ]{0,46}[A-Za-z0-9*\-_=:+|@.])?"
# What stands in the place of an id in the paths of the API and of the pages.
RESERVED = frozenset({"pending", "labels", "new"})
ID_IN_WORDS = "1 to 48 letters, digits, spaces inside, or * - _ = : + | @ . but not pending, labels or new"
PASSWORD_MIN_BYTES = 16
PASSWORD_MAX_BYTES = 40
KEY_BYTES = range(16, 21)


@dataclass(frozen=True, slots=True)
class Connector:
    """A connector's last word; connector 0 is the charge point as a whole."""

    connector_id: int
    status: str
    status_at: datetime
    error_code: str = "NoError"
    info: str | None = None
    vendor_error_code: str | None = None


@dataclass(frozen=True, slots=True)
class ChargePoint:
    """`registration` is the operator's decision, told at BootNotification; `password_hash` is the digest of the key.

    `booted_at` is when a boot was last answered with Accepted. `pending_until` is when an unknown charge point that
    nobody has accepted is forgotten again.

    `pending_keys` (digests) and `pending_profiles` are what it has been sent and may come back with, by the command
    that sent it, oldest first.
    """

    charge_point_id: str
    name: str | None = None
    place: str | None = None
    tariff_id: str | None = None
    security_profile: int = 1
    password_hash: str | None = None
    pending_keys: dict[str, str] = field(default_factory=dict)
    pending_profiles: dict[str, int] = field(default_factory=dict)
    registration: RegistrationStatus = RegistrationStatus.accepted
    vendor: str | None = None
    model: str | None = None
    serial_number: str | None = None
    firmware_version: str | None = None
    booted_at: datetime | None = None
    last_seen_at: datetime | None = None
    firmware_status: str | None = None
    diagnostics_status: str | None = None
    log_status: str | None = None
    created_at: datetime | None = None
    pending_until: datetime | None = None
    connectors: dict[str, Connector] = field(default_factory=dict)

    def status_of(self, connector_id: int) -> str | None:
        """Return the connector's last reported status."""
        connector = self.connectors.get(str(connector_id))
        return connector.status if connector else None

    @property
    def in_service(self) -> bool:
        """Tell whether it has booted and been accepted; a mere reconnect needs no new boot (OCPP-J §5.4)."""
        return self.booted_at is not None and self.registration == RegistrationStatus.accepted


def charge_point_key(charge_point_id: str) -> str:
    """Return what a charge point is looked up by: ids differ in case between a label, a URL and a database."""
    return charge_point_id.casefold()


def valid_charge_point_id(text: str) -> bool:
    """Tell whether an id can be one: 1–48 printable characters that OCPP identifiers use, no slash, not only dots."""
    return re.fullmatch(ID_PATTERN, text) is not None and set(text) != {"."} and charge_point_key(text) not in RESERVED


def generate_password() -> str:
    """Return a new Basic-auth key: 20 random characters (119 bits), within the 16–20 bytes of OCPP-J §6."""
    alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
    return "".join(secrets.choice(alphabet) for _ in range(20))


def key_bytes(text: str) -> bytes:
    """Return the key that a text stands for: the bytes it is the hex of, if they are 16 to 20, else its own.

    Stored so, a key is recognised as raw bytes and as hex in either case.
    """
    try:
        decoded = bytes.fromhex(text)
    except ValueError:
        return text.encode()
    return decoded if len(decoded) in KEY_BYTES and len(text) == 2 * len(decoded) else text.encode()


def hash_password(password: bytes) -> str:
    """Return a salted digest of a charge point's key.

    The keys are random and long, so a fast keyed hash keeps them safe and a storm of 5,000 reconnecting chargers
    does not cost a hundred seconds of key stretching.
    """
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${hmac.digest(salt, password, 'sha256').hex()}"


def password_matches(presented: bytes, password_hash: str | None) -> bool:
    """Compare in constant time; the key may come as bytes or as the hex text of those bytes.

    An unknown charge point (`password_hash` None) costs the same work as a known one.
    """
    salt, _, digest = (password_hash or "00$00").partition("$")
    candidates = [presented, presented.hex().encode(), presented.hex().upper().encode(), _from_hex(presented)]
    known = bytes.fromhex(digest)
    matches = [hmac.compare_digest(hmac.digest(bytes.fromhex(salt), c, hashlib.sha256), known) for c in candidates]
    return any(matches) and password_hash is not None


def _from_hex(presented: bytes) -> bytes:
    try:
        return bytes.fromhex(presented.decode("ascii"))
    except ValueError:
        return presented


def clip(text: object, length: int) -> str | None:
    """Return charger-supplied text as something that can be stored and shown: a string, bounded, or None."""
    if text is None or text == "":
        return None
    return str(text)[:length]
