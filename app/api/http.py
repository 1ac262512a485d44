"""What every request and response has in common: an id, bounds, JSON, safe headers, one log line."""

import logging
import time
from typing import Any
from uuid import uuid4

import orjson
from flask import Flask, Response, g, request
from flask.json.provider import JSONProvider
from werkzeug.exceptions import UnsupportedMediaType

from app.domain.times import iso

log = logging.getLogger("app.http")

MAX_BODY = 64 * 1024
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
}


class Json(JSONProvider):
    """JSON by orjson: fast, strict, and bounded in depth."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return orjson.dumps(obj, default=_default).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return orjson.loads(s)


def _default(value: Any) -> str:
    if hasattr(value, "isoformat"):
        return iso(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def register(app: Flask) -> None:
    """Install the hooks."""
    app.json = Json(app)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.before_request(_begin)
    app.after_request(_finish)


def _begin() -> None:
    g.request_id = uuid4().hex
    g.began = time.perf_counter()
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType
    if request.content_length and request.method in ("POST", "PUT", "PATCH", "DELETE"):
        request.get_json()  # unreadable JSON and other media types are told as such, before anything else


def _finish(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.get("request_id", "")
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    fields = {
        "method": request.method,
        "path": request.path[:200],
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
        "address": request.remote_addr,
        "request_id": g.get("request_id"),
    }
    log.log(
        logging.DEBUG if request.path in ("/healthz", "/readyz") else logging.INFO, "request", extra={"fields": fields}
    )
    return response
