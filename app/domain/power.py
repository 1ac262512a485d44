"""Energy from samples of the power, for charge points that tell nothing of their register: an honest estimate.

Between two samples the power is taken to have gone straight from one to the other. Samples more than an hour apart
are not joined: what was drawn between them is not claimed, nor is what was drawn before the first and after the last.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST_GAP = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Samples of the power from one to another, and the watt-hours between."""

    begin_at: datetime
    begin_w: float
    end_at: datetime
    end_w: float
    wh: float = 0.0


def sample(at: datetime, power_w: float) -> Span:
    """Return one sample; what flows back into the grid is not counted against what was drawn."""
    drawn = max(0.0, power_w)
    return Span(at, drawn, at, drawn)


def joined(earlier: Span, later: Span) -> Span:
    """Return two spans as one, with what was drawn between them."""
    gap = later.begin_at - earlier.end_at
    between = 0.0
    if timedelta() <= gap <= LONGEST_GAP:
        between = (earlier.end_w + later.begin_w) / 2 * (gap / timedelta(hours=1))
    wh = earlier.wh + between + later.wh
    return Span(earlier.begin_at, earlier.begin_w, later.end_at, later.end_w, wh)
