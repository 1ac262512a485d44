"""A virtual charger of the load: OCPP-J over a wire, with nothing in it that could be slow."""

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

import orjson

from tests.benchmarks.wire import Wire, open_wire

_numbers = itertools.count(1)


class Charger:
    """Calls the server one CALL at a time; what the server calls is handed to `on_call`, whose result is the answer."""

    def __init__(self, charge_point_id: str, wire: Wire) -> None:
        self.id = charge_point_id
        self.wire = wire
        self.on_call: Callable[[str, Any], dict[str, Any]] = lambda action, payload: {"status": "Accepted"}
        self._waiting: tuple[str, asyncio.Future[Any]] | None = None
        wire.on_text = self._on_text

    async def call(self, action: str, payload: dict[str, Any]) -> Any:
        """Return the answer's payload. Raises: AssertionError on a CALLERROR; TimeoutError."""
        message_id = f"{self.id}-{next(_numbers)}"
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting = (message_id, answer)
        self.wire.send(orjson.dumps([2, message_id, action, payload]))
        async with asyncio.timeout(60):
            frame = await answer
        assert frame[0] == 3, f"{action} was answered {frame}"
        return frame[2]

    async def boot(self) -> None:
        facts = {"chargePointVendor": "Load", "chargePointModel": "Virtual", "firmwareVersion": "1.0"}
        registration = await self.call("BootNotification", facts)
        assert registration["status"] == "Accepted", registration

    def close(self) -> None:
        self.wire.close()

    def _on_text(self, text: bytes) -> None:
        frame = orjson.loads(text)
        if frame[0] == 2:
            _kind, message_id, action, payload = frame
            self.wire.send(orjson.dumps([3, message_id, self.on_call(action, payload)]))
        elif self._waiting is not None and self._waiting[0] == frame[1]:
            answer, self._waiting = self._waiting[1], None
            if not answer.done():
                answer.set_result(frame)


async def connect(port: int, charge_point_id: str, password: str | None) -> Charger:
    """Return a charger that is connected and has not booted. Raises: HandshakeRefused, OSError."""
    return Charger(charge_point_id, await open_wire(port, charge_point_id, password))
