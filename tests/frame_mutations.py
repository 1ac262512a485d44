"""Frames gone wrong: OCPP's own messages, bent and broken at random but the same for the same seed."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from ocpp_server import schemas

# What tends to hurt: limits of integers and floats, text no database likes, structure where none is due.
NASTY: list[Any] = [
    None,
    True,
    -1,
    0,
    2**31,
    2**63,
    2**70,
    -(2**70),
    1e308,
    0.1,
    "",
    "\0",
    "\ud800",
    "\u202e<script>",
    "' OR 1=1 --",
    "../../etc/passwd",
    "9" * 50,
    "x" * 5_000,
    "NaN",
    "222222017-10-27T00:00:00Z",
    "0001-01-01",
    [],
    {},
    [[[[[]]]]],
    {"$ne": None},
    {"$where": "sleep(1000)"},
    {"": {"": {}}},
]
SNIPPETS = [
    b"[",
    b"]",
    b"{",
    b"}",
    b'"',
    b",",
    b":",
    b"\\",
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",
    b"1e999",
    b"NaN",
    b"\\ud800",
]


def mutated_frames(seed: int) -> Iterator[bytes]:
    """Yield frames without end: some still right, most wrong, of all actions and all message types."""
    chance = random.Random(seed)
    actions = sorted(schemas.actions())
    while True:
        yield _mutated(chance, chance.choice(actions))


def _mutated(chance: random.Random, action: str) -> bytes:
    message_id = f"m{chance.randrange(10**9)}"
    frame: list[Any] = chance.choice(
        [
            [2, message_id, action, _sample(chance, schemas.request_schema(action))],
            [2, message_id, action, _sample(chance, schemas.request_schema(action))],
            [2, message_id, action, _sample(chance, schemas.request_schema(action))],
            [3, message_id, _sample(chance, schemas.response_schema(action))],
            [4, message_id, "GenericError", "", {}],
        ]
    )
    for _ in range(chance.randrange(3)):
        chance.choice(_VALUE_MUTATIONS)(chance, frame)
    raw = json.dumps(frame).encode()
    for _ in range(chance.choice([0, 0, 0, 1, 3])):
        raw = chance.choice(_BYTE_MUTATIONS)(chance, raw)
    return raw


def _sample(chance: random.Random, schema: dict[str, Any], root: dict[str, Any] | None = None) -> Any:
    """Return a value that satisfies a schema, more or less."""
    root = root or schema
    if "$ref" in schema:
        return _sample(chance, root["definitions"][schema["$ref"].rpartition("/")[2]], root)
    if "enum" in schema:
        return chance.choice(schema["enum"])
    kind = schema.get("type")
    if kind == "object":
        required = schema.get("required", [])
        members = schema.get("properties", {}).items()
        return {
            name: _sample(chance, part, root) for name, part in members if name in required or chance.random() < 0.5
        }
    if kind == "array":
        return [_sample(chance, schema["items"], root) for _ in range(chance.randrange(1, 4))]
    if kind in ("integer", "number"):
        return chance.randrange(100)
    if kind == "boolean":
        return chance.random() < 0.5
    return "2026-01-01T00:00:00Z" if schema.get("format") == "date-time" else "text"


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Return every (container, key) in a value."""
    if isinstance(value, dict):
        keys: list[Any] = list(value)
    elif isinstance(value, list):
        keys = list(range(len(value)))
    else:
        return []
    return [(value, key) for key in keys] + [place for key in keys for place in _places(value[key])]


def _replace(chance: random.Random, frame: list[Any]) -> None:
    if places := _places(frame):
        container, key = chance.choice(places)
        container[key] = copy.deepcopy(chance.choice(NASTY))


def _remove(chance: random.Random, frame: list[Any]) -> None:
    if places := _places(frame):
        container, key = chance.choice(places)
        del container[key]


def _add(chance: random.Random, frame: list[Any]) -> None:
    containers = [frame, *(container[key] for container, key in _places(frame))]
    container = chance.choice([one for one in containers if isinstance(one, dict | list)])
    if isinstance(container, dict):
        container[chance.choice(["extra", "$set", "a.b", "", "\ud800", "idTag"])] = copy.deepcopy(chance.choice(NASTY))
    else:
        container.insert(chance.randrange(len(container) + 1), copy.deepcopy(chance.choice(NASTY)))


def _nest(chance: random.Random, frame: list[Any]) -> None:
    if places := _places(frame):
        container, key = chance.choice(places)
        for _ in range(chance.choice([5, 40, 300])):
            container[key] = [container[key]]


def _cut(chance: random.Random, raw: bytes) -> bytes:
    return raw[: chance.randrange(len(raw) + 1)]


def _flip(chance: random.Random, raw: bytes) -> bytes:
    if not raw:
        return raw
    at = chance.randrange(len(raw))
    return raw[:at] + bytes([chance.randrange(256)]) + raw[at + 1 :]


def _insert(chance: random.Random, raw: bytes) -> bytes:
    at = chance.randrange(len(raw) + 1)
    return raw[:at] + chance.choice(SNIPPETS) * chance.choice([1, 1, 2, 2_000]) + raw[at:]


def _repeat_a_member(chance: random.Random, raw: bytes) -> bytes:
    start, end = raw.find(b"{"), raw.rfind(b"}")
    inside = raw[start + 1 : end]
    return raw[: start + 1] + inside + b"," + inside + raw[end:] if 0 <= start < end and inside.strip() else raw


_VALUE_MUTATIONS: list[Callable[[random.Random, list[Any]], None]] = [_replace, _replace, _remove, _add, _nest]
_BYTE_MUTATIONS: list[Callable[[random.Random, bytes], bytes]] = [_cut, _flip, _insert, _repeat_a_member]
