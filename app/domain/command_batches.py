"""A command for many charge points: what became of it, counted."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

CANCELLED = "cancelled"
"""The outcome of a command of a batch that was not sent any more."""


class BatchState(StrEnum):
    RUNNING = "running"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class CommandBatch:
    """`payload` is JSON text, its secrets masked; `at_once` the most that are under way at a time."""

    batch_id: str
    action: str
    payload: str
    requested_by: str
    requested_at: datetime
    total: int
    at_once: int
    force: bool = False
    cancelled_by: str | None = None
    cancelled_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def state(self) -> BatchState:
        if self.cancelled_at is not None:
            return BatchState.CANCELLED if self.finished_at else BatchState.CANCELLING
        return BatchState.FINISHED if self.finished_at else BatchState.RUNNING


@dataclass(frozen=True, slots=True)
class Step:
    """One charge point's command of a batch; `outcome` is None while it waits or is under way."""

    command_id: str
    charge_point_id: str
    outcome: str | None = None
    status: str | None = None
    error: str | None = None
    waiting: bool = False


def tally(steps: Iterable[Step]) -> dict[str, int]:
    """Count the commands by outcome, those without one as `waiting` or `under_way`."""
    return dict(Counter(step.outcome or ("waiting" if step.waiting else "under_way") for step in steps))


def statuses(steps: Iterable[Step]) -> dict[str, int]:
    """Count the answers by their status."""
    return dict(Counter(step.status for step in steps if step.status is not None))
