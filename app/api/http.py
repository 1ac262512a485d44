"""What every request and response has in common: an id, bounds, JSON, safe headers, one log line."""

import logging
import time
from collections.abc import Sequence
from uuid import uuid4

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import UnsupportedMediaType

from app.api.json_text import Json
from app.api.proxies import BehindProxies
from app.api.uploads import is_file_expected, is_form_expected
from app.domain.files import without_token
from app.domain.id_tags import mask_id_tag
from app.errors import BadInput

log = logging.getLogger("app.http")

MAX_BODY = 64 * 1024
FORM = "application/x-www-form-urlencoded"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
}


# A year in which a browser that was here over TLS comes no other way.
STRICT = {"Strict-Transport-Security": "max-age=31536000"}


def register(app: Flask, trusted_proxies: Sequence[str], *, tls: bool) -> None:
    """Install the hooks; `tls` says that people reach this server over TLS."""
    app.wsgi_app = BehindProxies(app.wsgi_app, trusted_proxies)  # type: ignore[method-assign]  # as Flask documents it
    app.json = Json(app)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.before_request(_begin)
    app.after_request(_finish)
    app.config["HEADERS"] = HEADERS | STRICT if tls else HEADERS


def _begin() -> None:
    g.request_id = uuid4().hex
    g.began = time.perf_counter()
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType
    if is_file_expected(current_app) or (is_form_expected(current_app) and request.mimetype == FORM):
        return
    if request.routing_exception is not None and request.mimetype == FORM:
        return  # where nothing is, that is what there is to say
    # Unreadable JSON and other media types are told as such, before anything else; a token may be in any body.
    if request.content_length or "Transfer-Encoding" in request.headers:
        body = request.get_json()
        if body is not None and not isinstance(body, dict):
            raise BadInput("body", "must be a JSON object")


def _finish(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.get("request_id", "")
    for name, value in current_app.config["HEADERS"].items():
        response.headers.setdefault(name, value)
    fields = {
        "method": request.method,
        "path": _loggable_path(),
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
        "address": request.remote_addr,
        "request_id": g.get("request_id"),
    }
    log.log(
        logging.DEBUG if request.path in ("/healthz", "/readyz") else logging.INFO, "request", extra={"fields": fields}
    )
    return response


def _loggable_path() -> str:
    """Return the path without an idTag or a link's token in it: who reads logs shall not charge or fetch with them."""
    path = request.path
    if id_tag := (request.view_args or {}).get("idTag"):
        path = path.replace(id_tag, mask_id_tag(id_tag))
    return without_token(path)[:200]
