"""Smart charging on charge points: send profiles, clear them, ask what a connector may draw (OCPP 1.6 §3.13)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ocpp.v16.enums import Action, GetCompositeScheduleStatus
from ocpp.v16.enums import ChargingProfilePurposeType as Purpose

from app.command_outcomes import Outcome
from app.command_table import COMMANDS
from app.commands import Commands, require_registration
from app.configuration.capabilities import KnownCapabilities
from app.domain.charge_points import ChargePoint
from app.domain.charging_profiles import ChargingProfile, Violation, misplaced, unfit_for_start
from app.domain.composite_schedules import Composite, read_composite
from app.domain.profile_installations import ProfileInstallation
from app.domain.profile_limits import ProfileLimits, beyond, read_limits
from app.domain.sessions import RUNNING, Session
from app.errors import BadInput, CommandFailed, Conflict
from app.smart_charging.profiles import ChargingProfiles, require
from app.smart_charging.record import installed, new_installation, not_taken, sent
from app.storage.database import Storage


class SmartCharging:
    """The use cases; what is believed to be installed follows the answers, see app/smart_charging/record.py."""

    def __init__(
        self,
        storage: Storage,
        commands: Commands,
        capabilities: KnownCapabilities,
        profiles: ChargingProfiles,
        now: Callable[[], datetime],
    ) -> None:
        self._storage = storage
        self._commands = commands
        self._capabilities = capabilities
        self._profiles = profiles
        self._now = now

    def limits(self, charge_point: ChargePoint) -> ProfileLimits:
        """Return what is known of a charge point's limits from its configuration."""
        return read_limits(self._capabilities.configuration(charge_point))

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
        does not fit. Raises BadInput, Conflict (no transaction, not supported, beyond its limits), CommandFailed.
        """
        profile = self._profiles.get(charging_profile_id)
        session = self._session(charge_point, profile, connector_id, session_id)
        self._require_able(charge_point, Action.set_charging_profile, force=force)
        if not force:
            self._require_fitting(profile, charge_point, connector_id)
            if profile.purpose == Purpose.tx_profile and session is None:
                raise Conflict("no_transaction", "no transaction is running on this connector for the TxProfile")
        place = (charge_point.charge_point_id, connector_id)
        row = new_installation(self._storage, profile, place, session, requested_by, self._now())
        payload = {"connectorId": connector_id, "csChargingProfiles": row.profile}
        self._storage.profile_installations.insert(row)
        try:
            outcome = self._commands.send(
                row.charge_point_id, (Action.set_charging_profile.value, payload), requested_by=requested_by
            )
        except CommandFailed as failure:
            not_taken(self._storage, row, failure, self._now())
            raise
        return sent(self._storage, row, outcome.command_id)

    def for_start(
        self, charge_point: ChargePoint, charging_profile_id: str, session: Session, requested_by: str
    ) -> ProfileInstallation:
        """Prepare a profile that is to come with a session's RemoteStartTransaction (OCPP 1.6 §5.16.2).

        Raises NotFound, BadInput, Conflict.
        """
        profile = self._profiles.get(charging_profile_id)
        require(unfit_for_start(profile))
        self._require_able(charge_point, Action.set_charging_profile, force=False)
        self._require_fitting(profile, charge_point, session.connector_id)
        place = (charge_point.charge_point_id, session.connector_id)
        return new_installation(self._storage, profile, place, session, requested_by, self._now())

    def clear(
        self, charge_point: ChargePoint, request: Mapping[str, Any], *, force: bool, requested_by: str
    ) -> Outcome:
        """Send a ClearChargingProfile.req; the record of what is installed follows the answer."""
        self._require_able(charge_point, Action.clear_charging_profile, force=force)
        order = (Action.clear_charging_profile.value, dict(request))
        return self._commands.send(charge_point.charge_point_id, order, requested_by=requested_by)

    def composite(
        self,
        charge_point: ChargePoint,
        connector_id: int,
        *,
        duration: int,
        unit: str | None,
        force: bool,
        requested_by: str,
    ) -> tuple[Outcome, Composite | None]:
        """Ask what a connector (0: the whole) may draw in the next `duration` seconds; None where it would not say."""
        self._require_able(charge_point, Action.get_composite_schedule, force=force)
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

    def _require_able(self, charge_point: ChargePoint, action: Action, *, force: bool) -> None:
        require_registration(COMMANDS[action], charge_point.registration)
        if not force:
            self._capabilities.require(charge_point, action)

    def _require_fitting(self, profile: ChargingProfile, charge_point: ChargePoint, connector_id: int) -> None:
        connectors = [int(number) for number in charge_point.connectors if number != "0"]
        require(misplaced(profile, connector_id, connectors, self._now()))
        place = (connector_id, profile.purpose, profile.stack_level)
        believed = installed(self._storage, charge_point.charge_point_id, self._now())
        others = [one for one in believed if (one.connector_id, one.purpose, one.stack_level) != place]
        if found := beyond(profile, self.limits(charge_point), len(others)):
            raise Conflict(
                "beyond_charge_point_limits",
                f"{'; '.join(f'{one.field}: {one.reason}' for one in found)}; `force` sends it all the same",
                errors=_as_errors(found),
            )


def _as_errors(found: list[Violation]) -> list[dict[str, str]]:
    return [{"field": one.field, "message": one.reason} for one in found]
