"""Charge points as operators keep them: add, change, remove, give a new password."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ocpp.v16.enums import RegistrationStatus

from app.config import Settings
from app.domain.charge_points import (
    ID_IN_WORDS,
    PASSWORD_MAX_BYTES,
    PASSWORD_MIN_BYTES,
    ChargePoint,
    generate_password,
    hash_password,
    key_bytes,
    valid_charge_point_id,
)
from app.domain.phrases import Phrase
from app.door.security_profiles import BASIC, MUTUAL_TLS, WITH_PASSWORD, require_served
from app.errors import AlreadyExists, BadInput, Conflict, NotFound
from app.reservations.events import end_reservations
from app.storage.database import Storage
from app.tariffs import require_tariff


class Fleet:
    """The use cases; `changed` is told the id of a charge point whose connection must be looked at anew."""

    def __init__(
        self, storage: Storage, settings: Settings, now: Callable[[], datetime], changed: Callable[[str], None]
    ) -> None:
        self._storage = storage
        self._settings = settings
        self._now = now
        self._changed = changed

    def add(
        self, charge_point_id: str, password: str | None, facts: Mapping[str, Any]
    ) -> tuple[ChargePoint, str | None]:
        """Add a charge point; returns it and its password, which is shown this once.

        None given → one is made where the security profile needs one. Raises BadInput, Conflict.
        """
        if not valid_charge_point_id(charge_point_id):
            raise BadInput("id", ID_IN_WORDS)
        require_tariff(self._storage, facts)
        charge_point = ChargePoint(charge_point_id=charge_point_id, created_at=self._now(), **facts)
        self._require_profile(charge_point)
        if password is not None:
            password = _checked(password)
        elif charge_point.security_profile in WITH_PASSWORD:
            password = generate_password()
        if password is not None:
            charge_point = replace(charge_point, password_hash=hash_password(key_bytes(password)))
        try:
            return self._storage.charge_points.insert(charge_point), password
        except AlreadyExists as error:
            raise Conflict("charge_point_exists", f"there is a charge point {charge_point_id} already") from error

    def accept(self, pending: ChargePoint, facts: Mapping[str, Any]) -> tuple[ChargePoint, str | None]:
        """Take in a charge point that waits for it; returns it and its password, if one had to be made.

        It keeps the password it came with; without a word about its security profile, that one too. Raises Conflict.
        """
        came_with_password = pending.password_hash is not None
        profile = pending.security_profile if came_with_password else BASIC
        changes = {"security_profile": profile, **facts, "registration": RegistrationStatus.accepted}
        self._require_profile(replace(pending, **changes))
        password = None
        if changes["security_profile"] in WITH_PASSWORD and not came_with_password:
            password = generate_password()
            changes["password_hash"] = hash_password(key_bytes(password))
        changes["pending_until"] = None
        accepted = self._storage.charge_points.update(pending.charge_point_id, changes)
        if accepted is None:
            raise NotFound(f"{pending.charge_point_id} waits no more")
        self._changed(pending.charge_point_id)
        return accepted, password

    def get(self, charge_point_id: str) -> ChargePoint:
        """Return a charge point; raises NotFound."""
        charge_point = self._storage.charge_points.get(charge_point_id)
        if charge_point is None:
            raise NotFound(f"there is no charge point {charge_point_id}")
        return charge_point

    def change(self, charge_point_id: str, changes: Mapping[str, Any]) -> ChargePoint:
        """Change a charge point's name, place, tariff, serial number, security profile or registration; a change of the
        last three ends its connection, so that the rules it came in under are the rules in force. Raises Conflict,
        BadInput."""
        before = self.get(charge_point_id)
        require_tariff(self._storage, changes)
        if "security_profile" in changes or "serial_number" in changes:
            self._require_profile(replace(before, **changes))
        if changes.get("security_profile") in WITH_PASSWORD and before.password_hash is None:
            raise Conflict("password_missing", "set a password before a profile that needs one")
        if "security_profile" in changes:
            changes = {**changes, "pending_profiles": None}
        if "registration" in changes:
            changes = {**changes, "pending_until": None}
        after = self._storage.charge_points.update(charge_point_id, changes) or before
        if _rules_for(before) != _rules_for(after):
            self._changed(before.charge_point_id)
        return after

    def _require_profile(self, charge_point: ChargePoint) -> None:
        """Raise Conflict unless a charge point can come in by its profile."""
        require_served(charge_point.security_profile, self._settings)
        if charge_point.security_profile != MUTUAL_TLS:
            return
        if charge_point.serial_number is None:
            raise Conflict(
                "serial_number_missing", "security profile 3 needs the serial number, which is the certificate's CN"
            )
        if twin := self._storage.charge_points.twin_of(charge_point):
            # A00.FR.427: each charge point has a certificate of its own.
            raise Conflict("serial_number_taken", f"{twin.charge_point_id} has it: one certificate would open both")

    def set_password(self, charge_point_id: str, password: str | None) -> str:
        """Give a charge point a new Basic-auth password and return it; the open connection ends."""
        password = _checked(password) if password is not None else generate_password()
        charge_point = self.get(charge_point_id)
        digest = hash_password(key_bytes(password))
        self._storage.charge_points.update(charge_point_id, {"password_hash": digest, "pending_keys": None})
        self._changed(charge_point.charge_point_id)
        return password

    def remove(self, charge_point_id: str) -> None:
        """Remove a charge point and end its connection; its sessions stay. Raises Conflict while it is charging."""
        charge_point = self.get(charge_point_id)
        if self._storage.sessions.open_on(charge_point.charge_point_id):
            raise Conflict("charge_point_busy", "a session is open on this charge point; stop it first")
        self._storage.charge_points.delete(charge_point_id)
        self._storage.configurations.delete(charge_point_id)
        self._storage.capabilities.delete(charge_point_id)
        self._storage.favourites.drop_charge_point(charge_point.charge_point_id)
        end_reservations(self._storage, charge_point.charge_point_id, "the charge point was removed", self._now())
        self._storage.local_list_rules.drop_charge_point(charge_point.charge_point_id)
        self._storage.local_lists.delete(charge_point_id)
        self._storage.local_list_contents.delete(charge_point_id)
        self._storage.profile_installations.forget(charge_point.charge_point_id)
        self._storage.certificates.give_up(charge_point.charge_point_id, "the charge point was removed", self._now())
        self._storage.root_certificates.forget(charge_point.charge_point_id)
        self._changed(charge_point.charge_point_id)


def _rules_for(charge_point: ChargePoint) -> tuple[object, ...]:
    return charge_point.security_profile, charge_point.registration, charge_point.serial_number


def _checked(password: str) -> str:
    if not PASSWORD_MIN_BYTES <= len(password.encode()) <= PASSWORD_MAX_BYTES:
        raise BadInput(
            "password", Phrase("%(least)d to %(most)d bytes", least=PASSWORD_MIN_BYTES, most=PASSWORD_MAX_BYTES)
        )
    return password
