"""HTTP as a charge point needs it: fetch a large file of which only size and hash are kept, and bring a small one.

Written on streams rather than with a client library: it ends at once when it is cancelled, and leaves no thread.
"""

import asyncio
import hashlib
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from ocpp_server.simulator.errors import TransferFailed

# Bounds: the file (bytes), the head of an answer (bytes), silence (seconds), redirections in a row.
LARGEST, HEAD, PATIENCE, REDIRECTIONS = 256 * 1024 * 1024, 64 * 1024, 30.0, 5
PIECE = 64 * 1024
PORTS = {"http": 80, "https": 443}
MOVED = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What is kept of a file."""

    size: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer whose body is still to be read."""

    status: int
    headers: dict[str, str]
    reader: asyncio.StreamReader


async def fetch(url: str, tls: ssl.SSLContext | None = None, largest: int = LARGEST) -> Fetched:
    """Read a file to its end; raises `TransferFailed` also for one of more than `largest` bytes."""
    for _ in range(REDIRECTIONS):
        async with _exchange("GET", url, b"", tls) as answer:
            if answer.status in MOVED and (location := answer.headers.get("location")):
                url = urljoin(url, location)
                continue
            _require_success(answer)
            size, digest = 0, hashlib.sha256()
            async for piece in _body(answer):
                size += len(piece)
                if size > largest:
                    raise TransferFailed(f"the file has more than {largest} bytes")
                digest.update(piece)
            return Fetched(size, digest.digest())
    raise TransferFailed(f"redirected more than {REDIRECTIONS} times")


async def bring(url: str, content: bytes, tls: ssl.SSLContext | None = None) -> None:
    """PUT a small file to exactly this address; raises `TransferFailed`."""
    async with _exchange("PUT", url, content, tls) as answer:
        _require_success(answer)


@asynccontextmanager
async def _exchange(method: str, url: str, content: bytes, tls: ssl.SSLContext | None) -> AsyncIterator[_Answer]:
    """Send a request and read the head of its answer; whatever breaks is a `TransferFailed`."""
    try:
        address = urlsplit(url)
        host, port = address.hostname, address.port
        if address.scheme not in PORTS or not host:
            raise TransferFailed("only http:// and https:// are spoken here")
        secure = (tls or ssl.create_default_context()) if address.scheme == "https" else None
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(
                host, port or PORTS[address.scheme], ssl=secure, limit=max(HEAD, PIECE)
            )
        try:
            writer.write(_head(method, address, len(content)) + content)
            async with asyncio.timeout(PATIENCE):
                await writer.drain()
                answer = await _answer(reader)
            yield answer
        finally:
            writer.transport.abort()
    except asyncio.IncompleteReadError as error:
        raise TransferFailed("the connection broke off") from error
    except TimeoutError as error:
        raise TransferFailed(f"nothing was heard for {PATIENCE:g} s") from error
    except (OSError, ValueError, asyncio.LimitOverrunError) as error:
        raise TransferFailed(str(error) or type(error).__name__) from error


def _head(method: str, address: SplitResult, length: int) -> bytes:
    path = quote(address.path or "/", safe="/%:@!$&'()*+,;=~")
    query = f"?{quote(address.query, safe='/?%:@!$&()*+,;=~')}" if address.query else ""
    lines = [
        f"{method} {path}{query} HTTP/1.1",
        f"Host: {address.netloc.rpartition('@')[2]}",
        "User-Agent: virtual-charge-point",
        "Accept-Encoding: identity",
        "Connection: close",
    ]
    if address.username is not None:
        credentials = f"{unquote(address.username)}:{unquote(address.password or '')}"
        lines.append(f"Authorization: Basic {b64encode(credentials.encode()).decode()}")
    if method == "PUT":
        lines += ["Content-Type: text/plain; charset=utf-8", f"Content-Length: {length}"]
    return "\r\n".join([*lines, "", ""]).encode()


async def _answer(reader: asyncio.StreamReader) -> _Answer:
    status = 100
    while status < 200:
        start, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        protocol, _, rest = start.partition(" ")
        if not protocol.startswith("HTTP/1."):
            raise TransferFailed("the answer is not HTTP/1.1")
        status = int(rest[:3])
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return _Answer(status, headers, reader)


async def _body(answer: _Answer) -> AsyncIterator[bytes]:
    reader = answer.reader
    if "chunked" in answer.headers.get("transfer-encoding", "").lower():
        while length := int((await _heard(reader.readuntil(b"\r\n"))).partition(b";")[0], 16):
            async for piece in _exactly(reader, length):
                yield piece
            await _heard(reader.readexactly(2))
    elif "content-length" in answer.headers:
        async for piece in _exactly(reader, int(answer.headers["content-length"])):
            yield piece
    else:
        while piece := await _heard(reader.read(PIECE)):
            yield piece


async def _exactly(reader: asyncio.StreamReader, length: int) -> AsyncIterator[bytes]:
    while length > 0:
        piece = await _heard(reader.readexactly(min(PIECE, length)))
        length -= len(piece)
        yield piece


async def _heard(reading: Coroutine[Any, Any, bytes]) -> bytes:
    async with asyncio.timeout(PATIENCE):
        return await reading


def _require_success(answer: _Answer) -> None:
    if not 200 <= answer.status < 300:
        known = {status.value: status.phrase for status in HTTPStatus}
        raise TransferFailed(f"answered {answer.status} {known.get(answer.status, '')}".rstrip())
