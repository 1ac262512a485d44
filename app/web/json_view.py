"""JSON as people read it."""

from typing import Any

import orjson


def pretty(value: Any) -> str:
    """Write JSON text, or what it stands for, over several lines; text that is not JSON as it is."""
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return str(value)
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
