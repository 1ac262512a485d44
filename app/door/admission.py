"""Who may connect as a charge point: the door's decision (OCPP-J §3, §6; security whitepaper A00)."""

from dataclasses import replace
from datetime import timedelta

from ocpp.v16.enums import RegistrationStatus

from app.config import Settings
from app.domain.charge_points import ChargePoint, hash_password, valid_charge_point_id
from app.door.client_certificates import fingerprint, subject_of
from app.door.newcomers import record_let_in
from app.door.security_changes import came_in, key_shown
from app.door.security_profiles import BASIC, NONE, TLS_AND_BASIC, Shown, objection
from app.errors import AlreadyExists
from app.incidents import note_once_an_hour
from app.storage.database import Storage
from ocpp_server.central_system import Admission, Admitted, Handshake, Refused

MAX_PENDING = 50
PENDING_FOR = timedelta(days=1)


def admit(storage: Storage, settings: Settings, handshake: Handshake) -> Admission:
    """Judge a newcomer. An unknown id costs the same password work as a known one with a wrong password."""
    charge_point = storage.charge_points.get(handshake.charge_point_id)
    key = key_shown(charge_point, handshake.password or b"")
    if charge_point is None:
        return _unknown(storage, settings, handshake)
    shown = _shown(storage, handshake, password_matches=key is not None)
    higher = {profile for profile in charge_point.pending_profiles.values() if profile > charge_point.security_profile}
    for profile in sorted(higher, reverse=True):
        if objection(profile, charge_point, shown, settings) is None:
            return _admitted(storage, charge_point, key, profile, handshake)
    refused = objection(charge_point.security_profile, charge_point, shown, settings)
    if refused is None:
        return _admitted(storage, charge_point, key, charge_point.security_profile, handshake)
    detail = {"reason": refused.reason, "remote_address": handshake.remote_address}
    note_once_an_hour(storage, charge_point.charge_point_id, "connection_refused", handshake.received_at, **detail)
    return refused


def _shown(storage: Storage, handshake: Handshake, *, password_matches: bool) -> Shown:
    certificate = handshake.client_certificate
    if certificate is None:
        return Shown(handshake, password_matches, None)
    ours = storage.certificates.with_fingerprint(fingerprint(certificate))
    return Shown(handshake, password_matches, subject_of(certificate), ours.charge_point_id if ours else None)


def _admitted(
    storage: Storage, charge_point: ChargePoint, key: str | None, profile: int, handshake: Handshake
) -> Admitted:
    came_in(storage, charge_point, key, profile, handshake.received_at)
    if charge_point.pending_until is not None:
        record_let_in(storage, handshake)
    return Admitted(charge_point.charge_point_id)


def _unknown(storage: Storage, settings: Settings, handshake: Handshake) -> Admission:
    if not valid_charge_point_id(handshake.charge_point_id):
        return Refused(404, f"{handshake.charge_point_id!r} cannot be an id here")
    if storage.newcomers.is_ignored(handshake.charge_point_id):
        return Refused(404, "an unknown id that an admin has chosen to ignore")
    if settings.unknown_charge_points == "reject":
        return Refused(404, f"the id {handshake.charge_point_id!r} is unknown here")
    newcomer = ChargePoint(
        charge_point_id=handshake.charge_point_id,
        registration=RegistrationStatus.accepted,
        security_profile=NONE,
        created_at=handshake.received_at,
    )
    if settings.unknown_charge_points == "pending":
        if storage.charge_points.count_pending() >= MAX_PENDING:
            return Refused(503, "too many unknown charge points wait for acceptance already", retry_after=600)
        until = handshake.received_at + PENDING_FOR
        newcomer = replace(newcomer, registration=RegistrationStatus.pending, pending_until=until)
    if handshake.password:
        # First come, first kept: from now on this id needs the password it came with, and TLS if it came with that.
        profile = TLS_AND_BASIC if handshake.secure else BASIC
        newcomer = replace(newcomer, security_profile=profile, password_hash=hash_password(handshake.password))
    try:
        storage.charge_points.insert(newcomer)
    except AlreadyExists:
        return admit(storage, settings, handshake)
    if newcomer.pending_until is not None:
        record_let_in(storage, handshake)
    return Admitted(newcomer.charge_point_id)
