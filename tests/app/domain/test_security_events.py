"""Which security events are critical, and what is kept of what a charge point tells."""

import pytest

from app.domain.security_events import is_critical, told


@pytest.mark.parametrize(
    ("event_type", "critical"),
    [
        ("FirmwareUpdated", True),
        ("SettingSystemTime", True),
        ("StartupOfTheDevice", True),
        ("ResetOrReboot", True),
        ("SecurityLogWasCleared", True),
        ("MemoryExhaustion", True),
        ("TamperDetectionActivated", True),
        (" tamperdetectionactivated ", True),
        ("InvalidChargePointCertificate", False),
        ("InvalidTLSVersion", False),
        ("AVendorsOwn", False),
        ("", False),
    ],
)
def test_the_whitepapers_list_says_what_is_critical(event_type: str, critical: bool) -> None:
    assert is_critical(event_type) is critical


def test_the_charge_points_time_is_kept_as_an_instant_or_else_as_it_came() -> None:
    assert told({"type": "X", "timestamp": "2030-01-01T12:00:00+02:00"})["timestamp"] == "2030-01-01T10:00:00.000Z"
    assert told({"type": "X", "timestamp": "yesterday"})["timestamp"] == "yesterday"


def test_what_is_told_is_bounded_and_what_is_not_told_is_left_out() -> None:
    long = told({"type": "T" * 10_000, "timestamp": "9" * 10_000, "techInfo": "i" * 10_000})
    assert {name: len(text) for name, text in long.items()} == {"type": 50, "timestamp": 64, "tech_info": 255}
    assert told({"type": None, "timestamp": 12, "techInfo": ""}) == {"timestamp": "12"}
