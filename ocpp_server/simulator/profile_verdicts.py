"""Why a charge point refuses a charging profile, by OCPP's rules and by its own limits."""

from collections.abc import Iterable

from ocpp.v16.enums import ChargingProfileKindType, ChargingProfilePurposeType, ChargingRateUnitType, ConfigurationKey

from ocpp_server.simulator.charging_profiles import Profile
from ocpp_server.simulator.configuration import Configuration

UNITS = {ChargingRateUnitType.amps: "Current", ChargingRateUnitType.watts: "Power"}


def refusal(profile: Profile, installed: Iterable[Profile], configuration: Configuration) -> str | None:
    """Return what is wrong with a profile wherever it is to go, None when nothing is (OCPP 1.6 §5.16, §9.4)."""
    number, names = configuration.number, ConfigurationKey
    starts = [step.start for step in profile.steps]
    others = [p for p in installed if p.place != profile.place and p.profile_id != profile.profile_id]
    allowed_units = configuration.names(names.charging_schedule_allowed_charging_rate_unit)
    wrong = {
        "the first period begins at 0, each other one later": starts[:1] != [0] or starts != sorted(set(starts)),
        "a limit is negative": any(step.limit < 0 for step in profile.steps),
        "it recurs, but not how often": (profile.kind == ChargingProfileKindType.recurring)
        != (profile.recurrency is not None),
        "it is valid never": bool(profile.valid_from and profile.valid_to and profile.valid_from >= profile.valid_to),
        "ChargeProfileMaxStackLevel": not 0 <= profile.stack_level <= number(names.charge_profile_max_stack_level),
        "ChargingScheduleMaxPeriods": len(starts) > number(names.charging_schedule_max_periods),
        "ChargingScheduleAllowedChargingRateUnit": UNITS[ChargingRateUnitType(profile.unit)] not in allowed_units,
        "MaxChargingProfilesInstalled": len(others) >= number(names.max_charging_profiles_installed),
    }
    return next((reason for reason, is_wrong in wrong.items() if is_wrong), None)


def misplacement(profile: Profile, connectors: int, running: int | None, *, busy: bool) -> str | None:
    """Return why a profile does not belong to its connector, where a transaction of this id runs if it is `busy`."""
    whole = profile.connector_id == 0
    if not 0 <= profile.connector_id <= connectors:
        return "there is no such connector"
    if profile.purpose == ChargingProfilePurposeType.charge_point_max_profile and not whole:
        return "a ChargePointMaxProfile is for connector 0"
    if profile.purpose != ChargingProfilePurposeType.tx_profile:
        return None
    if whole or not busy:
        return "no transaction is running there"
    return "that transaction is not running there" if profile.transaction_id not in (None, running) else None
