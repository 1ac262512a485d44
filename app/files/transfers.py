"""Room for files on their way: slow lines leave threads for everything else."""

import threading
from collections import Counter
from collections.abc import Callable

from app.errors import TooManyAttempts

TRANSFERS_PER_LINK = 3
RETRY_AFTER = 30


class Transfers:
    """How many files may be on their way at a time, so that slow lines leave threads for everything else."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._under_way: Counter[str] = Counter()
        self._lock = threading.Lock()

    def begin(self, link: str) -> Callable[[], None]:
        """Take a place; the function returned gives it back. Raises TooManyAttempts."""
        with self._lock:
            if self._under_way.total() >= self._most or self._under_way[link] >= TRANSFERS_PER_LINK:
                raise TooManyAttempts("too many files are being transferred; try again", RETRY_AFTER)
            self._under_way[link] += 1
        return lambda: self._end(link)

    def _end(self, link: str) -> None:
        with self._lock:
            self._under_way[link] -= 1
            if not self._under_way[link]:
                del self._under_way[link]
