"""Who may connect as a charge point: the door's rules (OCPP-J §3, §6)."""

from dataclasses import replace
from datetime import timedelta

from ocpp.v16.enums import RegistrationStatus

from app.config import Settings
from app.domain.charge_points import ChargePoint, charge_point_key, hash_password, password_matches
from app.errors import AlreadyExists
from app.storage.database import Storage
from app.storage.records import Refusal, refusal_key
from ocpp_server.central_system import Admission, Admitted, Handshake, Refused

MAX_PENDING = 50
PENDING_FOR = timedelta(days=1)


def admit(storage: Storage, settings: Settings, handshake: Handshake) -> Admission:
    """Judge a newcomer. An unknown id costs the same password work as a known one with a wrong password."""
    charge_point = storage.charge_points.get(handshake.charge_point_id)
    matches = password_matches(handshake.password or b"", charge_point.password_hash if charge_point else None)
    if charge_point is None:
        return _unknown(storage, settings, handshake)
    if charge_point.security_profile == 0:
        return Admitted(charge_point.charge_point_id)
    if handshake.username is None or handshake.password is None:
        return Refused(401, "no password given: Basic authentication is required for this charge point")
    if charge_point_key(handshake.username) != charge_point_key(charge_point.charge_point_id):
        return Refused(401, "the user name of Basic authentication must be the charge point's id")
    if not matches:
        return Refused(401, "password wrong")
    return Admitted(charge_point.charge_point_id)


def _unknown(storage: Storage, settings: Settings, handshake: Handshake) -> Admission:
    if settings.unknown_charge_points == "reject":
        return Refused(404, f"the id {handshake.charge_point_id!r} is unknown here")
    newcomer = ChargePoint(
        charge_point_id=handshake.charge_point_id,
        registration=RegistrationStatus.accepted,
        security_profile=0,
        created_at=handshake.received_at,
    )
    if settings.unknown_charge_points == "pending":
        if storage.charge_points.count_pending() >= MAX_PENDING:
            return Refused(503, "too many unknown charge points wait for acceptance already", retry_after=600)
        until = handshake.received_at + PENDING_FOR
        newcomer = replace(newcomer, registration=RegistrationStatus.pending, pending_until=until)
    if handshake.password:
        # First come, first kept: from now on this id needs the password it came with.
        newcomer = replace(newcomer, security_profile=1, password_hash=hash_password(handshake.password))
    try:
        storage.charge_points.insert(newcomer)
    except AlreadyExists:
        return admit(storage, settings, handshake)
    return Admitted(newcomer.charge_point_id)


def as_recorded(handshake: Handshake, refusal: Refused) -> Refusal:
    """Return who was turned away and why, for the operator who wonders why a charger stays offline."""
    return Refusal(
        refusal_id=refusal_key(handshake.charge_point_id, handshake.remote_address, refusal.reason),
        charge_point_id=handshake.charge_point_id[:100],
        remote_address=handshake.remote_address,
        status=refusal.status,
        reason=refusal.reason,
        subprotocols=[p[:50] for p in handshake.subprotocols[:10]],
        username=handshake.username[:100] if handshake.username else None,
        count=1,
        first_at=handshake.received_at,
        last_at=handshake.received_at,
    )
