"""Logs: one line per event, as text or JSON; what a stranger wrote into a value cannot become a line of its own."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, Literal

from app.domain.times import iso

MAX_VALUE = 500
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:/@+*…")


def configure(level: str, style: Literal["text", "json"]) -> None:
    """Send every logger of the process to standard error in one style."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("pymongo", "gunicorn.access", "asyncio", "flask-limiter"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    fields = {k: _bounded(v) for k, v in getattr(record, "fields", {}).items() if v is not None}
    if record.exc_info and record.exc_info[0] is not None:
        fields["exception"] = logging.Formatter().formatException(record.exc_info)[-4000:]
    return fields


def _bounded(value: Any) -> Any:
    if isinstance(value, int | float | bool):
        return value
    text = str(value)
    return text if len(text) <= MAX_VALUE else f"{text[:MAX_VALUE]}…"


class TextFormatter(logging.Formatter):
    """`2026-01-31T12:00:00.000Z INFO booted charge_point_id=CP001 status=Accepted`."""

    def format(self, record: logging.LogRecord) -> str:
        pairs = [f"{name}={_quoted(value)}" for name, value in _fields(record).items()]
        message = _quoted_message(record.getMessage())
        return " ".join([iso(datetime.fromtimestamp(record.created, UTC)), record.levelname, message, *pairs])


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, event, and the event's own fields."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": iso(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage()[:2000],
            **_fields(record),
        }
        return json.dumps(line, default=str)


def _quoted(value: Any) -> str:
    text = str(value)
    return text if text and set(text) <= _PLAIN else json.dumps(text, ensure_ascii=True)


def _quoted_message(text: str) -> str:
    return text[:2000].encode("unicode_escape").decode("ascii")
