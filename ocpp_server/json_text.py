"""JSON text to values that can be trusted to be what was written and that BSON can store."""

import json
from typing import Any, NoReturn

import orjson

MAX_DEPTH = 32
_INT64 = range(-(2**63), 2**63)


def decode(raw: bytes) -> Any:
    """Return the value that `raw` spells.

    Integers beyond 64 bits come back as floats, for BSON has no wider integer; lone surrogates and bytes that
    are not UTF-8 as U+FFFD.

    Raises: ValueError on anything that is not JSON, on a member named twice, on NaN or Infinity, on numbers
    beyond a double's range, on nesting deeper than `MAX_DEPTH`, on NUL in a member's name.
    """
    if b"\\u" not in raw:
        try:
            value = orjson.loads(raw)
            # OPT_STRICT_INTEGER objects to what may not fit into 64 bits; the slow way looks closer.
            rewritten = orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER)
        except (orjson.JSONDecodeError, orjson.JSONEncodeError):
            return _decode_strictly(raw)
        # A parser keeps the last of two equal names. Written out again, such a value has fewer colons than the
        # text it came from; nothing else changes their number once \u escapes are ruled out.
        if raw.count(b":") == rewritten.count(b":"):
            if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH:
                _check_depth(value, MAX_DEPTH)
            return value
    return _decode_strictly(raw)


def _decode_strictly(raw: bytes) -> Any:
    try:
        value = json.loads(
            raw.decode("utf-8", "replace"),
            object_pairs_hook=_without_duplicates,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=_refuse_constant,
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None
    _check_depth(value, MAX_DEPTH)
    return _storable(value)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = {_scalar_text(name): value for name, value in pairs}
    if len(members) != len(pairs):
        raise ValueError("a member is named twice")
    if any("\0" in name for name in members):
        raise ValueError("NUL in a member's name")
    return members


def _integer(digits: str) -> int | float:
    # int() itself refuses thousands of digits, and with another message.
    if len(digits) <= 20 and int(digits) in _INT64:
        return int(digits)
    return _float(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number beyond a double's range")
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _check_depth(value: Any, left: int) -> None:
    if not isinstance(value, list | dict):
        return
    if left == 0:
        raise ValueError("nested too deeply")
    for child in value.values() if isinstance(value, dict) else value:
        _check_depth(child, left - 1)


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return _scalar_text(value)
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {name: _storable(item) for name, item in value.items()}
    return value


def _scalar_text(text: str) -> str:
    """Replace lone surrogates, which no UTF-8 and no database can carry."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
