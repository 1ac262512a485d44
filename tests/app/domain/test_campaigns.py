"""The rules of firmware campaigns: what an update makes of a charge point, when there is room, when to stop."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.campaigns import Campaign, Target, TargetState, follow, is_over, room, too_many_failed

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CAMPAIGN = Campaign(
    campaign_id="c",
    firmware_id="f",
    version="2.0",
    created_by="root",
    created_at=NOW,
    deadline=NOW + timedelta(days=1),
    at_once=3,
    max_failures=1,
    time_limit=60,
)
TARGET = Target(target_id="t", campaign_id="c", charge_point_id="CP", state=TargetState.UNDER_WAY, ordered_at=NOW)


@pytest.mark.parametrize(
    ("status", "reason", "seconds", "then"),
    [
        ("Accepted", None, 60, (TargetState.UNDER_WAY, None)),
        ("Requested", "charge_point_timeout", 60, (TargetState.UNDER_WAY, None)),
        ("Downloading", None, 61, (TargetState.FAILED, "no_end_told")),
        ("Installed", None, 999, (TargetState.SUCCEEDED, None)),
        ("InvalidSignature", "invalid_signature", 1, (TargetState.FAILED, "invalid_signature")),
        ("Failed", "rejected", 1, (TargetState.FAILED, "rejected")),
        ("Failed", "charge_point_offline", 1, (TargetState.WAITING, "charge_point_offline")),
        ("Failed", "charge_point_busy", 1, (TargetState.WAITING, "charge_point_busy")),
    ],
)
def test_an_update_decides_what_has_become_of_a_charge_point(
    status: str, reason: str | None, seconds: int, then: tuple[TargetState, str | None]
) -> None:
    assert follow(CAMPAIGN, TARGET, status, reason, NOW + timedelta(seconds=seconds)) == then


def test_there_is_room_for_so_many_at_a_time() -> None:
    assert [room(CAMPAIGN, {TargetState.UNDER_WAY: n}) for n in (0, 2, 3, 5)] == [3, 1, 0, 0]


def test_one_failure_more_than_allowed_is_too_many() -> None:
    assert [too_many_failed(CAMPAIGN, {TargetState.FAILED: n}) for n in (0, 1, 2)] == [False, False, True]


def test_a_campaign_is_over_when_nobody_waits_and_nothing_is_under_way() -> None:
    assert is_over({TargetState.FAILED: 2, TargetState.MISSED: 1})
    assert not is_over({TargetState.WAITING: 1})
    assert not is_over({TargetState.UNDER_WAY: 1})
