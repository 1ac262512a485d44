"""Forms made from JSON schemas: which fields there are, what is in them, and the object that they make.

A field is called by its path in the object, `chargingSchedule.duration` or `localAuthorizationList.0.idTag`, which is
also what the API's errors call it. What is typed is kept as text until it is read: `Raw` has the shape of the object.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import orjson

from app.command_payloads import MASK
from app.domain.times import iso, parse_time
from app.errors import BadInput
from app.web.moments import read_moment, write_moment
from ocpp_server.schema_variants import Schema

Kind = Literal["text", "long", "integer", "number", "moment", "choice", "lines", "json", "group", "rows"]
Raw: TypeAlias = "str | dict[str, Raw] | list[Raw]"
Typed = Mapping[str, str]

# Deeper than this an object is JSON text, and so is a list of what is no plain object.
DEEPEST = 3
MOST_ROWS = 500
# In the names of the fields of a row that is not there yet, in the place of its number.
NEW_ROW = "__row__"
_LONG = 255
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_NOTHING = object()


@dataclass(frozen=True, slots=True)
class Field:
    """One field, or a group of them; `rows` are groups of which there may be any number, each like `blank`."""

    name: str
    label: str
    kind: Kind
    required: bool
    value: str = ""
    choices: Sequence[str] = ()
    least: float | None = None
    most: float | None = None
    longest: int | None = None
    fields: Sequence["Field"] = ()
    rows: Sequence["Field"] = ()
    blank: Sequence["Field"] = ()


def kind_of(schema: Schema, depth: int = 0) -> Kind:
    """Return what a value is asked for with."""
    if "enum" in schema:
        return "choice"
    match schema.get("type"):
        case "object":
            return "group" if schema.get("properties") and depth <= DEEPEST else "json"
        case "array":
            items = schema.get("items") or {}
            if items.get("type") in ("string", "integer") and "enum" not in items:
                return "lines"
            return "rows" if kind_of(items, depth + 1) == "group" else "json"
        case "boolean":
            return "choice"
        case "integer":
            return "integer"
        case "number":
            return "number"
        case "string" if schema.get("format") == "date-time":
            return "moment"
        case "string":
            return "long" if schema.get("maxLength", 0) > _LONG else "text"
    return "json"


def fields_of(schema: Schema, raw: Raw, name: str = "", depth: int = 0) -> list[Field]:
    """Return the fields for an object's properties, with what is in them; what is required comes first."""
    required = set(schema.get("required", ()))
    known = raw if isinstance(raw, dict) else {}
    properties = sorted(schema["properties"].items(), key=lambda pair: pair[0] not in required)
    return [
        _field(each, known.get(label, ""), f"{name}{label}", label, depth, required=label in required)
        for label, each in properties
    ]


def _field(schema: Schema, raw: Raw, name: str, label: str, depth: int, *, required: bool) -> Field:
    kind = kind_of(schema, depth)
    if kind == "group":
        return Field(name, label, kind, required, fields=fields_of(schema, raw, f"{name}.", depth + 1))
    if kind == "rows":
        # Where there must be some, the first is there already.
        there = raw if isinstance(raw, list) and raw else [{}] if required else []
        rows = [
            Field(
                f"{name}.{number}", str(number + 1), "group", True, fields=_row(schema, row, f"{name}.{number}", depth)
            )
            for number, row in enumerate(there)
        ]
        return Field(name, label, kind, required, rows=rows, blank=_row(schema, "", f"{name}.{NEW_ROW}", depth))
    choices = ("true", "false") if schema.get("type") == "boolean" else tuple(map(str, schema.get("enum", ())))
    return Field(
        name,
        label,
        kind,
        required,
        value=raw if isinstance(raw, str) else "",
        choices=choices,
        least=schema.get("minimum"),
        most=schema.get("maximum"),
        longest=schema.get("maxLength"),
    )


def _row(schema: Schema, raw: Raw, name: str, depth: int) -> list[Field]:
    return fields_of(schema["items"], raw, f"{name}.", depth + 1)


def typed(schema: Schema, form: Typed, name: str = "", depth: int = 0) -> dict[str, Raw]:
    """Return what was typed into an object's fields; rows in which nothing was are left out."""
    return {label: _typed(each, form, f"{name}{label}", depth) for label, each in schema.get("properties", {}).items()}


