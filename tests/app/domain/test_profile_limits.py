"""What a charge point's configuration says of its limits, and what it leaves open."""

from datetime import UTC, datetime

import pytest

from app.domain.configuration import Configuration, Entry
from app.domain.profile_limits import ProfileLimits, read_limits

NOW = datetime(2026, 6, 15, tzinfo=UTC)


def limits(values: dict[str, str]) -> ProfileLimits:
    return read_limits(Configuration("CP", [Entry(key, NOW, value) for key, value in values.items()]))


def test_nothing_is_known_of_a_charge_point_that_told_nothing() -> None:
    assert limits({}) == ProfileLimits()
    nonsense = {
        "ChargeProfileMaxStackLevel": "many",
        "ChargingScheduleMaxPeriods": "-1",
        "ChargingScheduleAllowedChargingRateUnit": "",
        "ConnectorSwitch3to1PhaseSupported": "yes",
    }
    assert limits(nonsense) == ProfileLimits()


@pytest.mark.parametrize(
    ("value", "units"),
    [("Current", "A"), ("Power", "W"), ("Current,Power", "AW"), ("A, W", "AW"), ("amp;watt", "AW"), ("w", "W")],
)
def test_the_units_are_read_as_the_standard_and_as_others_spell_them(value: str, units: str) -> None:
    assert limits({"chargingscheduleallowedchargingrateunit": value}).units == frozenset(units)
