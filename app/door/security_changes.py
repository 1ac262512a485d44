"""A new key or a higher security profile for a charge point: known here before it is sent, in force once it is used.

From the moment such a change leaves, nobody can be sure until the charge point comes back: its answer may be lost, the
process may end. So old and new both open the door, until the new one does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ocpp.v16.enums import ConfigurationStatus

from app.domain.charge_points import KEY_BYTES, ChargePoint, hash_password, key_bytes, password_matches
from app.door.security_profiles import MUTUAL_TLS
from app.errors import BadInput, Conflict
from app.incidents import note
from app.storage.database import Storage
from ocpp_server.central_system import Payload
from ocpp_server.errors import CallErrorReceived, CallFailed, CallQueueFull, CallTimeout, InvalidRequest, NotConnected

MOST_PENDING = 5
CURRENT = ""
_NEVER_SENT = (NotConnected, CallQueueFull, InvalidRequest)
_NOT_TAKEN = (ConfigurationStatus.rejected, ConfigurationStatus.not_supported)


class SecurityChange(Protocol):
    """A change about to be sent by a command."""

    def keep(self, storage: Storage, charge_point_id: str, command_id: str) -> None:
        """Write it down before it is sent; raises BadInput, Conflict."""
        ...

    def drop(self, storage: Storage, charge_point_id: str, command_id: str) -> None:
        """Forget it: it certainly did not take place."""
        ...


@dataclass(frozen=True, slots=True)
class NewKey:
    """An AuthorizationKey: 16 to 20 bytes, as hex or as they are (security whitepaper A00.FR.205, A01)."""

    value: str

    def keep(self, storage: Storage, charge_point_id: str, command_id: str) -> None:
        key = key_bytes(self.value)
        if len(key) not in KEY_BYTES or not self.value.isprintable():
            raise BadInput("value", "an AuthorizationKey is 32 to 40 hexadecimal digits or 16 to 20 characters")
        charge_point = storage.charge_points.get(charge_point_id)
        if charge_point is not None and len(charge_point.pending_keys) >= MOST_PENDING:
            raise Conflict(
                "too_many_pending_keys",
                f"{MOST_PENDING} new keys were sent and none has been used; let the charge point reconnect first, "
                "or give it a password here",
            )
        storage.charge_points.update(charge_point_id, {f"pending_keys.{command_id}": hash_password(key)})

    def drop(self, storage: Storage, charge_point_id: str, command_id: str) -> None:
        storage.charge_points.update(charge_point_id, {f"pending_keys.{command_id}": None})


@dataclass(frozen=True, slots=True)
class HigherProfile:
    """A SecurityProfile above 0; one that is no higher is sent too, but never believed (A00.FR.005)."""

    profile: int

    def keep(self, storage: Storage, charge_point_id: str, command_id: str) -> None:
        higher = {"security_profile": {"$lt": self.profile}}
        storage.charge_points.update(charge_point_id, {f"pending_profiles.{command_id}": self.profile}, when=higher)

    def drop(self, storage: Storage, charge_point_id: str, command_id: str) -> None:
        storage.charge_points.update(charge_point_id, {f"pending_profiles.{command_id}": None})


def security_change(payload: Payload) -> SecurityChange | None:
    """Return what a ChangeConfiguration changes about how the charge point comes in, None for all other keys."""
    value = str(payload["value"])
    match str(payload["key"]).casefold():
        case "authorizationkey":
            return NewKey(value)
        case "securityprofile" if value in map(str, range(1, MUTUAL_TLS + 1)):
            return HigherProfile(int(value))
    return None


def did_not_take(result: Payload | CallFailed) -> bool:
    """Tell whether a change has certainly not taken place, by the answer to its command or the lack of one."""
    if isinstance(result, CallTimeout):
        return not result.sent
    if isinstance(result, CallFailed):
        return isinstance(result, (*_NEVER_SENT, CallErrorReceived))
    return result.get("status") in _NOT_TAKEN


def key_shown(charge_point: ChargePoint | None, password: bytes) -> str | None:
    """Return which key a password is: CURRENT, the command that sent a pending one, or None.

    An unknown charge point (None) costs the same work as a known one.
    """
    keys = {CURRENT: charge_point.password_hash if charge_point else None}
    if charge_point is not None:
        keys |= charge_point.pending_keys
    return next((name for name, digest in keys.items() if password_matches(password, digest)), None)


def came_in(storage: Storage, charge_point: ChargePoint, key: str | None, profile: int, at: datetime) -> None:
    """Put into force what a charge point has come in with, and drop what it replaces."""
    charge_point_id = charge_point.charge_point_id
    if key in charge_point.pending_keys:
        digest = charge_point.pending_keys[key]
        replaced = _up_to(key, charge_point.pending_keys)
        changes: dict[str, Any] = {"password_hash": digest} | {f"pending_keys.{one}": None for one in replaced}
        if storage.charge_points.update(charge_point_id, changes, when={f"pending_keys.{key}": {"$eq": digest}}):
            note(storage, charge_point_id, "authorization_key_changed", at)
    if profile > charge_point.security_profile:
        reached = [command for command, one in charge_point.pending_profiles.items() if one <= profile]
        changes = {"security_profile": profile} | {f"pending_profiles.{one}": None for one in reached}
        before = charge_point.security_profile
        if storage.charge_points.update(charge_point_id, changes, when={"security_profile": {"$eq": before}}):
            note(storage, charge_point_id, "security_profile_raised", at, old=str(before), new=str(profile))


def _up_to(key: str, pending: Mapping[str, str]) -> list[str]:
    """Return a pending key and those sent before it; one sent later may still take place."""
    commands = list(pending)
    return commands[: commands.index(key) + 1]
