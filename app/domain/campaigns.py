"""A firmware campaign: one image to many charge points, a few at a time, stopped when too many fail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.file_progress import FAILED, FAILURES, SUCCEEDED


class CampaignState(StrEnum):
    """`running` until nobody waits and nothing is under way: `completed`; or ended before that."""

    RUNNING = "running"
    COMPLETED = "completed"
    STOPPED = "stopped"
    CANCELED = "canceled"


class TargetState(StrEnum):
    """What has become of one charge point; all but the first two are ends."""

    WAITING = "waiting"
    UNDER_WAY = "under_way"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    MISSED = "missed"
    CANCELED = "canceled"


Counts = Mapping[TargetState, int]
# The charge point was not there after all, or had no ear: it is asked again, but not at once.
_NOT_REACHED = ("charge_point_offline", "charge_point_busy")
ASKED_AGAIN_AFTER = timedelta(seconds=30)
# These are the charge point's own reasons to be left out, and no failure of the image.
LEFT_OUT = ("firmware_does_not_fit", "firmware_is_older", "charge_point_not_accepted")
TOO_MANY_FAILED = "too_many_failed"
DEADLINE_PASSED = "deadline_passed"
NO_END_TOLD = "no_end_told"
ALREADY_INSTALLED = "already_installed"
CHARGE_POINT_REMOVED = "charge_point_removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """At most `at_once` updates are under way; more than `max_failures` stop it. Nobody is begun with after `deadline`;
    an update has `time_limit` seconds to come to an end."""

    campaign_id: str
    firmware_id: str
    version: str
    created_by: str
    created_at: datetime
    deadline: datetime
    at_once: int
    max_failures: int
    time_limit: int
    retries: dict[str, int] = field(default_factory=dict)
    signed: bool | None = None
    force: bool = False
    allow_downgrade: bool = False
    state: CampaignState = CampaignState.RUNNING
    reason: str | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One charge point's part in a campaign; `firmware_update_id` is chosen before the update is ordered."""

    target_id: str
    campaign_id: str
    charge_point_id: str
    state: TargetState = TargetState.WAITING
    reason: str | None = None
    firmware_update_id: str | None = None
    not_before: datetime | None = None
    ordered_at: datetime | None = None
    ended_at: datetime | None = None


def is_over(counts: Counts) -> bool:
    """Tell whether nobody waits and nothing is under way."""
    return not counts.get(TargetState.WAITING) and not counts.get(TargetState.UNDER_WAY)


def too_many_failed(campaign: Campaign, counts: Counts) -> bool:
    return counts.get(TargetState.FAILED, 0) > campaign.max_failures


def room(campaign: Campaign, counts: Counts) -> int:
    """Return how many more charge points may be begun with."""
    return max(0, campaign.at_once - counts.get(TargetState.UNDER_WAY, 0))


def follow(
    campaign: Campaign, target: Target, status: str, reason: str | None, now: datetime
) -> tuple[TargetState, str | None]:
    """Return what a target under way has come to, and why, by its update's status and reason."""
    if status in SUCCEEDED:
        return TargetState.SUCCEEDED, None
    if status == FAILED and reason in _NOT_REACHED:
        return TargetState.WAITING, reason
    if status in FAILURES:
        return TargetState.FAILED, reason
    if target.ordered_at is not None and now - target.ordered_at > timedelta(seconds=campaign.time_limit):
        return TargetState.FAILED, NO_END_TOLD
    return TargetState.UNDER_WAY, None
