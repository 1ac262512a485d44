"""What a charge point remembers of what happened to it: the lines it told, the newest of them."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ocpp_server.simulator.meter import timestamp
from ocpp_server.simulator.report import Report

# A charge point's memory has an end: so many lines, of so many characters each.
LINES, LENGTH = 2000, 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One line; `security` marks what belongs into the security log."""

    at: datetime
    text: str
    security: bool = False


class Journal:
    """A `Report` that keeps what it passes on."""

    def __init__(self, report: Report, clock: Callable[[], datetime]) -> None:
        self._entries: deque[Entry] = deque(maxlen=LINES)
        self._report, self._clock = report, clock

    def __call__(self, text: str, connector_id: int | None = None, *, important: bool = False) -> None:
        self._report(text, connector_id, important=important)
        self._keep(text if connector_id is None else f"connector {connector_id}: {text}")

    def security(self, text: str) -> None:
        """Tell, and keep, what concerns security."""
        self._report(text, important=True)
        self._keep(text, security=True)

    def file(self, title: str, oldest: datetime | None, latest: datetime | None, *, security: bool) -> bytes:
        """Return the lines between two times, or those that concern security, as the text of a file."""
        lines = [
            f"{timestamp(entry.at)} {entry.text}"
            for entry in self._entries
            if (entry.security or not security)
            and (oldest is None or oldest <= entry.at)
            and (latest is None or entry.at <= latest)
        ]
        return "\n".join([f"{title}, {len(lines)} lines", *lines, ""]).encode()

    def _keep(self, text: str, *, security: bool = False) -> None:
        self._entries.append(Entry(self._clock(), " ".join(text[:LENGTH].split()), security))
