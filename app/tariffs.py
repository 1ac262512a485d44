"""Tariffs as admins keep them; which one a charge point has, and which one a session begins under."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from app.domain.charge_points import ChargePoint
from app.domain.tariffs import Tariff
from app.errors import AlreadyExists, BadInput, Conflict, NotFound
from app.storage.database import Storage

_MOST_TOLD = 20


class Tariffs:
    """The use cases. Sessions that have begun go on with the tariff they began under."""

    def __init__(self, storage: Storage, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._now = now

    def add(self, facts: Mapping[str, Any], created_by: str) -> Tariff:
        """Keep a tariff; as the default one it takes the place of another."""
        tariff = Tariff(tariff_id=uuid4().hex, created_by=created_by, created_at=self._now(), **facts)
        self._storage.tariffs.insert(replace(tariff, default=False))
        return self._make_default(tariff.tariff_id) if tariff.default else tariff

    def get(self, tariff_id: str) -> Tariff:
        tariff = self._storage.tariffs.get(tariff_id)
        if tariff is None:
            raise NotFound("there is no such tariff")
        return tariff

    def change(self, tariff_id: str, changes: Mapping[str, Any]) -> Tariff:
        """Change a tariff, from the next session on."""
        tariff = self.get(tariff_id)
        to_default = changes.get("default") is True and not tariff.default
        rest = {name: value for name, value in changes.items() if not (name == "default" and to_default)}
        if rest:
            tariff = self._storage.tariffs.update(tariff_id, rest) or tariff
        return self._make_default(tariff_id) if to_default else tariff

    def _make_default(self, tariff_id: str) -> Tariff:
        self._storage.tariffs.retire_default()
        try:
            made = self._storage.tariffs.update(tariff_id, {"default": True})
        except AlreadyExists as error:
            raise Conflict(
                "default_tariff_changed", "another tariff became the default just now; look again"
            ) from error
        return made or self.get(tariff_id)

    def remove(self, tariff_id: str) -> None:
        """Delete a tariff; raises Conflict with where it is used."""
        tariff = self.get(tariff_id)
        found = self._storage.charge_points.with_tariff(tariff_id, _MOST_TOLD + 1)
        used_by, more = found[:_MOST_TOLD], " and others" if len(found) > _MOST_TOLD else ""
        if used_by or tariff.default:
            uses = (
                [f"it is that of {', '.join(used_by)}{more}: give these another one or none first"] if used_by else []
            )
            uses += ["it is the default: make another one that, or none, first"] if tariff.default else []
            raise Conflict(
                "tariff_in_use",
                "; ".join(uses),
                charge_point_ids=used_by,
                default=tariff.default,
            )
        self._storage.tariffs.delete(tariff_id)

    def for_charge_point(self, charge_point: ChargePoint) -> Tariff | None:
        """Return what a session that begins there now would be paid by."""
        return self._storage.tariffs.for_charge_point(charge_point.tariff_id)


def require_tariff(storage: Storage, facts: Mapping[str, Any]) -> None:
    """Raise BadInput if a charge point is to have a tariff that is not there."""
    tariff_id = facts.get("tariff_id")
    if tariff_id is not None and storage.tariffs.get(tariff_id) is None:
        raise BadInput("tariff_id", "there is no such tariff")


def freeze_tariff(storage: Storage, charge_point: ChargePoint | None) -> Tariff | None:
    """Return the tariff to keep in a session that begins at a charge point now."""
    tariff = storage.tariffs.for_charge_point(charge_point.tariff_id if charge_point else None)
    return tariff.frozen() if tariff else None
