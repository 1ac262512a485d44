"""What tests of firmware and diagnostics do over and over: upload an image, order a file, be a slow or rude peer."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.app.stories import meanwhile
from tests.live import Api, Charger, Server

IMAGE = bytes(range(256)) * 3000  # three chunks of the store, the last one shorter


def add_image(root: Api, content: bytes = IMAGE, **facts: Any) -> dict[str, Any]:
    """Upload a firmware image and return what the server says of it."""
    answer = root.http.post("/api/firmware", params={"name": "Main board", "version": "2.0", **facts}, content=content)
    assert answer.status_code == 201, answer.text
    image: dict[str, Any] = answer.json()
    return image


def order(root: Api, charger: Charger, kind: str, **body: Any) -> tuple[httpx.Response, str]:
    """Order a firmware update or diagnostics, let the charge point answer; return the answer and the link it got."""
    answer = meanwhile(lambda: root.post(f"/api/charge_points/{charger.charge_point_id}/{kind}", body))
    _action, payload = charger.serve(1)[0]
    return answer(), payload["location"]


def order_update(root: Api, charger: Charger, firmware_id: str, **body: Any) -> tuple[httpx.Response, str]:
    charger.answers["UpdateFirmware"] = charger.answers.get("UpdateFirmware", {})
    return order(root, charger, "firmware_updates", firmware_id=firmware_id, **body)


def order_diagnostics(root: Api, charger: Charger, **body: Any) -> tuple[httpx.Response, str]:
    charger.answers["GetDiagnostics"] = charger.answers.get("GetDiagnostics", {"fileName": "diag.log"})
    return order(root, charger, "diagnostics", **body)


def updates_of(root: Api, charger: Charger) -> list[dict[str, Any]]:
    answer = root.get("/api/firmware_updates", charge_point_id=charger.charge_point_id)
    return list(answer.json()["items"])


def diagnostics_of(root: Api, charger: Charger) -> list[dict[str, Any]]:
    return list(root.get("/api/diagnostics", charge_point_id=charger.charge_point_id).json()["items"])


@contextmanager
def raw_upload(server: Server, path: str, length: int, more: str = "") -> Iterator[socket.socket]:
    """Begin a PUT by hand; what is sent of its body, and when, is the test's."""
    with socket.create_connection(("127.0.0.1", server.http_port), timeout=10) as peer:
        peer.sendall(f"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n{more}\r\n".encode())
        yield peer


def status_in(peer: socket.socket) -> int:
    """Read the status line of an answer."""
    return int(peer.makefile("rb").readline().split()[1])


def path_of(link: str) -> str:
    return urlsplit(link).path
