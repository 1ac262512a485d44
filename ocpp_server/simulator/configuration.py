"""The configuration keys of a virtual charge point: a table of types, and the verdict on a new value."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ocpp.v16.datatypes import KeyValue
from ocpp.v16.enums import ConfigurationKey, ConfigurationStatus

from ocpp_server.simulator.meter import MEASURANDS
from ocpp_server.simulator.settings import Settings

# What OCPP gives an integer key's value room for, and far more seconds than any of these keys needs.
LARGEST = 2**31 - 1

# The organization of a certificate, as X.520 bounds it.
LONGEST_NAME = 64

# An AuthorizationKey is 16 to 20 bytes (security whitepaper A00.FR.205), sent as hex.
KEY_BYTES = range(16, 21)


def whole_number(minimum: int) -> Callable[[str], bool]:
    """Return a check for a whole number of at least `minimum`."""
    return lambda value: value.isascii() and value.isdigit() and minimum <= int(value[:11]) <= LARGEST


def organization(value: str) -> bool:
    """Tell whether a certificate has room for this name."""
    return 0 < len(value) <= LONGEST_NAME


def truth(value: str) -> bool:
    """Tell whether this is OCPP's true or false."""
    return value.lower() in ("true", "false")


def measurands(value: str) -> bool:
    """Tell whether this is a comma separated list of measurands that the meter has; empty is one too."""
    return all(name.strip() in MEASURANDS for name in value.split(",") if value)


def authorization_key(value: str) -> bool:
    """Tell whether this is a password of the right size, in hex or as it is typed."""
    return len(key_bytes(value)) in KEY_BYTES


def key_bytes(value: str) -> bytes:
    """Return the password that an AuthorizationKey stands for: hex is decoded, other text goes as it is."""
    try:
        decoded = bytes.fromhex(value)
    except ValueError:
        return value.encode()
    return decoded if len(decoded) in KEY_BYTES else value.encode()


@dataclass(slots=True)
class Key:
    """One key: `accepts` is None where it cannot be written, `value` None where it cannot be read."""

    value: str | None
    accepts: Callable[[str], bool] | None = None


class Configuration:
    """The keys of one charge point by name; names match whatever their case (CiString)."""

    def __init__(self, settings: Settings) -> None:
        names = ConfigurationKey
        sampled = ",".join(MEASURANDS)
        self._keys: dict[str, Key] = {
            names.allow_offline_tx_for_unknown_id: Key("true", truth),
            names.authorization_key: Key(None, authorization_key),
            names.authorize_remote_tx_requests: Key(str(settings.authorize_remote).lower(), truth),
            names.charge_profile_max_stack_level: Key("8"),
            names.charging_schedule_allowed_charging_rate_unit: Key("Current,Power"),
            names.charging_schedule_max_periods: Key("24"),
            names.clock_aligned_data_interval: Key("0"),
            names.connection_time_out: Key(str(settings.connection_time_out), whole_number(0)),
            names.connector_phase_rotation: Key("NotApplicable"),
            names.connector_switch_3to1_phase_supported: Key("true"),
            names.cpo_name: Key("", organization),
            names.get_configuration_max_keys: Key("50"),
            names.heartbeat_interval: Key("300", whole_number(1)),
            names.local_auth_list_enabled: Key("true", truth),
            names.local_auth_list_max_length: Key("100"),
            names.local_authorize_offline: Key("true", truth),
            names.local_pre_authorize: Key("false"),
            names.max_charging_profiles_installed: Key("10"),
            names.meter_values_aligned_data: Key(""),
            names.meter_values_sampled_data: Key(sampled, measurands),
            names.meter_value_sample_interval: Key(str(settings.meter_interval), whole_number(0)),
            names.number_of_connectors: Key(str(settings.connectors)),
            names.reserve_connector_zero_supported: Key("true"),
            names.reset_retries: Key("0"),
            names.send_local_list_max_length: Key("20"),
            names.stop_transaction_on_ev_side_disconnect: Key("true"),
            names.stop_transaction_on_invalid_id: Key("true"),
            names.stop_txn_aligned_data: Key(""),
            names.stop_txn_sampled_data: Key(MEASURANDS[0].value, measurands),
            names.supported_feature_profiles: Key(
                "Core,FirmwareManagement,LocalAuthListManagement,RemoteTrigger,Reservation,SmartCharging"
            ),
            names.transaction_message_attempts: Key("3", whole_number(1)),
            names.transaction_message_retry_interval: Key("60", whole_number(0)),
            names.unlock_connector_on_ev_side_disconnect: Key("true"),
            names.web_socket_ping_interval: Key("20"),
        }
        self._names = {name.lower(): name for name in self._keys}

    def report(self, wanted: Iterable[str] | None) -> tuple[list[KeyValue], list[str]]:
        """Return the keys asked for, all when none is named, and the names that are not known."""
        asked = list(wanted or self._keys)
        known = [self._names[name.lower()] for name in asked if name.lower() in self._names]
        unknown = [name for name in asked if name.lower() not in self._names]
        return [
            KeyValue(key=name, readonly=self._keys[name].accepts is None, value=self._keys[name].value)
            for name in dict.fromkeys(known)
        ], unknown

    def change(self, name: str, value: str) -> tuple[str, ConfigurationStatus]:
        """Write a value the key accepts; return the key's proper name and the verdict (OCPP 1.6 §5.3)."""
        proper = self._names.get(name.lower())
        if proper is None:
            return name, ConfigurationStatus.not_supported
        key = self._keys[proper]
        if key.accepts is None or not key.accepts(value):
            return proper, ConfigurationStatus.rejected
        if key.value is not None:
            key.value = value
        return proper, ConfigurationStatus.accepted

    def number(self, name: ConfigurationKey) -> int:
        """Return a key's whole number."""
        return int(self.text(name))

    def flag(self, name: ConfigurationKey) -> bool:
        """Return a key's truth."""
        return self.text(name).lower() == "true"

    def names(self, name: ConfigurationKey) -> list[str]:
        """Return a key's comma separated names."""
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    def text(self, name: ConfigurationKey) -> str:
        """Return a key's value as it is."""
        return self._keys[name].value or ""
