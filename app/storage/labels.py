"""Which version of a connector's label is in force; told of those whose labels were ever revoked."""

from contextlib import suppress
from dataclasses import dataclass

from app.domain.charge_points import charge_point_key
from app.errors import AlreadyExists
from app.storage.audit import Audited

FIRST = 1


@dataclass(frozen=True, slots=True)
class LabelVersion:
    """It outlives the charge point: what was revoked stays so when one of the same id is added again."""

    label_id: str
    version: int


class LabelVersions(Audited[LabelVersion]):
    called = "label"
    name = "labels"
    key = "label_id"
    kind = LabelVersion

    def in_force(self, charge_point_id: str, connector_id: int) -> int:
        """Return the version that a connector's label must have."""
        kept = self.get(_label_id(charge_point_id, connector_id))
        return kept.version if kept else FIRST

    def revoke(self, charge_point_id: str, connector_id: int) -> int:
        """Put the next version in force and return it; two who do so at once have revoked the same one."""
        label_id = _label_id(charge_point_id, connector_id)
        if kept := self.get(label_id):
            self.update(label_id, {"version": kept.version + 1}, when={"version": {"$eq": kept.version}})
        else:
            with suppress(AlreadyExists):
                self.insert(LabelVersion(label_id, FIRST + 1))
        return self.in_force(charge_point_id, connector_id)


def _label_id(charge_point_id: str, connector_id: int) -> str:
    return f"{charge_point_key(charge_point_id)}/{connector_id}"
