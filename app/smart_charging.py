"""Smart charging on charge points: send profiles, clear them, ask what a connector may draw (OCPP 1.6 §3.13)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from ocpp.v16.enums import Action, GetCompositeScheduleStatus
from ocpp.v16.enums import ChargingProfilePurposeType as Purpose

from app.charging_profiles import ChargingProfiles, require
from app.commands import Commands, Outcome
from app.domain.charge_points import ChargePoint
from app.domain.charging_profiles import ChargingProfile, Violation, as_ocpp, misplaced, unfit_for_start
from app.domain.composite_schedules import Composite, read_composite
from app.domain.profile_installations import FAILED, REQUESTED, ProfileInstallation
from app.domain.profile_limits import ProfileLimits, beyond, read_limits
from app.domain.sessions import RUNNING, Session
from app.errors import BadInput, CommandFailed, Conflict
from app.profile_record import installed
from app.storage.charging_profiles import settled
from app.storage.database import Storage

# After these the charge point may have taken the profile all the same.
_UNKNOWN = ("timeout", "disconnected")


class SmartCharging:
    """The use cases; what is believed to be installed follows the answers, see app/profile_record.py."""

    def __init__(
        self, storage: Storage, commands: Commands, profiles: ChargingProfiles, now: Callable[[], datetime]
    ) -> None:
        self._storage = storage
        self._commands = commands
        self._profiles = profiles
        self._now = now

    def limits(self, charge_point_id: str) -> ProfileLimits:
        """Return what is known of a charge point's limits from its configuration."""
        return read_limits(self._storage.configurations.of(charge_point_id))

    def send(
        self,
        charge_point: ChargePoint,
        charging_profile_id: str,
        connector_id: int,
        *,
        session_id: str | None,
        force: bool,
        requested_by: str,
    ) -> ProfileInstallation:
        """Send a profile to a connector and return how it was taken.

        A TxProfile names the transaction of the session, or of the one that runs on the connector. `force` sends what
        does not fit. Raises BadInput, Conflict (no transaction, beyond the charge point's limits), CommandFailed.
        """
        profile = self._profiles.get(charging_profile_id)
        session = self._session(charge_point, profile, connector_id, session_id)
        if not force:
            self._require_fitting(profile, charge_point, connector_id)
            if profile.purpose == Purpose.tx_profile and session is None:
                raise Conflict("no_transaction", "no transaction is running on this connector for the TxProfile")
        row = self._installation(profile, charge_point, connector_id, session, requested_by)
        payload = {"connectorId": connector_id, "csChargingProfiles": row.profile}
        self._storage.profile_installations.insert(row)
        try:
            outcome = self._commands.send(
                row.charge_point_id, (Action.set_charging_profile.value, payload), requested_by=requested_by
            )
        except CommandFailed as failure:
            self.not_taken(row, failure)
            raise
        return self.sent(row, outcome)

    def for_start(
        self, charge_point: ChargePoint, charging_profile_id: str, session: Session, requested_by: str
    ) -> ProfileInstallation:
        """Prepare a profile that is to come with a session's RemoteStartTransaction (OCPP 1.6 §5.16.2).

        Raises NotFound, BadInput, Conflict.
        """
        profile = self._profiles.get(charging_profile_id)
        require(unfit_for_start(profile))
        self._require_fitting(profile, charge_point, session.connector_id)
        return self._installation(profile, charge_point, session.connector_id, session, requested_by)

    def sent(self, row: ProfileInstallation, outcome: Outcome) -> ProfileInstallation:
        """Write down which command has brought a profile; return the installation as it now is."""
        facts = {"command_id": outcome.command_id}
        return self._storage.profile_installations.update(row.installation_id, facts) or row

    def not_taken(self, row: ProfileInstallation, failure: CommandFailed) -> None:
        """Write down that a profile's command got no usable answer; nobody can know whether it was taken after some."""
        facts: dict[str, Any] = {"reason": failure.code, "command_id": failure.facts.get("command_id")}
        if failure.outcome not in _UNKNOWN:
            facts = settled(FAILED, self._now(), **facts)
        self._storage.profile_installations.update(row.installation_id, facts, when={"status": REQUESTED})
        failure.facts["installation_id"] = row.installation_id

    def refresh(self, charge_point_id: str) -> None:
        """Write down which profiles have gone with their transactions, so that a list tells the truth."""
        installed(self._storage, charge_point_id, self._now())

    def clear(self, charge_point: ChargePoint, request: Mapping[str, Any], requested_by: str) -> Outcome:
        """Send a ClearChargingProfile.req; the record of what is installed follows the answer."""
        order = (Action.clear_charging_profile.value, dict(request))
        return self._commands.send(charge_point.charge_point_id, order, requested_by=requested_by)

    def composite(
        self, charge_point: ChargePoint, connector_id: int, duration: int, unit: str | None, requested_by: str
    ) -> tuple[Outcome, Composite | None]:
        """Ask what a connector (0: the whole) may draw in the next `duration` seconds; None where it would not say."""
        request: dict[str, Any] = {"connectorId": connector_id, "duration": duration}
        if unit is not None:
            request["chargingRateUnit"] = unit
        order = (Action.get_composite_schedule.value, request)
        outcome = self._commands.send(charge_point.charge_point_id, order, requested_by=requested_by)
        if outcome.status != GetCompositeScheduleStatus.accepted:
            return outcome, None
        return outcome, read_composite(outcome.response, duration, unit, self._now())

    def _session(
        self, charge_point: ChargePoint, profile: ChargingProfile, connector_id: int, session_id: str | None
    ) -> Session | None:
        if profile.purpose != Purpose.tx_profile:
            if session_id is not None:
                raise BadInput("session_id", "only a TxProfile is for a session")
            return None
        here = self._storage.sessions.open_on(charge_point.charge_point_id, connector_id)
        running = [s for s in here if s.state in RUNNING and session_id in (None, s.session_id)]
        if session_id is not None and not running:
            raise BadInput("session_id", "is no session that is charging on this connector")
        return running[-1] if running else None

    def _require_fitting(self, profile: ChargingProfile, charge_point: ChargePoint, connector_id: int) -> None:
        connectors = [int(number) for number in charge_point.connectors if number != "0"]
        require(misplaced(profile, connector_id, connectors, self._now()))
        place = (connector_id, profile.purpose, profile.stack_level)
        believed = installed(self._storage, charge_point.charge_point_id, self._now())
        others = [one for one in believed if (one.connector_id, one.purpose, one.stack_level) != place]
        if found := beyond(profile, self.limits(charge_point.charge_point_id), len(others)):
            raise Conflict(
                "beyond_charge_point_limits",
                f"{'; '.join(f'{one.field}: {one.reason}' for one in found)}; `force` sends it all the same",
                errors=_as_errors(found),
            )

    def _installation(
        self,
        profile: ChargingProfile,
        charge_point: ChargePoint,
        connector_id: int,
        session: Session | None,
        requested_by: str,
    ) -> ProfileInstallation:
        number = self._storage.counters.next_charging_profile_id()
        return ProfileInstallation(
            installation_id=uuid4().hex,
            charge_point_id=charge_point.charge_point_id,
            connector_id=connector_id,
            ocpp_profile_id=number,
            purpose=profile.purpose,
            stack_level=profile.stack_level,
            profile=as_ocpp(profile, number, session.transaction_id if session else None),
            status=REQUESTED,
            requested_at=self._now(),
            charging_profile_id=profile.charging_profile_id,
            name=profile.name,
            session_id=session.session_id if session else None,
            requested_by=requested_by,
        )


def _as_errors(found: list[Violation]) -> list[dict[str, str]]:
    return [{"field": one.field, "message": one.reason} for one in found]
