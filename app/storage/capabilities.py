"""Which actions a charge point's answers have shown to be supported, or not; for one firmware version."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pymongo.errors import DuplicateKeyError

from app.domain.capabilities import Learnt
from app.domain.charge_points import charge_point_key
from app.storage.collection import Collection, to_document


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What was learnt, by action."""

    charge_point_id: str
    firmware_version: str | None = None
    actions: Mapping[str, Learnt] = field(default_factory=dict)


def _actions(documents: Mapping[str, Any]) -> dict[str, Learnt]:
    return {action: Learnt(**fields) for action, fields in documents.items()}


class CapabilityRecords(Collection[Capabilities]):
    name = "capabilities"
    key = "charge_point_id"
    kind = Capabilities
    readers = {"actions": _actions}

    def id_of(self, key: object) -> object:
        return charge_point_key(str(key))

    def learnt_of(self, charge_point_id: str, firmware_version: str | None) -> Mapping[str, Learnt]:
        """Return what was learnt by action; nothing when another firmware version has told it."""
        known = self.get(charge_point_id)
        return known.actions if known is not None and known.firmware_version == firmware_version else {}

    def learn(self, charge_point_id: str, firmware_version: str | None, action: str, told: Learnt) -> None:
        """Keep what an answer has told; what another firmware version told is dropped."""
        key = self.id_of(charge_point_id)
        added = self.documents.update_one(
            {"_id": {"$eq": key}, "firmware_version": {"$eq": firmware_version}},
            {"$set": {f"actions.{action}": to_document(told)}},
        )
        if added.matched_count == 0:
            document = to_document(Capabilities(charge_point_id, firmware_version, {action: told}))
            try:
                self.documents.replace_one({"_id": {"$eq": key}}, document, upsert=True)
            except DuplicateKeyError:
                # Another answer came first; the action's next answer tells again.
                return
