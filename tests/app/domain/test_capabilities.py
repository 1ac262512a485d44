"""What a charge point can do, by what it declares and by what it has answered."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.command_table import COMMANDS
from app.domain.capabilities import (
    NEVER_REFUSED,
    PROFILES,
    Learnt,
    declared_profiles,
    judge_action,
    limits,
    refused_by_error,
    refused_by_status,
)
from app.domain.configuration import Configuration, Entry

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def told(**values: str) -> Configuration:
    return Configuration("CP", entries=[Entry(key, NOW, value) for key, value in values.items()])


BY_DECLARATION = [
    ("Reset", None, "yes"),
    ("Reset", "Core", "yes"),
    ("ReserveNow", None, "unknown"),
    ("ReserveNow", "Core,Reservation", "yes"),
    ("ReserveNow", "core, RESERVATION ,", "yes"),
    ("ReserveNow", "Core,SmartCharging", "no"),
    ("SetChargingProfile", "Core,SmartCharging", "yes"),
    ("TriggerMessage", "Core", "no"),
    # A list without Core is not one.
    ("TriggerMessage", "", "unknown"),
    ("TriggerMessage", "Reservation", "unknown"),
    ("InstallCertificate", "Core", "unknown"),
]


@pytest.mark.parametrize(("action", "profiles", "supported"), BY_DECLARATION)
def test_a_feature_profile_stands_for_its_actions(action: str, profiles: str | None, supported: str) -> None:
    configuration = told() if profiles is None else told(SupportedFeatureProfiles=profiles)
    verdict = judge_action(action, configuration, {})
    assert verdict.supported == supported
    assert verdict.reason


@pytest.mark.parametrize("supported", [True, False])
def test_what_was_answered_counts_for_more_than_what_is_declared(supported: bool) -> None:
    learnt = {"ReserveNow": Learnt(supported, "because", NOW), "Reset": Learnt(not supported, "so", NOW)}
    for profiles in ("Core", "Core,Reservation"):
        verdict = judge_action("ReserveNow", told(SupportedFeatureProfiles=profiles), learnt)
        assert (verdict.supported == "yes", verdict.reason, verdict.at) == (supported, "because", NOW)


def test_every_action_of_a_profile_is_in_the_table_of_commands() -> None:
    assert set(PROFILES) | NEVER_REFUSED <= set(COMMANDS)


ERRORS = [("NotSupported", True), ("NotImplemented", True), ("notsupported", True), ("NotReady", False)]


@pytest.mark.parametrize(("code", "refused"), [*ERRORS, ("GenericError", False), ("InternalError", False)])
def test_only_two_errors_speak_of_the_action_itself(code: str, refused: bool) -> None:
    assert (refused_by_error(code) is not None) is refused


STATUSES: list[Any] = [
    ("SendLocalList", "NotSupported", True),
    ("SendLocalList", "VersionMismatch", False),
    ("UnlockConnector", "NotSupported", False),
    ("ChangeConfiguration", "NotSupported", False),
    ("SetChargingProfile", "NotSupported", False),
    ("TriggerMessage", "NotImplemented", False),
    ("Reset", None, False),
]


@pytest.mark.parametrize(("action", "status", "refused"), STATUSES)
def test_a_status_is_mostly_said_of_one_key_or_one_connector(action: str, status: str | None, refused: bool) -> None:
    assert (refused_by_status(action, status) is not None) is refused


def test_limits_are_told_by_ocpps_names_where_they_make_sense() -> None:
    configuration = told(
        numberofconnectors="2",
        SendLocalListMaxLength="many",
        ReserveConnectorZeroSupported="True",
        ChargingScheduleAllowedChargingRateUnit="Current,Power",
        Vendor="1",
    )
    assert limits(configuration) == {
        "NumberOfConnectors": 2,
        "ReserveConnectorZeroSupported": True,
        "ChargingScheduleAllowedChargingRateUnit": ["Current", "Power"],
    }
    assert (limits(told()), declared_profiles(told())) == ({}, None)
