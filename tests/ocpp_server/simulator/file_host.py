"""A small HTTP server that charge points fetch files from and bring files to; each test says what it answers."""

import asyncio
from types import TracebackType
from typing import Self

OK = b"HTTP/1.1 200 OK\r\n"


def with_length(content: bytes) -> bytes:
    return OK + b"Content-Length: %d\r\n\r\n" % len(content) + content


def status(number: int, *headers: str) -> bytes:
    head = [f"HTTP/1.1 {number} Whatever", "Content-Length: 0", *headers]
    return "\r\n".join([*head, "", ""]).encode()


class FileHost:
    """`answers` maps `METHOD /path` to the bytes of the next answers, the last one for ever; all else is 404.

    `requests` has the head and the body of each request; while `open` is not set nothing is answered.
    """

    def __init__(self, **answers: list[bytes]) -> None:
        self.answers = answers
        self.requests: list[tuple[str, bytes]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.asked = asyncio.Event()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self.open.set()
        self._server.close()
        await self._server.wait_closed()

    def url(self, path: str, user: str = "") -> str:
        return f"http://{user}127.0.0.1:{self._port}{path}"

    def gives(self, path: str, *answers: bytes) -> str:
        """Answer a GET so; return its address."""
        self.answers[f"GET {path}"] = list(answers)
        return self.url(path)

    def takes(self, path: str, *answers: bytes) -> str:
        """Answer a PUT so, or by 201; return its address."""
        self.answers[f"PUT {path}"] = list(answers) or [status(201)]
        return self.url(path)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lengths = [line for line in head.split("\r\n") if line.startswith("Content-Length: ")]
            body = await reader.readexactly(int(lengths[0].split()[1])) if lengths else b""
            self.requests.append((head, body))
            self.asked.set()
            await self.open.wait()
            left = self.answers.get(" ".join(head.split()[:2]), [status(404)])
            writer.write(left.pop(0) if len(left) > 1 else left[0])
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the charge point has given up
        finally:
            writer.close()
