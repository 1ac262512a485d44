"""The last events that were told, numbered, so that who lost his connection can go on where he was."""

import re
import secrets
from collections import deque
from collections.abc import Collection, Mapping

_EVENT_ID = re.compile(r"([0-9a-f]{8})-([0-9]{1,15})")


class Backlog:
    """A ring of the last `most` events. `epoch` tells this process's numbers from those of any other.

    An event is a JSON object for each channel that it is told on; here it gets its id, `<epoch>-<number>`.
    """

    def __init__(self, most: int) -> None:
        self.epoch = secrets.token_hex(4)
        self.last = 0
        self._events: deque[Mapping[str, bytes]] = deque(maxlen=most)

    def append(self, event: Mapping[str, bytes]) -> None:
        """Number an event; each of its bodies is a JSON object that is not empty."""
        self.last += 1
        head = b'{"id":"%s",' % self.id_of(self.last).encode()
        numbered: dict[bytes, bytes] = {}
        self._events.append({on: numbered.setdefault(body, head + body[1:]) for on, body in event.items()})

    def forget(self) -> None:
        """Let nobody go on from here: an event was missed that cannot be told any more."""
        self._events.clear()
        self.last += 1

    def id_of(self, number: int) -> str:
        return f"{self.epoch}-{number}"

    def number_of(self, event_id: str) -> int | None:
        """Return the number of an event after which everything is still here; None when something is missing."""
        shaped = _EVENT_ID.fullmatch(event_id)
        if shaped is None or shaped[1] != self.epoch:
            return None
        number = int(shaped[2])
        return number if self.has_all_after(number) else None

    def has_all_after(self, number: int) -> bool:
        return self.last - len(self._events) <= number <= self.last

    def event(self, number: int) -> Mapping[str, bytes]:
        """Return an event's frames by channel."""
        return self._events[number - self.last - 1]

    def frames(self, after: int, up_to: int, channels: Collection[str]) -> list[bytes]:
        """Return what was told on some channels, the oldest first."""
        events = (self.event(number) for number in range(after + 1, up_to + 1))
        return [frame for event in events for on, frame in event.items() if on in channels]
