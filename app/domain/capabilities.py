"""What a charge point can do: by what it declares of itself, and by what it has answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ocpp.v16.enums import Action, UpdateStatus

from app.domain.configuration import Configuration
from app.domain.phrases import Phrase

CORE = "Core"
PROFILES: Mapping[str, str] = {
    Action.change_availability: CORE,
    Action.change_configuration: CORE,
    Action.clear_cache: CORE,
    Action.data_transfer: CORE,
    Action.get_configuration: CORE,
    Action.remote_start_transaction: CORE,
    Action.remote_stop_transaction: CORE,
    Action.reset: CORE,
    Action.unlock_connector: CORE,
    Action.get_diagnostics: "FirmwareManagement",
    Action.update_firmware: "FirmwareManagement",
    Action.get_local_list_version: "LocalAuthListManagement",
    Action.send_local_list: "LocalAuthListManagement",
    Action.cancel_reservation: "Reservation",
    Action.reserve_now: "Reservation",
    Action.clear_charging_profile: "SmartCharging",
    Action.get_composite_schedule: "SmartCharging",
    Action.set_charging_profile: "SmartCharging",
    Action.trigger_message: "RemoteTrigger",
}
"""The feature profile of each action (OCPP 1.6 §3.3); those of the security extension belong to none."""

NEVER_REFUSED = frozenset({Action.remote_start_transaction, Action.remote_stop_transaction})
"""These are what a charge point is for: they are always sent, and nothing is learnt of them."""

INTEGERS = (
    "NumberOfConnectors",
    "GetConfigurationMaxKeys",
    "HeartbeatInterval",
    "MeterValueSampleInterval",
    "ClockAlignedDataInterval",
    "ConnectionTimeOut",
    "LocalAuthListMaxLength",
    "SendLocalListMaxLength",
    "ChargeProfileMaxStackLevel",
    "ChargingScheduleMaxPeriods",
    "MaxChargingProfilesInstalled",
    "SecurityProfile",
)
BOOLEANS = (
    "AuthorizeRemoteTxRequests",
    "LocalAuthListEnabled",
    "LocalPreAuthorize",
    "ReserveConnectorZeroSupported",
    "ConnectorSwitch3to1PhaseSupported",
)
LISTS = (
    "ChargingScheduleAllowedChargingRateUnit",
    "MeterValuesSampledData",
    "StopTxnSampledData",
    "SupportedFileTransferProtocols",
)

_NOT_LISTED = "SupportedFeatureProfiles does not list %(profile)s"
_NOT_THIS_ACTION = ("notimplemented", "notsupported")


class Supported(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Learnt:
    """What an answer to an action has told of it."""

    supported: bool
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an action is supported, and why that is believed; `at` is when the charge point told so."""

    action: str
    supported: Supported
    reason: str
    at: datetime | None = None


def judge_action(action: str, configuration: Configuration, learnt: Mapping[str, Learnt]) -> Verdict:
    """Tell whether an action is supported; what was answered counts for more than what is declared."""
    if told := learnt.get(action):
        return Verdict(action, Supported.YES if told.supported else Supported.NO, told.reason, told.at)
    profile, declared = PROFILES.get(action), declared_profiles(configuration)
    if profile == CORE:
        return Verdict(action, Supported.YES, "it is part of Core, which every charge point has")
    if profile is None:
        return Verdict(action, Supported.UNKNOWN, "no feature profile tells of it, and it has not been tried")
    entry = configuration.entry("SupportedFeatureProfiles")
    if declared is None or entry is None:
        return Verdict(
            action, Supported.UNKNOWN, "SupportedFeatureProfiles has not been read, and it has not been tried"
        )
    if profile.casefold() in (each.casefold() for each in declared):
        return Verdict(action, Supported.YES, f"SupportedFeatureProfiles lists {profile}", entry.at)
    return Verdict(action, Supported.NO, Phrase(_NOT_LISTED, profile=profile), entry.at)


def declared_profiles(configuration: Configuration) -> list[str] | None:
    """Return the feature profiles that a charge point declares.

    None when it has not been asked, or when the list lacks Core, which every charge point has: such a list is none.
    """
    declared = configuration.list_of("SupportedFeatureProfiles")
    return declared if declared and CORE.casefold() in (each.casefold() for each in declared) else None


def refused_by_error(code: str) -> str | None:
    """Return why a CALLERROR means that the action is not supported at all, None if it does not (OCPP-J §4.2.3)."""
    return f"it answered with CALLERROR {code[:50]}" if code.casefold() in _NOT_THIS_ACTION else None


def refused_by_status(action: str, status: str | None) -> str | None:
    """Return why an answer's status means that the action is not supported at all, None if it does not.

    Elsewhere than in SendLocalList.conf, NotSupported is said of one key, one connector or one profile.
    """
    if action == Action.send_local_list and status == UpdateStatus.not_supported:
        return f"it answered with {UpdateStatus.not_supported.value}"
    return None


def limits(configuration: Configuration) -> dict[str, int | bool | list[str]]:
    """Return the configuration keys that tell what a charge point can take, those that are known and make sense."""
    told = {
        **{key: configuration.integer_of(key) for key in INTEGERS},
        **{key: configuration.boolean_of(key) for key in BOOLEANS},
        **{key: configuration.list_of(key) for key in LISTS},
    }
    return {key: value for key, value in told.items() if value is not None}
