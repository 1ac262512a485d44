"""The demo's app: a small HTTP client of the standard library that shows what it sends and gets."""

import json
import urllib.error
import urllib.request
from typing import Any


class DemoClient:
    """Answers are JSON objects, problem documents included."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._step = 0

    def ready(self) -> bool:
        """Tell whether the server is up."""
        try:
            with urllib.request.urlopen(f"{self._url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def call(self, method: str, path: str, token: str | None, **fields: Any) -> dict[str, Any]:
        """Send a request and return the answer's JSON."""
        headers = {"Content-Type": "application/json"} if fields else {}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        body = json.dumps(fields).encode() if fields else None
        request = urllib.request.Request(self._url + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as problem:
            with problem:
                return dict(json.load(problem))

    def log_in(self, username: str, password: str) -> str:
        """Return an access token."""
        return str(self.call("POST", "/api/login", None, username=username, password=password)["access_token"])

    def tell(self, what: str, sent: dict[str, Any], answer: dict[str, Any], *names: str) -> None:
        """Print a step: what was sent, and of the answer the fields named that it has."""
        self._step += 1
        told = {name: _short(answer[name]) for name in names if name in answer}
        arrow = f" {json.dumps(sent)}" if sent else ""
        print(f"  {self._step:2}  {what}{arrow}\n      → {json.dumps(told, ensure_ascii=False)}", flush=True)


def _short(value: Any) -> Any:
    if isinstance(value, dict) and "text" in value:
        return value["text"]  # a price or a cost: all of it would fill a screen
    return f"{value[:24]}…" if isinstance(value, str) and len(value) > 40 else value
