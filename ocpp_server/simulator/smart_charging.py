"""Smart charging: the profiles a charge point has, what they let its connectors draw now, and what they will."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ocpp.v16.enums import ChargingProfilePurposeType

from ocpp_server.simulator.bay import Bay
from ocpp_server.simulator.charging_plan import Plan
from ocpp_server.simulator.charging_profiles import Offer, Profile, read
from ocpp_server.simulator.configuration import Configuration
from ocpp_server.simulator.meter import timestamp
from ocpp_server.simulator.profile_verdicts import misplacement, refusal
from ocpp_server.simulator.report import Report
from ocpp_server.simulator.settings import Settings
from ocpp_server.simulator.timers import Timers

TIMER = "charging profiles"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which profiles to clear (OCPP 1.6 §5.5): the one of an id, else all that are like what is given."""

    profile_id: int | None = None
    connector_id: int | None = None
    purpose: str | None = None
    stack_level: int | None = None

    def has(self, profile: Profile) -> bool:
        if self.profile_id is not None:
            return profile.profile_id == self.profile_id
        wanted = (self.connector_id, self.purpose, self.stack_level)
        return all(want in (None, is_) for want, is_ in zip(wanted, profile.place, strict=True))


class SmartCharging:
    """Keeps profiles and applies them; schedules go by the wall clock, however fast the cars' clocks run.

    `offer` is told what a connector may draw whenever that may have changed.
    """

    def __init__(
        self,
        settings: Settings,
        configuration: Configuration,
        timers: Timers,
        report: Report,
        bays: Callable[[], Sequence[Bay]],
        offer: Callable[[Bay, float], None],
        clock: Callable[[], datetime],
    ) -> None:
        self.profiles: list[Profile] = []
        self._settings, self._configuration, self._timers = settings, configuration, timers
        self._report, self._bays, self._offer, self._clock = report, bays, offer, clock
        # What came with a remote start, by connector: for whom, and what.
        self._awaiting: dict[int, tuple[str, Profile]] = {}

    def set(self, connector_id: int, payload: Mapping[str, Any]) -> bool:
        """Take a profile in place of what it replaces; return whether it was taken."""
        bay = next((b for b in self._bays() if b.connector.connector_id == connector_id), None)
        transaction = bay.transaction if bay else None
        running = transaction.transaction_id if transaction else None
        try:
            profile = read(connector_id, payload, self._clock())
        except ValueError as error:
            self._report(f"charging profile refused: {error}", connector_id)
            return False
        wrong = misplacement(profile, self._settings.connectors, running, busy=transaction is not None) or refusal(
            profile, self.profiles, self._configuration
        )
        if wrong:
            self._report(f"charging profile refused: {wrong}", connector_id)
            return False
        self._install(profile)
        return True

    def await_start(self, connector_id: int, id_tag: str, payload: Mapping[str, Any] | None) -> bool:
        """Keep what may come with a remote start for its transaction (§5.16.2); return whether the start can be."""
        self.forget_start(connector_id)
        if payload is None:
            return True
        try:
            profile = read(connector_id, payload, self._clock())
        except ValueError as error:
            self._report(f"charging profile refused: {error}", connector_id)
            return False
        for_a_start = profile.purpose == ChargingProfilePurposeType.tx_profile and profile.transaction_id is None
        wrong = refusal(profile, self.profiles, self._configuration)
        if wrong or not for_a_start:
            self._report(f"charging profile refused: {wrong or 'it is not for a start'}", connector_id)
            return False
        self._awaiting[connector_id] = id_tag, profile
        return True

    def forget_start(self, connector_id: int) -> None:
        """Forget what came with a remote start there: somebody begins in another way."""
        self._awaiting.pop(connector_id, None)

    def clear(self, selection: Selection) -> bool:
        """Forget profiles; return whether there were any."""
        before = len(self.profiles)
        self.profiles = [profile for profile in self.profiles if not selection.has(profile)]
        return len(self.profiles) < before

    def follow(self, bay: Bay) -> None:
        """Let profiles come and go with a connector's transaction, and see what each connector may draw now."""
        number = bay.connector.connector_id
        if bay.transaction is None:
            of_transaction = ChargingProfilePurposeType.tx_profile
            gone = [p for p in self.profiles if p.connector_id == number and p.purpose == of_transaction]
            self.profiles = [p for p in self.profiles if p not in gone]
        elif number in self._awaiting:
            id_tag, profile = self._awaiting.pop(number)
            if id_tag.lower() == bay.transaction.id_tag.lower():
                self._install(profile)
        self.review()

    def review(self) -> None:
        """Offer each connector what it may draw now, and do so again when that changes.

        What the whole may draw is shared equally by the connectors in use.
        """
        now = self._clock()
        plan = self._plan(now)
        whole = plan.whole(now).watts / max(1, sum(bay.transaction is not None for bay in self._bays()))
        for bay in self._bays():
            self._offer(bay, min(plan.connector(bay.connector.connector_id, now).watts, whole))
        self._timers.cancel(TIMER)
        if (change := plan.next_change(now)) is not None:
            self._timers.start(TIMER, (change - now).total_seconds(), self.review)

    def composite(self, connector_id: int, duration: int, unit: str) -> tuple[str, dict[str, Any]]:
        """Return from when on, and OCPP's ChargingSchedule of what a connector, or with 0 the whole, may draw."""
        now = self._clock()
        return timestamp(now), self._plan(now).schedule(connector_id, now, duration, unit)

    def _plan(self, now: datetime) -> Plan:
        began = {
            bay.connector.connector_id: bay.transaction.started_at if bay.transaction else now for bay in self._bays()
        }
        return Plan(self.profiles, Offer(self._settings.power_w, self._settings.phases), began)

    def _install(self, profile: Profile) -> None:
        kept = [p for p in self.profiles if p.place != profile.place and p.profile_id != profile.profile_id]
        self.profiles = [*kept, profile]
        what = f"charging profile {profile.profile_id}: {profile.purpose}, stack level {profile.stack_level}"
        self._report(what, profile.connector_id or None)
