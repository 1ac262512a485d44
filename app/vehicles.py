"""Vehicles as their owners keep them."""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from app.domain.id_tags import IdTag, IdTagKind, IdTagStatus, generate_id_tag
from app.domain.vehicles import MOST_PER_ACCOUNT, Vehicle
from app.errors import Conflict, NotFound
from app.storage.database import Storage
from app.storage.users import User
from app.tags.keeping import take_away, was_used


class Vehicles:
    """The use cases; `now` is the clock they go by."""

    def __init__(self, storage: Storage, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._now = now
        # Of two that are added at once both are counted.
        self._counting = threading.Lock()

    def add(self, user: User, facts: Mapping[str, Any]) -> Vehicle:
        """Add a vehicle with an idTag of its own, child of the account's; raises Conflict for one too many."""
        now = self._now()
        vehicle = Vehicle(
            vehicle_id=uuid4().hex, username=user.username, id_tag=generate_id_tag(), created_at=now, **facts
        )
        tag = IdTag(
            vehicle.id_tag,
            kind=IdTagKind.VEHICLE,
            parent_id_tag=user.id_tag,
            username=user.username,
            vehicle_id=vehicle.vehicle_id,
            label=vehicle.name,
            created_at=now,
        )
        with self._counting:
            if self._storage.vehicles.has_as_many(user.username, MOST_PER_ACCOUNT):
                raise Conflict("too_many_vehicles", f"an account has {MOST_PER_ACCOUNT} vehicles at most")
            # The tag first: should the server end in between, a tag that nobody was told is left.
            self._storage.id_tags.insert(tag)
            return self._storage.vehicles.insert(vehicle)

    def own(self, user: User, vehicle_id: str) -> Vehicle:
        """Return a vehicle of the user's; raises NotFound."""
        vehicle = self._storage.vehicles.get(vehicle_id)
        if vehicle is None or vehicle.username != user.username:
            raise NotFound("there is no such vehicle among yours")
        return vehicle

    def change(self, user: User, vehicle_id: str, changes: Mapping[str, Any]) -> Vehicle:
        """Change what is known of a vehicle; its tag is called as it is. Raises NotFound."""
        vehicle = self.own(user, vehicle_id)
        changed = self._storage.vehicles.update(vehicle_id, changes) or vehicle
        if changed.name != vehicle.name:
            self._storage.id_tags.update(vehicle.id_tag, {"label": changed.name})
        return changed

    def remove(self, user: User, vehicle_id: str) -> None:
        """Remove a vehicle; where sessions bear its tag, that stays, blocked. Raises NotFound."""
        vehicle = self.own(user, vehicle_id)
        tag = self._storage.id_tags.update(vehicle.id_tag, {"status": IdTagStatus.BLOCKED})
        if tag is not None and not was_used(self._storage, tag):
            take_away(self._storage, tag, self._now())
        self._storage.vehicles.delete(vehicle_id)
