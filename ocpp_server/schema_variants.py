"""OCPP's schemas rewritten: stricter for ourselves, forgiving for charge points."""

from collections.abc import Callable
from typing import Any

Schema = dict[str, Any]

# What a vendor made up is stored as it came; only structure is insisted on.
_STRUCTURE = ("$schema", "type", "required", "items", "properties")
_NUMERIC_TEXT = r"^\s*[-+]?[0-9]{1,40}([.,][0-9]{1,40})?\s*$"
_TEXT_THAT_MAY_BE_A_NUMBER = frozenset(
    {
        "value",
        "info",
        "vendorErrorCode",
        "vendorId",
        "chargePointModel",
        "chargePointVendor",
        "chargePointSerialNumber",
        "chargeBoxSerialNumber",
        "meterSerialNumber",
        "meterType",
        "firmwareVersion",
        "iccid",
        "imsi",
    }
)


def inlined(schema: Schema) -> Schema:
    """Return the schema with every definition in the place of the references to it; OCPP's refer to no circle."""
    definitions = schema.get("definitions", {})

    def resolve(node: Schema) -> Schema:
        if "$ref" in node:
            return resolve(definitions[node["$ref"].removeprefix("#/definitions/")])
        return _with_children({name: value for name, value in node.items() if name != "definitions"}, resolve)

    return resolve(schema)


def strict(schema: Schema) -> Schema:
    """Return the schema with what OCPP 1.6 says in prose only: an integer has 32 bits."""
    node = _with_children(schema, strict)
    if node.get("type") == "integer":
        node |= {"minimum": -(2**31), "maximum": 2**31 - 1}
    return node


def lenient(schema: Schema) -> Schema:
    """Return the schema without everything but structure.

    Enumerations become plain strings, limits of length and number go, unknown members pass, numbers may be
    written as text, an optional member may be null.
    """
    node = _with_children({name: schema[name] for name in _STRUCTURE if name in schema}, lenient)
    if node.get("type") in ("integer", "number"):
        node |= {"type": ["number", "string"], "pattern": _NUMERIC_TEXT}
    required = node.get("required", ())
    for name, member in node.get("properties", {}).items():
        if name in _TEXT_THAT_MAY_BE_A_NUMBER:
            member["type"] = ["string", "number"]
        if "type" in member and (name not in required or name == "value"):
            declared = member["type"]
            member["type"] = [*(declared if isinstance(declared, list) else [declared]), "null"]
    return node


def _with_children(schema: Schema, rewrite: Callable[[Schema], Schema]) -> Schema:
    node = dict(schema)
    if "items" in node:
        node["items"] = rewrite(node["items"])
    if "properties" in node:
        node["properties"] = {name: rewrite(child) for name, child in node["properties"].items()}
    return node
