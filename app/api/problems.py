"""The one table from errors to problem documents (RFC 9457); no traceback and no database text leaves through it."""

import logging
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g
from flask_jwt_extended.exceptions import CSRFError
from gunicorn.http.errors import ParseException
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from app.api.json_text import to_json
from app.errors import (
    AlreadyExists,
    BadInput,
    ChargeBridgeError,
    CommandFailed,
    Conflict,
    Forbidden,
    NotAuthenticated,
    NotFound,
    TooLarge,
    TooManyAttempts,
)
from app.storage.errors import DatabaseError
from ocpp_server.errors import BridgeStopped

log = logging.getLogger(__name__)

STATUSES: dict[type[ChargeBridgeError], int] = {
    BadInput: 422,
    NotAuthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    AlreadyExists: 409,
    TooLarge: 413,
    TooManyAttempts: 429,
    CommandFailed: 502,
}
COMMAND_STATUSES = {"charge_point_offline": 409, "charge_point_busy": 409, "charge_point_timeout": 504}
HTTP_CODES = {
    400: ("bad_request", "the request cannot be read: its body must be valid JSON in UTF-8"),
    404: ("not_found", "there is nothing at this address"),
    405: ("method_not_allowed", "this address does not know that method"),
    413: ("too_large", "the request is too large: 64 KiB at most"),
    415: ("unsupported_media_type", "send plain JSON: Content-Type: application/json, no Content-Encoding"),
    429: ("too_many_attempts", "too many attempts; wait before the next one"),
}


def problem(status: int, code: str, detail: str, **facts: Any) -> Response:
    """Return a problem document; `code` is for programs, `detail` for people."""
    body = {"type": "about:blank", "status": status, "code": code, "detail": detail, **facts}
    body["request_id"] = g.get("request_id")
    return Response(to_json(body), status, content_type="application/problem+json")


def on_invalid_input(error: ValidationError) -> Response:
    """Answer a request that breaks its declared shape: every field that is wrong, and why."""
    errors = [
        {"field": ".".join(str(part) for part in e["loc"]) or "body", "message": _message(e)} for e in error.errors()
    ]
    return problem(422, "bad_input", "; ".join(f"{e['field']}: {e['message']}" for e in errors[:3]), errors=errors[:20])


def _message(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "there is no such field"
    if error["type"] == "missing":
        return "is required"
    text = str(error["msg"]).removeprefix("Value error, ")
    return text[:1].lower() + text[1:]


def register(app: Flask) -> None:
    """Let the application answer its errors by the table."""
    for kind, answer in _ANSWERS.items():
        app.register_error_handler(kind, answer)


def answer_to(error: Exception) -> Response:
    """Return what an error is answered with."""
    return next(answer for kind, answer in _ANSWERS.items() if isinstance(error, kind))(error)


def _on_our_error(error: ChargeBridgeError) -> Response:
    status = STATUSES.get(type(error), 500)
    facts = dict(error.facts)
    if isinstance(error, CommandFailed):
        status = COMMAND_STATUSES.get(error.code, status)
        facts["outcome"] = error.outcome
    if isinstance(error, BadInput):
        facts["errors"] = error.errors
    response = problem(status, error.code, error.message, **facts)
    if isinstance(error, TooManyAttempts):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _on_http_error(error: HTTPException) -> Response:
    if error.response is not None and isinstance(error.response, Response):
        return error.response  # a problem document made by on_invalid_input
    status = error.code or 500
    code, detail = HTTP_CODES.get(status, (error.name.casefold().replace(" ", "_"), error.description or error.name))
    response = problem(status, code, detail)
    for name, value in error.get_headers():
        if name in ("Allow", "Content-Range", "Retry-After"):
            response.headers[name] = value
    return response


def _on_broken_body(_error: ParseException) -> Response:
    return problem(400, *HTTP_CODES[400])


def _on_forgery(_error: CSRFError) -> Response:
    return problem(403, "csrf_failed", "with the login's cookie send the value of chargebridge_csrf as X-CSRF-Token")


def _on_database_error(error: DatabaseError) -> Response:
    log.warning("database_away", extra={"fields": {"error": type(error).__name__, "detail": str(error)[:200]}})
    response = problem(503, "database_unavailable", "the database does not answer at the moment; try again")
    response.headers["Retry-After"] = "5"
    return response


def _on_stopping(_error: BridgeStopped) -> Response:
    response = problem(503, "stopping", "the server is stopping; try again in a moment")
    response.headers["Retry-After"] = "5"
    return response


def _on_surprise(error: Exception) -> Response:
    log.error("unexpected_error", exc_info=error, extra={"fields": {"request_id": g.get("request_id")}})
    return problem(500, "internal_error", "something went wrong on our side; the request id helps to find it")


_ANSWERS: dict[type[Exception], Callable[[Any], Response]] = {
    ChargeBridgeError: _on_our_error,
    ParseException: _on_broken_body,
    CSRFError: _on_forgery,
    HTTPException: _on_http_error,
    DatabaseError: _on_database_error,
    BridgeStopped: _on_stopping,
    Exception: _on_surprise,
}
