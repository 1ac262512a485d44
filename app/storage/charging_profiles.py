"""Charging profiles as admins keep them, and what charge points were sent and are believed to have."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, IndexModel

from app.domain.charging_profiles import ChargingProfile, Period
from app.domain.profile_installations import ACCEPTED, REQUESTED, ProfileInstallation
from app.storage.audit import Audited
from app.storage.collection import Collection, Document, Order, to_document

OPEN = (REQUESTED, ACCEPTED)
_REMEMBERED = timedelta(days=90)


class ChargingProfiles(Audited[ChargingProfile]):
    called = "charging_profile"
    name = "charging_profiles"
    key = "charging_profile_id"
    kind = ChargingProfile
    readers = {"periods": lambda items: [Period(**item) for item in items]}
    order = Order("created_at", -1)
    indexes = (order.index(), order.index("purpose"))


class ProfileInstallations(Collection[ProfileInstallation]):
    name = "profile_installations"
    key = "installation_id"
    kind = ProfileInstallation
    order = Order("requested_at", -1)
    indexes = (
        order.index("charge_point_id"),
        order.index("charging_profile_id"),
        IndexModel([("forget_at", ASCENDING)], expireAfterSeconds=0),
    )

    def settle(self, where: Document, status: str, at: datetime, **facts: Any) -> ProfileInstallation | None:
        """Write down how the newest request among some was taken; None when none of them waits for it."""
        waiting = self.first({**where, "status": REQUESTED}, sort=self.order.keys)
        if waiting is None:
            return None
        return self.update(waiting.installation_id, settled(status, at, **facts), when={"status": REQUESTED})

    def believed(self, charge_point_id: str) -> list[ProfileInstallation]:
        """Return what a charge point has or, while its answer is missing, may have."""
        where = {"charge_point_id": {"$eq": charge_point_id}, "status": {"$in": OPEN}, "removed_at": {"$exists": False}}
        return self.find(where, sort=self.order.keys)

    def gone(self, installation_ids: Sequence[str], because: str, at: datetime) -> int:
        """Write down that some are not on their charge points any more; return how many were believed to be."""
        if not installation_ids:
            return 0
        facts = {"removed_at": at, "removed_because": because, "forget_at": at + _REMEMBERED}
        where = {"_id": {"$in": list(installation_ids)}, "removed_at": {"$exists": False}}
        return self.documents.update_many(where, {"$set": to_document(facts)}).modified_count

    def forget(self, charge_point_id: str) -> None:
        """Delete all that is known of a charge point, which was removed."""
        self.documents.delete_many({"charge_point_id": {"$eq": charge_point_id}})


def settled(status: str, at: datetime, **facts: Any) -> dict[str, Any]:
    """Return the fields of a request that has its answer; what was not accepted is forgotten after a while."""
    return {
        "status": status,
        "answered_at": at,
        "reason": None,
        "forget_at": None if status == ACCEPTED else at + _REMEMBERED,
        **facts,
    }
