"""What charge points are believed to have of charging profiles: every answer is followed, whoever sent the command."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from app.answered import Answered
from app.domain.charge_points import clip
from app.domain.charging_profiles import ChargingProfile, as_ocpp
from app.domain.profile_installations import ACCEPTED, FAILED, REQUESTED, ProfileInstallation, cleared, replaces
from app.domain.sessions import ENDED, Session
from app.errors import CommandFailed
from app.storage.charging_profiles import settled
from app.storage.database import Storage

# After these the charge point may have taken the profile all the same.
_UNKNOWN = ("timeout", "disconnected")
REPLACED, CLEARED, NOT_THERE, ENDED_WITH = "replaced", "cleared", "unknown_to_charge_point", "transaction_ended"


def new_installation(
    storage: Storage,
    profile: ChargingProfile,
    place: tuple[str, int],
    session: Session | None,
    requested_by: str,
    at: datetime,
) -> ProfileInstallation:
    """Return the record of a profile that is to go to a charge point's connector, under a new chargingProfileId."""
    number = storage.counters.next_charging_profile_id()
    charge_point_id, connector_id = place
    return ProfileInstallation(
        installation_id=uuid4().hex,
        charge_point_id=charge_point_id,
        connector_id=connector_id,
        ocpp_profile_id=number,
        purpose=profile.purpose,
        stack_level=profile.stack_level,
        profile=as_ocpp(profile, number, session.transaction_id if session else None),
        status=REQUESTED,
        requested_at=at,
        charging_profile_id=profile.charging_profile_id,
        name=profile.name,
        session_id=session.session_id if session else None,
        requested_by=requested_by,
    )


def sent(storage: Storage, row: ProfileInstallation, command_id: str) -> ProfileInstallation:
    """Write down which command has brought a profile; return the record as it now is."""
    return storage.profile_installations.update(row.installation_id, {"command_id": command_id}) or row


def not_taken(storage: Storage, row: ProfileInstallation, failure: CommandFailed, at: datetime) -> None:
    """Write down that a profile's command got no usable answer; after some nobody can know whether it was taken."""
    facts: dict[str, Any] = {"reason": failure.code, "command_id": failure.facts.get("command_id")}
    if failure.outcome not in _UNKNOWN:
        facts = settled(FAILED, at, **facts)
    storage.profile_installations.update(row.installation_id, facts, when={"status": REQUESTED})
    failure.facts["installation_id"] = row.installation_id


def learn_set(storage: Storage, told: Answered) -> None:
    """Keep how a SetChargingProfile was taken; one that an operator wrote by hand gets its record here."""
    sent = told.request["csChargingProfiles"]
    kept = _settle(storage, told, sent)
    if kept is None:
        kept = storage.profile_installations.insert(_by_hand(storage, told, sent))
    _replace(storage, kept, told.at)


def learn_start(storage: Storage, told: Answered) -> None:
    """Keep how a start's profile was taken; of one sent by hand nobody can tell its transaction, so it is not kept."""
    sent = told.request.get("chargingProfile")
    if sent and (kept := _settle(storage, told, sent)):
        _replace(storage, kept, told.at)


def learn_clear(storage: Storage, told: Answered) -> None:
    """Forget what a ClearChargingProfile has removed; Unknown says that nothing of it was there."""
    because = {"Accepted": CLEARED, "Unknown": NOT_THERE}.get(str(told.response.get("status")))
    if because is not None:
        believed = storage.profile_installations.believed(told.charge_point_id)
        gone = [one.installation_id for one in believed if cleared(told.request, one)]
        storage.profile_installations.gone(gone, because, told.at)


def installed(storage: Storage, charge_point_id: str, now: datetime) -> list[ProfileInstallation]:
    """Return what a charge point has or may have; those that went with their transactions are written down as gone."""
    still = []
    for one in storage.profile_installations.believed(charge_point_id):
        session = storage.sessions.get(one.session_id) if one.session_id else None
        if session is not None and session.state in ENDED:
            storage.profile_installations.gone([one.installation_id], ENDED_WITH, session.stopped_at or now)
        else:
            still.append(one)
    return still


def _settle(storage: Storage, told: Answered, sent: dict[str, Any]) -> ProfileInstallation | None:
    where = {"charge_point_id": {"$eq": told.charge_point_id}, "ocpp_profile_id": sent["chargingProfileId"]}
    return storage.profile_installations.settle(where, _status(told), told.at)


def _status(told: Answered) -> str:
    return clip(told.response.get("status"), 50) or "Rejected"


def _by_hand(storage: Storage, told: Answered, sent: dict[str, Any]) -> ProfileInstallation:
    transaction_id = sent.get("transactionId")
    session = None if transaction_id is None else storage.sessions.by_transaction(told.charge_point_id, transaction_id)
    return ProfileInstallation(
        installation_id=uuid4().hex,
        charge_point_id=told.charge_point_id,
        connector_id=told.request["connectorId"],
        ocpp_profile_id=sent["chargingProfileId"],
        purpose=sent["chargingProfilePurpose"],
        stack_level=sent["stackLevel"],
        profile=sent,
        requested_at=told.at,
        session_id=session.session_id if session else None,
        **settled(_status(told), told.at),
    )


def _replace(storage: Storage, newer: ProfileInstallation, at: datetime) -> None:
    if newer.status == ACCEPTED:
        believed = storage.profile_installations.believed(newer.charge_point_id)
        gone = [older.installation_id for older in believed if replaces(newer, older)]
        storage.profile_installations.gone(gone, REPLACED, at)
