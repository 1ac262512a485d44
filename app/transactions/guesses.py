"""A charge point that asks for tag after tag is guessing: after so many a minute it learns nothing more."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=1)
LIMIT = 30
REMEMBERED = 10_000


class Guesses:
    """Counts unknown tags per charge point. Lives on the loop thread alone."""

    def __init__(self) -> None:
        self._unknown: OrderedDict[str, deque[datetime]] = OrderedDict()

    def too_many(self, charge_point_id: str, now: datetime) -> bool:
        """Tell whether the charge point has asked for too many unknown tags within the last minute."""
        times = self._unknown.get(charge_point_id)
        while times and times[0] <= now - WINDOW:
            times.popleft()
        return times is not None and len(times) >= LIMIT

    def count(self, charge_point_id: str, now: datetime) -> bool:
        """Count an unknown tag; tell whether there are too many now."""
        times = self._unknown.setdefault(charge_point_id, deque(maxlen=LIMIT))
        self._unknown.move_to_end(charge_point_id)
        if len(self._unknown) > REMEMBERED:
            self._unknown.popitem(last=False)
        times.append(now)
        return self.too_many(charge_point_id, now)
