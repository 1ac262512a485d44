"""Watchers: live events as an app receives them, over a real WebSocket."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from websockets.sync.client import ClientConnection, connect

from tests.live import Api

Message = dict[str, Any]


class Watcher:
    """One live connection; what came is kept in `heard`."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.heard: list[Message] = []

    def next(self, seconds: float = 10.0) -> Message:
        """Return the next message, whatever it is."""
        message: Message = json.loads(self.socket.recv(timeout=seconds))
        self.heard.append(message)
        return message

    def until(self, kind: str, seconds: float = 10.0, **data: Any) -> Message:
        """Return the next message of a type with these data; those before it are in `heard`."""
        while True:
            message = self.next(seconds)
            if message["type"] == kind and message["data"].items() >= data.items():
                return message

    def types(self) -> list[str]:
        return [message["type"] for message in self.heard]


def ticket_of(api: Api) -> str:
    answer = api.post("/api/live/ticket", {})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["url"])


@contextmanager
def watching(api: Api, last_event_id: str | None = None, **options: Any) -> Iterator[Watcher]:
    """Watch as whoever this client is logged in as; the greeting has been received."""
    with watch(ticket_of(api), last_event_id, **options) as watcher:
        assert watcher.next()["type"] == "hello"
        yield watcher


@contextmanager
def watch(url: str, last_event_id: str | None = None, **options: Any) -> Iterator[Watcher]:
    resume = f"&last_event_id={quote(last_event_id)}" if last_event_id is not None else ""
    with connect(url + resume, compression=None, proxy=None, **options) as socket:
        yield Watcher(socket)