def _typed(schema: Schema, form: Typed, name: str, depth: int) -> Raw:
    match kind_of(schema, depth):
        case "group":
            return dict(typed(schema, form, f"{name}.", depth + 1))
        case "rows":
            shape = re.compile(re.escape(name) + r"\.([0-9]{1,4})\.")
            numbers = sorted({int(found[1]) for key in form if (found := shape.match(key))})[:MOST_ROWS]
            rows = [typed(schema["items"], form, f"{name}.{number}.", depth + 1) for number in numbers]
            return [row for row in rows if _is_filled(row)]
    return form.get(name, "").strip()


def _is_filled(raw: Raw) -> bool:
    if isinstance(raw, dict):
        return any(_is_filled(each) for each in raw.values())
    return bool(raw)


def typed_from(schema: Schema, value: Any, depth: int = -1) -> Raw:
    """Return what one would have typed to get this value."""
    match kind_of(schema, depth):
        case "group":
            known = value if isinstance(value, dict) else {}
            properties = schema.get("properties", {})
            return {
                name: typed_from(properties[name], each, depth + 1)
                for name, each in known.items()
                if name in properties
            }
        case "rows":
            return [typed_from(schema["items"], each, depth) for each in (value if isinstance(value, list) else [])]
        case "lines":
            return "\n".join(map(str, value if isinstance(value, list) else []))
        case "json":
            return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
        case "moment":
            return write_moment(parse_time(value))
    if isinstance(value, bool):
        return str(value).lower()
    # What was a secret is not kept, and is typed again.
    return "" if MASK in str(value) else str(value)


@dataclass(slots=True)
class _Reading:
    faults: list[tuple[str, str]] = field(default_factory=list)

    def of(self, schema: Schema, raw: Raw, name: str, depth: int) -> Any:
        """Return a value, or nothing where nothing was typed."""
        match kind_of(schema, depth), raw:
            case "group", dict():
                return self.group(schema, raw, f"{name}.", depth + 1) or _NOTHING
            case "rows", list():
                rows = [self.group(schema["items"], row, f"{name}.{n}.", depth + 1) for n, row in enumerate(raw)]
                return rows or _NOTHING
            case kind, str() if raw:
                return self._scalar(kind, schema, raw, name)
        return _NOTHING

    def group(self, schema: Schema, raw: Raw, name: str, depth: int) -> dict[str, Any]:
        known = raw if isinstance(raw, dict) else {}
        read = {
            label: self.of(each, known.get(label, ""), f"{name}{label}", depth)
            for label, each in schema.get("properties", {}).items()
        }
        return {label: value for label, value in read.items() if value is not _NOTHING}

    def _scalar(self, kind: Kind, schema: Schema, raw: str, name: str) -> Any:
        match kind:
            case "integer":
                return int(raw) if _INTEGER.fullmatch(raw) else self._wrong(name, "must be a whole number")
            case "number":
                return self._number(raw, name)
            case "moment":
                moment = read_moment(raw)
                return iso(moment) if moment else self._wrong(name, "must be a date and time")
            case "lines":
                lines = [line.strip() for line in raw.splitlines() if line.strip()]
                is_text = schema["items"]["type"] == "string"
                return lines if is_text else [self._scalar("integer", {}, line, name) for line in lines]
            case "json":
                try:
                    return orjson.loads(raw)
                except orjson.JSONDecodeError:
                    return self._wrong(name, "must be JSON")
        return raw == "true" if schema.get("type") == "boolean" else raw

    def _number(self, raw: str, name: str) -> Any:
        try:
            number = float(raw)
        except ValueError:
            return self._wrong(name, "must be a number")
        if not math.isfinite(number):
            return self._wrong(name, "must be a number")
        return int(number) if number.is_integer() else number

    def _wrong(self, name: str, why: str) -> Any:
        self.faults.append((name, why))
        return _NOTHING


def read(schema: Schema, raw: Raw) -> dict[str, Any]:
    """Return the object that was typed; what was left empty is not in it. Raises BadInput with every field."""
    reading = _Reading()
    value = reading.group(schema, raw, "", 0)
    if reading.faults:
        raise BadInput(*reading.faults[0], *reading.faults[1:])
    return value
