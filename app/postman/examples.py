"""Example bodies that the server accepts, from the schemas' limits and from what is known about a field by its name."""

import json
import re
from collections.abc import Mapping
from typing import Any

from app.postman.example_root import EXAMPLE_ROOT
from app.postman.operations import Schema

# A value the reader would give such a field. `{{#x}}` is the variable x where JSON wants a number.
KNOWN: dict[str, Any] = {
    "certificate": EXAMPLE_ROOT,
    "charge_point_ids": ["{{new_charge_point_id}}"],
    "charging_profile_id": "{{new_charging_profile_id}}",
    "connectorId": "{{#connector_id}}",
    "connector_id": "{{#connector_id}}",
    "email": "driver@example.org",
    "evse_id": "{{charge_point_id}}",
    "firmware_id": "{{new_firmware_id}}",
    "group": "POSTMAN-{{$guid}}",
    "id": "POSTMAN-{{$guid}}",
    "idTag": "{{idTag}}",
    "idTags": ["{{idTag}}"],
    "key": "HeartbeatInterval",
    "label": "Made by Postman",
    # On this server, where charge points may be sent, and leading nowhere: none gets anything from it.
    "location": "{{base_url}}/files/made-up",
    "name": "Made by Postman",
    "password": "{{$guid}}",
    "place": "Car park, level 1",
    "remoteLocation": "{{base_url}}/files/made-up",
    "refresh_token": "{{account_refresh_token}}",
    "stop_at": {"energy_wh": 20_000},
    "transactionId": "{{#transaction_id}}",
    "uri": "ocpp://{{charge_point_id}}?connector={{connector_id}}",
    "username": "postman-{{$guid}}",
    "value": "300",
    "version": "1.0.0",
}
# Shown even where they may be left out.
TELLING = {
    "charge_point_ids",
    "connectorId",
    "connector_id",
    "email",
    "evse_id",
    "idTags",
    "label",
    "name",
    "place",
    "refresh_token",
    "version",
}
# Chosen among a list's values because they do no harm.
GENTLE = ("Heartbeat", "Operative", "Soft")
NUMBER = re.compile(r'"\{\{#(\w+)\}\}"')


def example(schema: Schema, known: Mapping[str, Any]) -> str:
    """Return an example as JSON text with Postman's variables; `known` comes before what is known in general."""
    return NUMBER.sub(r"{{\1}}", json.dumps(_value(schema, {**KNOWN, **known}), indent=2))


def example_parameter(name: str, schema: Schema) -> str:
    """Return an example for a query."""
    return str(KNOWN.get(name, _value(schema, KNOWN))).replace("{{#", "{{")


def _value(schema: Schema, known: Mapping[str, Any]) -> Any:
    kind = schema.get("type")
    if "properties" in schema or kind == "object":
        required = schema.get("required", ())
        return {
            name: known.get(name, _value(each, known))
            for name, each in schema.get("properties", {}).items()
            if name in required or name in TELLING
        }
    if "example" in schema:
        return schema["example"]
    if given := schema.get("examples") or schema.get("enum"):
        return next((value for value in given if value in GENTLE), given[0])
    if kind == "array":
        return [_value(schema.get("items", {}), known)]
    if kind in ("integer", "number"):
        return int(schema.get("minimum", 1))
    return False if kind == "boolean" else _text(schema)


def _text(schema: Schema) -> str:
    formats = {"date-time": "{{$isoTimestamp}}", "uri": "https://example.org/postman", "email": "driver@example.org"}
    text = formats.get(schema.get("format", ""), "Postman")
    return text.ljust(schema.get("minLength", 0), "-")


def in_words(schema: Schema) -> str:
    """Return a field's type and limits for people."""
    kind, unit = schema.get("type", "any"), ""
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if kind == "array":
        return f"list of {in_words(schema.get('items', {}))}"
    least, most = schema.get("minimum"), schema.get("maximum")
    if kind == "string":
        kind, unit = schema.get("format", kind), " characters"
        least, most = schema.get("minLength"), schema.get("maxLength")
    if least is not None and most is not None:
        return f"{kind}, {least:g} to {most:g}{unit}"
    if most is not None:
        return f"{kind}, at most {most:g}{unit}"
    return f"{kind}, at least {least:g}{unit}" if least is not None else kind
