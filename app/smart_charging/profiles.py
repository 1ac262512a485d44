"""Charging profiles as admins keep them, to be sent to charge points."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from app.domain.charging_profiles import ChargingProfile, Violation, nonsense
from app.errors import BadInput, NotFound
from app.storage.database import Storage


class ChargingProfiles:
    """The use cases. Charge points go on with what they were sent when a profile is changed or removed."""

    def __init__(self, storage: Storage, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._now = now

    def add(self, facts: Mapping[str, Any], created_by: str) -> ChargingProfile:
        """Keep a profile; raises BadInput with all that makes no sense in it."""
        profile = ChargingProfile(
            charging_profile_id=uuid4().hex, created_by=created_by, created_at=self._now(), **facts
        )
        require(nonsense(profile))
        return self._storage.charging_profiles.insert(profile)

    def get(self, charging_profile_id: str) -> ChargingProfile:
        profile = self._storage.charging_profiles.get(charging_profile_id)
        if profile is None:
            raise NotFound("there is no such charging profile")
        return profile

    def change(self, charging_profile_id: str, changes: Mapping[str, Any]) -> ChargingProfile:
        """Change a profile; raises BadInput."""
        profile = self.get(charging_profile_id)
        require(nonsense(replace(profile, **changes)))
        return self._storage.charging_profiles.update(charging_profile_id, changes) or profile

    def remove(self, charging_profile_id: str) -> None:
        self.get(charging_profile_id)
        self._storage.charging_profiles.delete(charging_profile_id)


def require(found: list[Violation]) -> None:
    """Raise BadInput with all that is wrong, if anything is."""
    if found:
        first, *others = found
        raise BadInput(first.field, first.reason, *others)
