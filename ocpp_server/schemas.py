"""OCPP's own JSON schemas, compiled: strict for what we send, lenient for what charge points send."""

import json
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import jsonschema_rs

from ocpp_server.rpc import ErrorCode
from ocpp_server.schema_variants import Schema, inlined, lenient, strict


class Violation(NamedTuple):
    """How a payload breaks its schema; `message` is for the operator and may quote the payload."""

    code: ErrorCode
    message: str

    @property
    def description(self) -> str:
        """Say it to the peer without quoting anything."""
        return _DESCRIPTIONS[self.code]


_DESCRIPTIONS = {
    ErrorCode.FORMATION_VIOLATION: "The payload does not have the structure of this action",
    ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION: "A required field is missing or occurs too rarely or too often",
    ErrorCode.TYPE_CONSTRAINT_VIOLATION: "A field has the wrong type",
    ErrorCode.PROPERTY_CONSTRAINT_VIOLATION: "A field has a value that is not allowed",
}
_CODES = {
    "Required": ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION,
    "MinItems": ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION,
    "MaxItems": ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION,
    "Type": ErrorCode.TYPE_CONSTRAINT_VIOLATION,
    "AdditionalProperties": ErrorCode.FORMATION_VIOLATION,
}


@cache
def actions() -> frozenset[str]:
    """Return every action of OCPP 1.6 and of its security extension."""
    names = (entry.name.removesuffix(".json") for entry in _folder().iterdir() if entry.name.endswith(".json"))
    return frozenset(name for name in names if not name.endswith("Response"))


@cache
def request_schema(action: str) -> Schema:
    """Return OCPP's schema of a request. Raises: KeyError for an action OCPP does not know."""
    return _load(action, "")


@cache
def response_schema(action: str) -> Schema:
    """Return OCPP's schema of an answer. Raises: KeyError for an action OCPP does not know."""
    return _load(action, "Response")


def check_request(action: str, payload: Any) -> Violation | None:
    """Judge a request of ours by OCPP's own schema. Raises: KeyError for an action OCPP does not know."""
    return _check(_strict_request(action), payload)


def check_response(action: str, payload: Any) -> Violation | None:
    """Judge an answer of ours by OCPP's own schema."""
    return _check(_strict_response(action), payload)


def check_incoming_request(action: str, payload: Any) -> Violation | None:
    """Judge the structure of a charge point's request; values a vendor made up pass."""
    return _check(_lenient_request(action), payload)


def check_incoming_response(action: str, payload: Any) -> Violation | None:
    """Judge the structure of a charge point's answer; values a vendor made up pass."""
    return _check(_lenient_response(action), payload)


def _check(validator: jsonschema_rs.Validator, payload: Any) -> Violation | None:
    try:
        if validator.is_valid(payload):
            return None
        error = next(iter(validator.iter_errors(payload)))
    except (TypeError, ValueError, OverflowError) as unrepresentable:
        return Violation(ErrorCode.FORMATION_VIOLATION, f"not representable as JSON: {unrepresentable}")
    code = _CODES.get(type(error.kind).__name__, ErrorCode.PROPERTY_CONSTRAINT_VIOLATION)
    where = ".".join(str(step) for step in error.instance_path)
    return Violation(code, f"{where}: {error.message}" if where else error.message)


@cache
def _strict_request(action: str) -> jsonschema_rs.Validator:
    return _compile(strict(request_schema(action)))


@cache
def _strict_response(action: str) -> jsonschema_rs.Validator:
    return _compile(strict(response_schema(action)))


@cache
def _lenient_request(action: str) -> jsonschema_rs.Validator:
    schema = lenient(request_schema(action))
    if action == "StartTransaction":
        # After a RemoteStartTransaction without idTag real chargers have none to report, and a refused
        # StartTransaction would be sent again for ever.
        schema["required"] = [name for name in schema["required"] if name != "idTag"]
        schema["properties"]["idTag"]["type"] = ["string", "null"]
    return _compile(schema)


@cache
def _lenient_response(action: str) -> jsonschema_rs.Validator:
    return _compile(lenient(response_schema(action)))


def _compile(schema: Schema) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(schema, validate_formats=True)


def _folder() -> Any:
    return files("ocpp.v16").joinpath("schemas")


def _load(action: str, suffix: str) -> Schema:
    if action not in actions():
        raise KeyError(action)
    schema: Schema = json.loads(_folder().joinpath(f"{action}{suffix}.json").read_text("utf-8-sig"))
    return inlined(schema)
