"""Configuration keys have types."""

import pytest
from ocpp.v16.enums import ConfigurationKey

from ocpp_server.simulator.configuration import Configuration, key_bytes
from ocpp_server.simulator.settings import Settings


@pytest.fixture
def configuration() -> Configuration:
    return Configuration(Settings(url="ws://localhost/CP001", connectors=2, meter_interval=15))


@pytest.mark.parametrize(
    ("key", "value", "status"),
    [
        ("HeartbeatInterval", "60", "Accepted"),
        ("heartbeatinterval", "60", "Accepted"),
        ("HeartbeatInterval", "0", "Rejected"),
        ("HeartbeatInterval", "notanumber", "Rejected"),
        ("HeartbeatInterval", "", "Rejected"),
        ("HeartbeatInterval", "٣", "Rejected"),
        ("HeartbeatInterval", "9" * 500, "Rejected"),
        ("MeterValueSampleInterval", "-1", "Rejected"),
        ("MeterValueSampleInterval", "0", "Accepted"),
        ("AuthorizeRemoteTxRequests", "true", "Accepted"),
        ("AuthorizeRemoteTxRequests", "yes", "Rejected"),
        ("MeterValuesSampledData", "SoC,Voltage", "Accepted"),
        ("MeterValuesSampledData", "", "Accepted"),
        ("MeterValuesSampledData", "SoC,Temperature", "Rejected"),
        ("NumberOfConnectors", "9", "Rejected"),
        ("SupportedFeatureProfiles", "Core", "Rejected"),
        ("AuthorizationKey", "00ff" * 8, "Accepted"),
        ("AuthorizationKey", "sixteen letters!", "Accepted"),
        ("AuthorizationKey", "short", "Rejected"),
        ("AuthorizationKey", "00ff" * 12, "Rejected"),
        ("NoSuchKey", "1", "NotSupported"),
    ],
)
def test_a_value_is_judged_by_its_key(configuration: Configuration, key: str, value: str, status: str) -> None:
    assert configuration.change(key, value)[1] == status


def test_an_accepted_value_counts_and_a_rejected_one_does_not(configuration: Configuration) -> None:
    configuration.change("MeterValueSampleInterval", "60")
    configuration.change("MeterValueSampleInterval", "-1")
    assert configuration.number(ConfigurationKey.meter_value_sample_interval) == 60


def test_the_password_can_be_written_and_not_read(configuration: Configuration) -> None:
    configuration.change("AuthorizationKey", "00ff" * 8)
    (key,), unknown = configuration.report(["AuthorizationKey"])
    assert (key.value, key.readonly, unknown) == (None, False, [])


def test_all_keys_are_reported_when_none_is_named(configuration: Configuration) -> None:
    known, unknown = configuration.report([])
    values = {key.key: key.value for key in known}
    assert values["NumberOfConnectors"] == "2"
    assert values["MeterValueSampleInterval"] == "15"
    assert unknown == []


def test_an_unknown_key_is_named_as_it_was_asked_for(configuration: Configuration) -> None:
    known, unknown = configuration.report(["heartbeatINTERVAL", "NoSuchKey"])
    assert [key.key for key in known] == ["HeartbeatInterval"]
    assert unknown == ["NoSuchKey"]


def test_a_hex_key_stands_for_its_bytes_and_another_for_its_letters() -> None:
    assert key_bytes("00ff" * 8) == b"\x00\xff" * 8
    assert key_bytes("sixteen letters!") == b"sixteen letters!"
    assert key_bytes("deadbeefdeadbeef") == b"deadbeefdeadbeef"
