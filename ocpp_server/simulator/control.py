"""The HTTP control API of the virtual charge points, for scripts on the same machine.

`GET /` tells the state; `POST /<command>` with a JSON object of arguments runs a command, `charge_point_id` among them
where there are several. A page in a browser cannot use it: it would have to send `application/json` across origins.
"""

import asyncio
import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from ocpp_server.simulator.commands import COMMANDS, BadArgument, run
from ocpp_server.simulator.errors import NotPossible, UnknownConnector
from ocpp_server.simulator.virtual_charge_point import VirtualChargePoint

# Bounds of one request: its head, its body (bytes), and the time (seconds) it may take to arrive.
HEAD, BODY, PATIENCE = 8192, 4096, 10.0


class _Problem(Exception):
    """The request gets this status."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class Control:
    """Serves charge points on 127.0.0.1 at this port (0: any free one, see `port`)."""

    def __init__(self, charge_points: Sequence[VirtualChargePoint], port: int) -> None:
        self._by_id = {charge_point.id: charge_point for charge_point in charge_points}
        self.port = port
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> "Control":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=HEAD)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            try:
                async with asyncio.timeout(PATIENCE):
                    method, path, body = await _request(reader)
                status, answer = HTTPStatus.OK, await self._answer(method, path, body)
            except _Problem as problem:
                status, answer = problem.status, {"error": str(problem)}
            writer.write(_response(status, answer))
            await writer.drain()
        except (ConnectionError, TimeoutError, asyncio.IncompleteReadError):
            pass  # whoever asked has gone, or never finished asking
        finally:
            writer.close()

    async def _answer(self, method: str, path: str, body: bytes) -> Any:
        name = path.removeprefix("/")
        if name == "":
            _require(method, "GET")
            return {"charge_points": [each.snapshot() for each in self._by_id.values()]}
        if name not in COMMANDS:
            raise _Problem(HTTPStatus.NOT_FOUND, f"there is GET / and POST /{', /'.join(COMMANDS)}")
        _require(method, "POST")
        arguments = _arguments(body)
        charge_point = self._charge_point(arguments.pop("charge_point_id", next(iter(self._by_id))))
        try:
            await run(charge_point, name, arguments)
        except BadArgument as error:
            raise _Problem(HTTPStatus.BAD_REQUEST, str(error)) from error
        except UnknownConnector as error:
            raise _Problem(HTTPStatus.NOT_FOUND, str(error)) from error
        except NotPossible as error:
            raise _Problem(HTTPStatus.CONFLICT, str(error)) from error
        except TimeoutError as error:
            detail = "done, but the Central System has not answered yet"
            raise _Problem(HTTPStatus.GATEWAY_TIMEOUT, detail) from error
        return charge_point.snapshot()

    def _charge_point(self, charge_point_id: Any) -> VirtualChargePoint:
        if not isinstance(charge_point_id, str) or charge_point_id not in self._by_id:
            raise _Problem(HTTPStatus.NOT_FOUND, f"there is {', '.join(self._by_id)}")
        return self._by_id[charge_point_id]


def _require(method: str, allowed: str) -> None:
    if method != allowed:
        raise _Problem(HTTPStatus.METHOD_NOT_ALLOWED, f"use {allowed}")


def _arguments(body: bytes) -> dict[str, Any]:
    try:
        arguments = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise _Problem(HTTPStatus.BAD_REQUEST, "the body is not JSON") from error
    if not isinstance(arguments, dict):
        raise _Problem(HTTPStatus.BAD_REQUEST, "the body is not a JSON object")
    return arguments


async def _request(reader: asyncio.StreamReader) -> tuple[str, str, bytes]:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.LimitOverrunError as error:
        raise _Problem(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the head is too large") from error
    start, *lines = head.rstrip("\r\n").split("\r\n")
    words = start.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise _Problem(HTTPStatus.BAD_REQUEST, "this is not HTTP/1.1")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = headers.get("content-length", "0")
    if "transfer-encoding" in headers or not (length.isascii() and length.isdigit()):
        raise _Problem(HTTPStatus.LENGTH_REQUIRED, "send a Content-Length")
    if len(length) > 5 or int(length) > BODY:
        raise _Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"send at most {BODY} bytes")
    if words[0] == "POST" and headers.get("content-type", "").partition(";")[0].lower() != "application/json":
        raise _Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send Content-Type: application/json")
    return words[0], words[1], await reader.readexactly(int(length))


def _response(status: HTTPStatus, answer: Any) -> bytes:
    body = json.dumps(answer).encode() + b"\n"
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
