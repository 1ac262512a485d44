"""Numbers as chargers write them, read tolerantly."""

import re

_NUMBER = re.compile(r"\s*[-+]?(\d+([.,]\d*)?|[.,]\d+)(e[-+]?\d{1,3})?\s*", re.ASCII | re.IGNORECASE)
_MAX = 2**53


def number(value: object) -> float | None:
    """Return a charger's number, written as one or as text; None for signed blobs, words and nonsense."""
    if isinstance(value, str):
        if len(value) > 40 or not _NUMBER.fullmatch(value):
            return None
        value = value.replace(",", ".")
    elif isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        result = float(value)
    except OverflowError:
        return None
    return result if abs(result) < _MAX else None


def integer(value: object, lowest: int, highest: int) -> int | None:
    """Return a charger's whole number between two bounds, or None."""
    result = number(value)
    return int(result) if result is not None and result.is_integer() and lowest <= result <= highest else None
