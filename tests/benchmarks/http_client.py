"""HTTP/1.1 over kept connections, as thin as a client can be, sent at fixed times whatever the answers do."""

import asyncio
import time
from collections.abc import Callable
from typing import cast


class HttpConnection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self._received = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end or self._answer is None:
            return
        status_line, *fields = head.split(b"\r\n")
        (size,) = [int(f[15:]) for f in fields if f[:15].lower() == b"content-length:"]
        if len(body) < size:
            return
        answer, self._answer, self._received = self._answer, None, b""
        answer.set_result((int(status_line.split()[1]), body))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionResetError("the server hung up"))

    async def send(self, request: bytes) -> tuple[int, bytes]:
        """Return status and body of the answer. Raises: ConnectionResetError, TimeoutError."""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        async with asyncio.timeout(30):
            return await self._answer

    def close(self) -> None:
        self._transport.close()


class HttpPool:
    """As many connections as requests are under way at most."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[HttpConnection] = []

    async def send(self, request: bytes) -> tuple[int, bytes]:
        connection = self._idle.pop() if self._idle else await self._connect()
        answer = await connection.send(request)
        self._idle.append(connection)
        return answer

    def close(self) -> None:
        for connection in self._idle:
            connection.close()

    async def _connect(self) -> HttpConnection:
        loop = asyncio.get_running_loop()
        _transport, connection = await loop.create_connection(HttpConnection, "127.0.0.1", self._port)
        return connection


def request(method: str, path: str, token: str | None = None, body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    if body:
        lines.append("Content-Type: application/json")
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    return "\r\n".join([*lines, "", ""]).encode() + body


async def open_loop(
    pool: HttpPool, per_second: float, seconds: float, next_request: Callable[[int], bytes]
) -> tuple[list[float], list[tuple[int, bytes]]]:
    """Send requests at fixed times and return latencies and answers; a late start counts as latency too."""
    latencies: list[float] = []

    async def one(number: int, due: float) -> tuple[int, bytes]:
        answer = await pool.send(next_request(number))
        latencies.append(time.perf_counter() - due)
        return answer

    began = time.perf_counter()
    tasks = []
    for number in range(round(per_second * seconds)):
        due = began + number / per_second
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(number, due)))
    return latencies, await asyncio.gather(*tasks)
