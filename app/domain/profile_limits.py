"""What a charge point can take of charging profiles, by its configuration (OCPP 1.6 §9.4), and what is beyond that."""

import re
from dataclasses import dataclass

from app.domain.charging_profiles import ChargingProfile, Violation
from app.domain.configuration import Configuration
from app.domain.phrases import Phrase

# The standard says Current and Power; many say A and W.
_UNITS = {
    "current": "A",
    "a": "A",
    "amp": "A",
    "amps": "A",
    "ampere": "A",
    "power": "W",
    "w": "W",
    "watt": "W",
    "watts": "W",
}


@dataclass(frozen=True, slots=True)
class ProfileLimits:
    """Each None where it is not known, and then nothing is beyond it."""

    max_stack_level: int | None = None
    max_periods: int | None = None
    max_installed: int | None = None
    units: frozenset[str] | None = None
    switches_phases: bool | None = None


def read_limits(configuration: Configuration) -> ProfileLimits:
    """Read the limits off a charge point's configuration; a value that makes no sense is not known."""
    units = configuration.value_of("ChargingScheduleAllowedChargingRateUnit")
    known_units = {_UNITS[word] for word in _words(units or "") if word in _UNITS}
    return ProfileLimits(
        max_stack_level=configuration.integer_of("ChargeProfileMaxStackLevel"),
        max_periods=configuration.integer_of("ChargingScheduleMaxPeriods", lowest=1),
        max_installed=configuration.integer_of("MaxChargingProfilesInstalled"),
        units=frozenset(known_units) if known_units else None,
        switches_phases=configuration.boolean_of("ConnectorSwitch3to1PhaseSupported"),
    )


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[^a-z0-9]+", text.casefold()) if word]


def beyond(profile: ChargingProfile, limits: ProfileLimits, installed: int) -> list[Violation]:
    """Return what of a profile is beyond a charge point that keeps `installed` others."""
    found = []
    if limits.max_stack_level is not None and profile.stack_level > limits.max_stack_level:
        found.append(
            Violation(
                "stack_level",
                Phrase("its %(key)s is %(most)d", key="ChargeProfileMaxStackLevel", most=limits.max_stack_level),
            )
        )
    if limits.max_periods is not None and len(profile.periods) > limits.max_periods:
        found.append(
            Violation(
                "periods", Phrase("its %(key)s is %(most)d", key="ChargingScheduleMaxPeriods", most=limits.max_periods)
            )
        )
    if limits.units is not None and profile.unit not in limits.units:
        units = " and ".join(sorted(limits.units))
        found.append(
            Violation("unit", Phrase("its ChargingScheduleAllowedChargingRateUnit allows only %(units)s", units=units))
        )
    if limits.switches_phases is False and len({period.number_phases or 3 for period in profile.periods}) > 1:
        found.append(Violation("periods", "it cannot change the number of phases (ConnectorSwitch3to1PhaseSupported)"))
    if limits.max_installed is not None and installed >= limits.max_installed:
        words = "it keeps %(kept)d already, and its MaxChargingProfilesInstalled is %(most)d"
        found.append(Violation("charging_profile_id", Phrase(words, kept=installed, most=limits.max_installed)))
    return found


def why_refused(limits: ProfileLimits) -> str:
    """Explain a SetChargingProfile that was refused, for charge points never say why."""
    if limits == ProfileLimits():
        return (
            "The charge point does not say why. Read its limits with GetConfiguration: the unit (A or W), the highest "
            "stack level and the number of periods differ most; they are then checked before a profile is sent."
        )
    return (
        "The charge point does not say why; its known limits are kept. Some take one purpose only, or connector 0 not "
        "at all, or a TxProfile only while the vehicle is charging."
    )
