"""Charge points for tests: they speak raw frames, right or wrong, over a real socket."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

PATIENCE = 5.0


class RawChargePoint:
    """One connection; `call` waits for the answer to its own id and keeps everything else for `receive`."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self._ids = 0
        self._kept: list[list[Any]] = []

    def send(self, frame: Any) -> None:
        """Send a frame: text as it is, anything else as JSON."""
        self.socket.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))

    def receive(self, timeout: float = PATIENCE) -> list[Any]:
        """Return the next frame nobody waited for yet."""
        if self._kept:
            return self._kept.pop(0)
        return self._next(timeout)

    def ask(self, frame: Any) -> list[Any]:
        """Send any frame and return the next one that comes."""
        self.send(frame)
        return self.receive()

    def call(self, action: str, payload: Any) -> list[Any]:
        """Send a CALL and return the frame that answers it."""
        self._ids += 1
        message_id = f"call-{self._ids}"
        self.send([2, message_id, action, payload])
        while (frame := self._next(PATIENCE))[1] != message_id:
            self._kept.append(frame)
        return frame

    def heartbeat(self) -> list[Any]:
        return self.call("Heartbeat", {})

    def answer(self, payload: Any) -> list[Any]:
        """Wait for a CALL, answer it, and return the CALL."""
        frame = self.receive()
        assert frame[0] == 2, frame
        self.send([3, frame[1], payload])
        return frame

    def _next(self, timeout: float) -> list[Any]:
        frame: list[Any] = json.loads(self.socket.recv(timeout))
        return frame


@contextmanager
def charge_point(
    port: int,
    charge_point_id: str = "CP001",
    *,
    path: str | None = None,
    password: bytes | None = None,
    subprotocols: list[str] | None = None,
    **options: Any,
) -> Iterator[RawChargePoint]:
    """Connect a charge point; leave the connection as it is at the end, if the server closed it meanwhile."""
    headers = dict(options.pop("additional_headers", {}))
    if password is not None:
        credentials = base64.b64encode(charge_point_id.encode() + b":" + password).decode()
        headers["Authorization"] = f"Basic {credentials}"
    offered = ["ocpp1.6"] if subprotocols is None else subprotocols
    options.setdefault("close_timeout", 1)
    scheme = "wss" if "ssl" in options else "ws"
    with connect(
        f"{scheme}://127.0.0.1:{port}{path or f'/ocpp/{charge_point_id}'}",
        subprotocols=offered or None,  # type: ignore[arg-type]
        additional_headers=headers,
        compression=None,
        ping_interval=None,
        proxy=None,
        **options,
    ) as socket:
        yield RawChargePoint(socket)
