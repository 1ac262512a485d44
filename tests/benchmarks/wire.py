"""A WebSocket client that costs next to nothing, so that a benchmark measures the server and not the load."""

import asyncio
import base64
from collections.abc import Callable
from typing import cast

_TEXT, _CLOSE, _PING, _PONG = 0x1, 0x8, 0x9, 0xA
# Masking with zeros changes nothing and is as valid a key as any other (RFC 6455 §5.3).
_NO_MASK = bytes(4)


class HandshakeRefused(Exception):
    """The server answered the opening handshake with something else than 101."""


class Wire(asyncio.Protocol):
    """One WebSocket. `on_text` gets every text message, whole; `closed` is done when the connection has ended."""

    def __init__(self, handshake: bytes) -> None:
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[None] = loop.create_future()
        self.on_text: Callable[[bytes], None] = _nobody_listens
        self._handshake = handshake
        self._received = b""
        self._is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._handshake)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._is_open and not self._finish_handshake():
            return
        while self._take_frame():
            pass

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(HandshakeRefused("the connection ended"))
        self.closed.set_result(None)

    @property
    def is_open(self) -> bool:
        return self._is_open and not self.closed.done()

    def send(self, text: bytes) -> None:
        self._send(_TEXT, text)

    def close(self) -> None:
        """Begin the closing handshake; the connection ends when the server has answered it."""
        if self.is_open:
            self._send(_CLOSE, b"\x03\xe8")
        else:
            self._transport.close()

    def _send(self, opcode: int, payload: bytes) -> None:
        size = len(payload)
        if size < 126:
            head = bytes((0x80 | opcode, 0x80 | size))
        elif size < 65536:
            head = bytes((0x80 | opcode, 0xFE)) + size.to_bytes(2)
        else:
            head = bytes((0x80 | opcode, 0xFF)) + size.to_bytes(8)
        self._transport.write(head + _NO_MASK + payload)

    def _finish_handshake(self) -> bool:
        head, end, rest = self._received.partition(b"\r\n\r\n")
        if not end:
            return False
        if not head.startswith(b"HTTP/1.1 101 "):
            self.opened.set_exception(HandshakeRefused(head.partition(b"\r\n")[0].decode()))
            self._transport.close()
            return False
        self._received, self._is_open = rest, True
        self.opened.set_result(None)
        return True

    def _take_frame(self) -> bool:
        """Handle one frame, if there is a whole one; servers neither mask nor, in these tests, fragment."""
        data = self._received
        if len(data) < 2:
            return False
        opcode, size, begin = data[0] & 0xF, data[1], 2
        if size >= 126:
            begin = 4 if size == 126 else 10
            size = int.from_bytes(data[2:begin])
        if len(data) < begin + size:
            return False
        payload, self._received = data[begin : begin + size], data[begin + size :]
        if opcode == _TEXT:
            self.on_text(payload)
        elif opcode == _PING:
            self._send(_PONG, payload)
        elif opcode == _CLOSE:
            self._transport.close()
        return True


async def open_wire(port: int, charge_point_id: str, password: str | None) -> Wire:
    """Connect as a charge point. Raises: HandshakeRefused, OSError."""
    headers = ["Sec-WebSocket-Protocol: ocpp1.6"]
    if password is not None:
        secret = base64.b64encode(f"{charge_point_id}:{password}".encode()).decode()
        headers.append(f"Authorization: Basic {secret}")
    return await open_wire_at(port, f"/ocpp/{charge_point_id}", *headers)


async def open_wire_at(port: int, path: str, *headers: str) -> Wire:
    """Open a WebSocket. Raises: HandshakeRefused, OSError."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        *headers,
    ]
    handshake = "\r\n".join([*lines, "", ""]).encode()
    loop = asyncio.get_running_loop()
    _transport, wire = await loop.create_connection(lambda: Wire(handshake), "127.0.0.1", port)
    async with asyncio.timeout(60):
        await wire.opened
    return wire


def _nobody_listens(text: bytes) -> None:
    return
