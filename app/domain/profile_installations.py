"""What a charge point was sent of charging profiles, and what replaces or removes what (OCPP 1.6 §5.5, §5.16)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

REQUESTED = "Requested"
ACCEPTED = "Accepted"
FAILED = "Failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileInstallation:
    """A profile sent to a charge point's connector; `profile` is OCPP's ChargingProfile as it was sent.

    `status` is Requested, Failed (never sent, or answered by an error), or the charge point's answer. `removed_at`
    and `removed_because` tell when and why one that was accepted is believed to be gone.
    """

    installation_id: str
    charge_point_id: str
    connector_id: int
    ocpp_profile_id: int
    purpose: str
    stack_level: int
    profile: dict[str, Any]
    status: str
    requested_at: datetime
    charging_profile_id: str | None = None
    name: str | None = None
    session_id: str | None = None
    requested_by: str | None = None
    command_id: str | None = None
    reason: str | None = None
    answered_at: datetime | None = None
    removed_at: datetime | None = None
    removed_because: str | None = None
    forget_at: datetime | None = None

    @property
    def installed(self) -> bool:
        """Tell whether the charge point is believed to have it."""
        return self.status == ACCEPTED and self.removed_at is None


def replaces(newer: ProfileInstallation, older: ProfileInstallation) -> bool:
    """Tell whether a charge point that takes one forgets the other (§5.16): the same id, or the same place."""
    if newer.installation_id == older.installation_id:
        return False
    return newer.ocpp_profile_id == older.ocpp_profile_id or _place(newer) == _place(older)


def _place(one: ProfileInstallation) -> tuple[int, str, int]:
    return one.connector_id, one.purpose, one.stack_level


def cleared(request: Mapping[str, Any], one: ProfileInstallation) -> bool:
    """Tell whether a ClearChargingProfile.req is about a profile (§5.5): the one of its id, else all that match."""
    if "id" in request:
        return bool(request["id"] == one.ocpp_profile_id)
    wanted = {
        "connectorId": one.connector_id,
        "chargingProfilePurpose": one.purpose,
        "stackLevel": one.stack_level,
    }
    return all(request.get(name, value) == value for name, value in wanted.items())
