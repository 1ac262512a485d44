"""A small Central System for these tests: plain WebSocket frames, and answers that each test can change."""

import asyncio
import http
import json
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

Payload = dict[str, Any]
NOW = "2026-11-22T13:37:00.000Z"
ACCEPTED = {"idTagInfo": {"status": "Accepted"}}


class CallError(Exception):
    """Answer with a CALLERROR."""


class Silence(Exception):
    """Do not answer at all."""


class CentralSystem:
    """Accepts everything; `answers` maps an action to its payload, or to a function of the request.

    `calls` has every request as `(action, payload)` in order; `sockets` every connection, the last one the present.
    """

    def __init__(self, **answers: Any) -> None:
        self.answers: dict[str, Any] = {
            "BootNotification": {"status": "Accepted", "currentTime": NOW, "interval": 300},
            "Heartbeat": {"currentTime": NOW},
            "Authorize": ACCEPTED,
            "StartTransaction": self._start,
            "DataTransfer": {"status": "UnknownVendorId"},
            **answers,
        }
        self.calls: list[tuple[str, Payload]] = []
        self.calls_before_last_answer = 0
        self.headers: list[Any] = []
        self.sockets: list[ServerConnection] = []
        self.closed: list[ServerConnection] = []
        self.refusal: tuple[int, dict[str, str]] | None = None
        self.subprotocols = ["ocpp1.6"]
        self.port = 0
        self._transactions = 0
        self._pending: dict[str, asyncio.Future[list[Any]]] = {}
        self._changed = asyncio.Event()
        self._server: Server | None = None

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop_listening()

    async def listen(self) -> None:
        self._server = await serve(
            self._serve,
            "127.0.0.1",
            self.port,
            subprotocols=self.subprotocols or None,  # type: ignore[arg-type]
            process_request=self._admit,
            close_timeout=0.2,
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop_listening(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    def url(self, charge_point_id: str = "CP001") -> str:
        return f"ws://127.0.0.1:{self.port}/ocpp/{charge_point_id}"

    def of(self, *actions: str) -> list[Payload]:
        """The payloads of these actions in order."""
        return [payload for action, payload in self.calls if action in actions]

    def statuses(self, connector_id: int = 1) -> list[str]:
        """The statuses told of a connector in order."""
        return [p["status"] for p in self.of("StatusNotification") if p["connectorId"] == connector_id]

    async def call(self, action: str, **payload: Any) -> Payload:
        """Send a call and return the payload of its answer, or `{"error": code}`."""
        unique_id = f"call-{len(self._pending)}"
        answer = self._pending[unique_id] = asyncio.get_running_loop().create_future()
        await self.send([2, unique_id, action, payload])
        frame = await asyncio.wait_for(answer, 5)
        return frame[2] if frame[0] == 3 else {"error": frame[2]}

    async def send(self, frame: Any) -> None:
        await self.sockets[-1].send(frame if isinstance(frame, str) else json.dumps(frame))

    async def until(self, condition: Callable[[], Any]) -> None:
        """Wait until the condition holds; it is looked at after every frame, connection and hang-up."""
        async with asyncio.timeout(5):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def _start(self, request: Payload) -> Payload:
        self._transactions += 1
        return {"transactionId": self._transactions, **ACCEPTED}

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        self.headers.append(request.headers)
        if self.refusal is None:
            return None
        status, headers = self.refusal
        response = connection.respond(http.HTTPStatus(status), "no\n")
        response.headers.update(headers)
        self._changed.set()
        return response

    async def _serve(self, socket: ServerConnection) -> None:
        self.sockets.append(socket)
        self._changed.set()
        try:
            async for text in socket:
                await self._receive(socket, json.loads(text))
                self._changed.set()
        except ConnectionClosed:
            pass
        finally:
            self.closed.append(socket)
            self._changed.set()

    async def _receive(self, socket: ServerConnection, frame: list[Any]) -> None:
        if frame[0] != 2:
            self.calls_before_last_answer = len(self.calls)
            self._pending[frame[1]].set_result(frame)
            return
        _, unique_id, action, payload = frame
        self.calls.append((action, payload))
        answer = self.answers.get(action, {})
        try:
            result = answer(payload) if callable(answer) else answer
        except CallError:
            await socket.send(json.dumps([4, unique_id, "InternalError", "try again", {}]))
        except Silence:
            pass
        else:
            await socket.send(json.dumps([3, unique_id, result]))
