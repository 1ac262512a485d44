"""Browsers without a screen: they keep cookies, send forms, and read what a page says."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from urllib.parse import urlencode
from uuid import uuid4

import httpx

from tests.live import Api, Server


class Visitor:
    """Somebody with a browser, at an address of his own where it matters how often an address tries."""

    def __init__(self, server: Server, address: str = "127.0.0.1", language: str = "en") -> None:
        self.http = httpx.Client(
            base_url=server.url,
            timeout=30,
            transport=httpx.HTTPTransport(verify=False, local_address=address),
            headers={"Accept": "text/html,*/*;q=0.8", "Accept-Language": language},
        )

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, _kind: type | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self.http.close()

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.http.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def send(self, path: str, headers: dict[str, str] | None = None, /, **fields: str) -> httpx.Response:
        """Send a form as our own pages would, with the token that is in them when somebody is logged in."""
        if token := self.http.cookies.get("chargebridge_csrf"):
            fields = {"csrf_token": token, **fields}
        form = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return self.http.post(path, content=urlencode(fields), headers=form)

    def insist(self, path: str, **fields: str) -> httpx.Response:
        """Send a form about which one is asked first, having said yes."""
        return self.send(path, _confirmed="yes", **fields)

    def log_in(self, username: str, password: str = "a driver's") -> "Visitor":
        answer = self.send("/login", username=username, password=password)
        assert answer.status_code == 303, answer.text
        return self


@contextmanager
def somebody_with(server: Server, root: Api, role: str) -> Iterator[Visitor]:
    """Be somebody with a role, logged in, until the end of the block."""
    username, password = f"{role}-{uuid4().hex[:6]}", "long enough"
    assert root.post("/api/users", username=username, password=password, role=role).status_code == 201
    with Visitor(server) as visitor:
        yield visitor.log_in(username, password)


def said(page: httpx.Response) -> str:
    """Return what somebody reads on a page."""
    assert page.headers["Content-Type"] == "text/html; charset=utf-8", page.text
    visible = re.sub(r"<(script|style|title)\b.*?</\1>", "", page.text, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", visible)).split())
