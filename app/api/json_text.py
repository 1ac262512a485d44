"""JSON as every answer writes it and every request is read: by orjson, strict, bounded in depth, times as our own."""

from datetime import datetime
from typing import Any

import orjson
from flask.json.provider import JSONProvider

from app.domain.times import iso


def to_json(value: Any) -> bytes:
    """Write a value; times become ISO 8601 UTC with milliseconds."""
    return orjson.dumps(value, default=_default, option=orjson.OPT_PASSTHROUGH_DATETIME)


def _default(value: Any) -> str:
    if isinstance(value, datetime):
        return iso(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


class Json(JSONProvider):
    """What Flask reads requests and writes answers with."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return to_json(obj).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return orjson.loads(s)
