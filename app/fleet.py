"""Charge points as operators keep them: add, change, remove, give a new password."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from app.domain.charge_points import (
    PASSWORD_MAX_BYTES,
    PASSWORD_MIN_BYTES,
    ChargePoint,
    generate_password,
    hash_password,
    valid_charge_point_id,
)
from app.errors import AlreadyExists, BadInput, Conflict, NotFound
from app.storage.database import Storage


class Fleet:
    """The use cases; `changed` is told the id of a charge point whose connection must be looked at anew."""

    def __init__(self, storage: Storage, now: Callable[[], datetime], changed: Callable[[str], None]) -> None:
        self._storage = storage
        self._now = now
        self._changed = changed

    def add(
        self, charge_point_id: str, password: str | None, facts: Mapping[str, Any]
    ) -> tuple[ChargePoint, str | None]:
        """Add a charge point; returns it and its password, which is shown this once.

        None given → one is made. Security profile 0 needs none. Raises BadInput, Conflict.
        """
        if not valid_charge_point_id(charge_point_id):
            raise BadInput("id", "1 to 48 letters, digits, spaces inside, or * - _ = : + | @ .")
        if facts.get("security_profile") != 0:
            password = _checked(password) if password is not None else generate_password()
        charge_point = ChargePoint(
            charge_point_id=charge_point_id,
            password_hash=hash_password(password.encode()) if password is not None else None,
            created_at=self._now(),
            **facts,
        )
        try:
            return self._storage.charge_points.insert(charge_point), password
        except AlreadyExists as error:
            raise Conflict("charge_point_exists", f"there is a charge point {charge_point_id} already") from error

    def get(self, charge_point_id: str) -> ChargePoint:
        """Return a charge point; raises NotFound."""
        charge_point = self._storage.charge_points.get(charge_point_id)
        if charge_point is None:
            raise NotFound(f"there is no charge point {charge_point_id}")
        return charge_point

    def change(self, charge_point_id: str, changes: Mapping[str, Any]) -> ChargePoint:
        """Change a charge point's name, place, security profile or registration; a change of the last two ends its
        connection, so that the rules it came in under are the rules in force."""
        before = self.get(charge_point_id)
        if changes.get("security_profile", 0) > 0 and before.password_hash is None:
            raise Conflict("password_missing", "set a password before a profile that needs one")
        if "registration" in changes:
            changes = {**changes, "pending_until": None}
        after = self._storage.charge_points.update(charge_point_id, changes) or before
        if (before.security_profile, before.registration) != (after.security_profile, after.registration):
            self._changed(before.charge_point_id)
        return after

    def set_password(self, charge_point_id: str, password: str | None) -> str:
        """Give a charge point a new Basic-auth password and return it; the open connection ends."""
        password = _checked(password) if password is not None else generate_password()
        charge_point = self.get(charge_point_id)
        self._storage.charge_points.update(charge_point_id, {"password_hash": hash_password(password.encode())})
        self._changed(charge_point.charge_point_id)
        return password

    def remove(self, charge_point_id: str) -> None:
        """Remove a charge point and end its connection; its sessions stay. Raises Conflict while it is charging."""
        charge_point = self.get(charge_point_id)
        if self._storage.sessions.open_on(charge_point.charge_point_id):
            raise Conflict("charge_point_busy", "a session is open on this charge point; stop it first")
        self._storage.charge_points.delete(charge_point_id)
        self._changed(charge_point.charge_point_id)


def _checked(password: str) -> str:
    if not PASSWORD_MIN_BYTES <= len(password.encode()) <= PASSWORD_MAX_BYTES:
        raise BadInput("password", f"{PASSWORD_MIN_BYTES} to {PASSWORD_MAX_BYTES} bytes")
    return password
