"""What the charge point still has to say, in order; transaction messages outlive the connection."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# A charge point's memory has an end: beyond it the oldest periodic samples go first (OCPP 1.6 §3.7.1 allows that).
CAPACITY = 1000


def _nothing(*_: Any) -> None:
    """Do nothing with an answer nobody waits for."""


@dataclass(slots=True, eq=False)
class Message:
    """One request to come; `build` makes its payload when it is sent.

    `keep`: stays until answered, over any number of connections. `always`: may go before the Central System has
    accepted the charge point. `dispensable`: the first to go when memory runs out. `unanswered` is called each time
    an attempt came to nothing, with None where there was no connection to make it on.
    """

    build: Callable[[], Any]
    answered: Callable[[Any], None] = _nothing
    unanswered: Callable[[Exception | None], None] = _nothing
    keep: bool = False
    always: bool = False
    dispensable: bool = False
    attempts: int = 0
    not_before: float = 0.0


class Outbox:
    """A queue with one reader, the connection.

    `connected` opens it to messages that may always go, `opened` to all: the Central System has accepted the charge
    point. A message not to be kept that cannot go now is unanswered at once.
    """

    def __init__(self, emptied: Callable[[], None] = _nothing, capacity: int = CAPACITY) -> None:
        self.is_connected = False
        self.is_open = False
        self._queue: deque[Message] = deque()
        self._wake = asyncio.Event()
        self._emptied = emptied
        self._capacity = capacity

    @property
    def idle(self) -> bool:
        """Whether nothing is left that may be sent on this connection."""
        return not any(self._may_go(message) for message in self._queue)

    def __len__(self) -> int:
        return len(self._queue)

    def connected(self) -> None:
        """Let the messages go that may always go."""
        self.is_connected = True
        self._wake.set()

    def opened(self) -> None:
        """Let every message go."""
        self.is_open = True
        self._wake.set()

    def closed(self) -> None:
        """Hold back all but what may always go: the Central System no longer accepts the charge point."""
        self.is_open = False

    def disconnected(self) -> None:
        """Drop what is only worth saying now; what is kept may go again as soon as there is a connection."""
        self.is_connected = self.is_open = False
        dropped = [message for message in self._queue if not message.keep]
        self._queue = deque(message for message in self._queue if message.keep)
        for message in self._queue:
            message.not_before = 0.0
        for message in [*self._queue, *dropped]:
            message.unanswered(None)
        self._emptied()

    def put(self, message: Message) -> None:
        """Add a message at the end."""
        if not message.keep and not self._may_go(message):
            message.unanswered(None)
            return
        if len(self._queue) >= self._capacity:
            self._make_room()
        self._queue.append(message)
        self._wake.set()

    async def next(self) -> Message:
        """Wait for the first message that may go; it stays in the queue until answered or given up.

        A kept message waiting for its next attempt holds back the kept ones after it, and no others.
        """
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            patience: float | None = None
            for message in filter(self._may_go, self._queue):
                if patience is not None and message.keep:
                    continue
                wait = message.not_before - loop.time()
                if wait <= 0:
                    return message
                patience = wait
            try:
                async with asyncio.timeout(patience):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def answered(self, message: Message, answer: Any) -> None:
        """Take the message out and hand on its answer."""
        self._remove(message)
        message.answered(answer)
        self._check()

    def postpone(self, message: Message, error: Exception, delay: float) -> None:
        """Keep the message for another attempt in `delay` seconds, with the same content."""
        message.attempts += 1
        message.not_before = asyncio.get_running_loop().time() + delay
        message.unanswered(error)

    def give_up(self, message: Message, error: Exception) -> None:
        """Take the message out unanswered."""
        self._remove(message)
        message.unanswered(error)
        self._check()

    def _may_go(self, message: Message) -> bool:
        return self.is_open or (message.always and self.is_connected)

    def _remove(self, message: Message) -> None:
        # It may be gone already: a full outbox forgets samples, a lost connection what is not kept.
        if message in self._queue:
            self._queue.remove(message)

    def _make_room(self) -> None:
        for message in self._queue:
            if message.dispensable:
                self._queue.remove(message)
                return

    def _check(self) -> None:
        if self.idle:
            self._emptied()
