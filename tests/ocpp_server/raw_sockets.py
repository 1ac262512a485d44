"""Peers below WebSocket: bytes on a TCP socket, for what no client library would send or leave unread."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

TEXT, CONTINUATION, CLOSE, PING, PONG = 0x1, 0x0, 0x8, 0x9, 0xA

REQUEST = (
    "GET {path} HTTP/1.1\r\n"
    "Host: 127.0.0.1\r\n"
    "Upgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\n"
    "{headers}\r\n"
)


def frame(payload: bytes, opcode: int = TEXT, *, last: bool = True, declared: int | None = None) -> bytes:
    """Return a masked frame; `declared` lies about its length. The mask is zero, so the payload stays readable."""
    length = len(payload) if declared is None else declared
    first = (0x80 if last else 0) | opcode
    if length < 126:
        header = struct.pack("!BB", first, 0x80 | length)
    elif length < 65_536:
        header = struct.pack("!BBH", first, 0x80 | 126, length)
    else:
        header = struct.pack("!BBQ", first, 0x80 | 127, length)
    return header + b"\0\0\0\0" + payload


def request(port: int, path: str, headers: str = "Sec-WebSocket-Protocol: ocpp1.6\r\n") -> tuple[socket.socket, bytes]:
    """Send a handshake exactly as given; return the socket and the response's head."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=5)
    connection.sendall(REQUEST.format(path=path, headers=headers).encode("latin-1"))
    head = b""
    while b"\r\n\r\n" not in head and (chunk := connection.recv(1)):
        head += chunk
    return connection, head


@contextmanager
def raw_connection(port: int, charge_point_id: str = "CP001") -> Iterator[socket.socket]:
    """Open a WebSocket by hand."""
    connection, head = request(port, f"/ocpp/{charge_point_id}")
    with connection:
        assert head.startswith(b"HTTP/1.1 101 "), head
        yield connection


def read_to_the_end(connection: socket.socket) -> bytes:
    """Return everything until the peer closes or resets."""
    received = b""
    try:
        while chunk := connection.recv(65_536):
            received += chunk
    except ConnectionResetError:
        pass
    return received


def close_code(received: bytes) -> int:
    """Return the code in the close frame that ends what was received."""
    start = received.rindex(bytes([0x80 | CLOSE]))
    (code,) = struct.unpack("!H", received[start + 2 : start + 4])
    return int(code)
