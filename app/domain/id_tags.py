"""idTags: what they look like, whose they are, and what may be said of them in a log."""

import secrets
import string
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

ALPHABET = string.ascii_uppercase + string.digits
GENERATED_LENGTH = 16  # some firmwares overrun at the 20 characters that OCPP allows
ID_TAG_PATTERN = r"[\x21-\x7e]{1,20}"
ID_TAG_IN_WORDS = "1 to 20 letters, digits or signs, without spaces"
# A vehicle's tag is a child of its account's, which may be one of a family's.
MOST_ABOVE = 2
MAX_KEPT = 64  # characters of what a charge point calls a tag; OCPP allows 20


class IdTagKind(StrEnum):
    """What bears a tag: an account has one of its own, a vehicle too; a card may be somebody's or nobody's."""

    ACCOUNT = "account"
    VEHICLE = "vehicle"
    CARD = "card"


class IdTagStatus(StrEnum):
    ACCEPTED = "Accepted"
    BLOCKED = "Blocked"


@dataclass(frozen=True, slots=True)
class IdTag:
    """A tag as it is kept: `id_tag` is upper-case, for OCPP compares tags without regard to case."""

    id_tag: str
    status: IdTagStatus = IdTagStatus.ACCEPTED
    kind: IdTagKind = IdTagKind.CARD
    expiry_date: datetime | None = None
    parent_id_tag: str | None = None
    concurrent_limit: int = 1
    label: str | None = None
    username: str | None = None
    vehicle_id: str | None = None
    created_at: datetime | None = None
    last_used_at: datetime | None = None


def generate_id_tag() -> str:
    """Return a new idTag: 16 random characters of `[A-Z0-9]` (82 bits)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(GENERATED_LENGTH))


def normalise_id_tag(text: object) -> str:
    """Return the key that a tag is looked up by: without surrounding white space, in upper case, bounded."""
    return text.strip().upper()[:MAX_KEPT] if isinstance(text, str) else ""


def mask_id_tag(text: object) -> str:
    """Return what a log may show of a tag: the last four characters."""
    tag = normalise_id_tag(text)
    return f"…{tag[-4:]}" if len(tag) > 6 else "…"
