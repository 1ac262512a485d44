"""Charge points with their connectors, by their id without regard to case."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ocpp.v16.enums import RegistrationStatus
from pymongo import ASCENDING, IndexModel, UpdateOne

from app.domain.charge_points import ChargePoint, Connector, charge_point_key
from app.storage.audit import Audited
from app.storage.collection import Document, to_document
from app.storage.watched import Watched


def _connectors(documents: Mapping[str, Any]) -> dict[str, Connector]:
    return {number: Connector(**fields) for number, fields in documents.items()}


class ChargePoints(Watched[ChargePoint], Audited[ChargePoint]):
    called = "charge_point"
    secret = frozenset({"password_hash", "pending_keys"})
    name = "charge_points"
    key = "charge_point_id"
    kind = ChargePoint
    readers = {"connectors": _connectors, "registration": RegistrationStatus}
    indexes = (
        IndexModel([("last_seen_at", ASCENDING)]),
        IndexModel([("serial_number", ASCENDING)], sparse=True),
        IndexModel([("tariff_id", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("pending_until", ASCENDING)], expireAfterSeconds=0, sparse=True),
    )

    def id_of(self, key: object) -> object:
        return charge_point_key(str(key))

    def booted(self, charge_point_id: str, facts: Mapping[str, str | None], at: datetime) -> ChargePoint | None:
        """Keep what a charge point says of itself at boot and, if it is accepted, when that was, in one step."""
        accepted = {"registration": RegistrationStatus.accepted.value}
        booted = self.update(charge_point_id, {**facts, "booted_at": at}, when=accepted)
        if booted is not None:
            return booted
        waiting = {"registration": {"$ne": RegistrationStatus.accepted.value}}
        if not_accepted := self.update(charge_point_id, facts, when=waiting):
            return not_accepted
        # Unknown, or accepted between the two looks at it.
        return self.update(charge_point_id, {**facts, "booted_at": at}, when=accepted)

    def set_status(self, charge_point_id: str, connector: Connector) -> bool:
        """Keep a connector's status unless a newer one is kept already; one atomic step. Tell whether it was kept."""
        path = f"connectors.{connector.connector_id}"
        older = {"$or": [{f"{path}.status_at": {"$lte": connector.status_at}}, {path: {"$exists": False}}]}
        result = self.documents.update_one(
            {"_id": {"$eq": self.id_of(charge_point_id)}, **older}, {"$set": {path: to_document(connector)}}
        )
        kept = result.matched_count == 1
        if kept:
            self.changes.tell(self.called, "changed", charge_point_id, frozenset({path}))
        return kept

    def twin_of(self, charge_point: ChargePoint) -> ChargePoint | None:
        """Return another charge point of the same security profile and serial number, if there is one."""
        same = {name: {"$eq": getattr(charge_point, name)} for name in ("serial_number", "security_profile")}
        another = {"_id": {"$ne": self.id_of(charge_point.charge_point_id)}}
        return self.first({**same, **another})

    def announced(self, keys: Iterable[str]) -> set[str]:
        """Return which of these keys are of charge points that do not merely wait for an admin's word."""
        where = {"_id": {"$in": list(keys)}, "pending_until": {"$exists": False}}
        return {str(document["_id"]) for document in self.documents.find(where, {"_id": 1})}

    def announced_ids(self) -> list[str]:
        """Return the ids of all charge points that do not merely wait for an admin's word."""
        where = {"pending_until": {"$exists": False}}
        return [str(document["charge_point_id"]) for document in self.documents.find(where, {"charge_point_id": 1})]

    def of_keys(self, keys: Sequence[str]) -> list[ChargePoint]:
        return self.find({"_id": {"$in": list(keys)}}) if keys else []

    def with_tariff(self, tariff_id: str, limit: int) -> list[str]:
        """Return the ids of charge points that have a tariff of their own, this one."""
        found = self.find({"tariff_id": {"$eq": tariff_id}}, limit=limit)
        return [charge_point.charge_point_id for charge_point in found]

    def in_service(self, search: str, limit: int) -> list[ChargePoint]:
        """Return accepted charge points, by id; those with a text in their id, name or place when one is given."""
        where: Document = {"registration": RegistrationStatus.accepted.value}
        if search:
            like = {"$regex": re.escape(search), "$options": "i"}
            where["$or"] = [{name: like} for name in ("charge_point_id", "name", "place")]
        return self.find(where, sort=self.order.keys, limit=limit)

    def count_pending(self) -> int:
        """Count the unknown charge points that wait for an admin's word."""
        return self.documents.count_documents({"pending_until": {"$exists": True}})

    def seen(self, when: Mapping[str, datetime]) -> None:
        """Write down, in one round trip, when charge points were last heard."""
        if when:
            self.documents.bulk_write(
                [
                    UpdateOne({"_id": {"$eq": self.id_of(one)}}, {"$max": {"last_seen_at": at}})
                    for one, at in when.items()
                ],
                ordered=False,
            )
