"""The `ocpp` package's request and answer dataclasses as OCPP's camelCase payloads."""

import dataclasses
from enum import Enum
from functools import cache, lru_cache
from typing import Any

from ocpp.charge_point import snake_to_camel_case


def to_payload(message: Any) -> dict[str, Any]:
    """Return the payload of a `call` or `call_result` dataclass, without its absent values.

    Raises: TypeError when `message` is not a dataclass instance.
    """
    payload = {}
    for name, key in _fields(type(message)):  # type: ignore[arg-type]
        value = getattr(message, name)
        if value is not None:
            payload[key] = _value(value)
    return payload


def action_of(request: Any) -> str:
    """Return the OCPP action that a `call` dataclass stands for."""
    return type(request).__name__


def _value(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is int or kind is float or kind is bool:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {_key(name): _value(member) for name, member in value.items() if member is not None}
    if isinstance(value, list | tuple):
        return [_value(item) for item in value]
    if dataclasses.is_dataclass(kind):
        return to_payload(value)
    return value


@cache
def _fields(kind: type) -> tuple[tuple[str, str], ...]:
    return tuple((field.name, _key(field.name)) for field in dataclasses.fields(kind))


@lru_cache(maxsize=1024)
def _key(name: str) -> str:
    (key,) = snake_to_camel_case({name: None})  # type: ignore[no-untyped-call]
    return str(key)
