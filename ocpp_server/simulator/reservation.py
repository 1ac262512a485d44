"""One reservation as the charge point keeps it."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Reservation:
    """One reservation; connector 0 stands for any connector, `parent_id_tag` for a family that may use it too."""

    reservation_id: int
    connector_id: int
    id_tag: str
    expires_at: datetime
    parent_id_tag: str | None = None

    def is_for(self, id_tag: str, parent_id_tag: str | None = None) -> bool:
        """Tell whether a tag may use it, as far as its parent is known."""
        family = self.parent_id_tag is not None and parent_id_tag is not None
        return same(self.id_tag, id_tag) or (family and same(self.parent_id_tag, parent_id_tag))


def same(one: str | None, other: str | None) -> bool:
    """Tell whether two tags are one: they are compared without regard to case."""
    return (one or "").lower() == (other or "").lower()


def read_expiry(text: str) -> datetime | None:
    """Read an expiryDate; one without a zone is in UTC, one that is no time None."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
