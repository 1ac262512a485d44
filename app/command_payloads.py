"""Payloads of commands: what is wrong with one, and what of it may be written down. Neither tells a charger's key."""

from functools import cache
from typing import Any

import jsonschema_rs
from ocpp.v16.enums import Action

from app.domain.phrases import Phrase
from app.errors import BadInput
from app.files.locations import masked_location
from app.vendor_messages import VENDOR_MESSAGES, VendorMessage
from ocpp_server.central_system import Payload
from ocpp_server.schema_variants import strict
from ocpp_server.schemas import request_schema

MASK = "***"
_SECRETS = ("authorizationkey", "password", "secret")


def require_valid(action: str, payload: Payload) -> None:
    """Check a request by OCPP's own schema; raises BadInput with the field, quoting no value."""
    _require(_validator(action), action, payload)


def require_valid_data(message: VendorMessage, data: Payload) -> None:
    """Check a vendor's message by the form of its row; raises BadInput with the field, quoting no value."""
    _require(_form_validator(message.name), message.name, data)


def _require(validator: jsonschema_rs.Validator, name: str, payload: Payload) -> None:
    error = next(iter(validator.iter_errors(payload)), None)
    if error is None:
        return
    path, message = [str(step) for step in error.instance_path], error.message
    match error.kind:
        case jsonschema_rs.ValidationErrorKind.Required(property=missing):
            path, message = [*path, str(missing)], "is required"
        case jsonschema_rs.ValidationErrorKind.AdditionalProperties(unexpected=names):
            path, message = [*path, str(names[0])[:100]], f"{name} has no such field"
    # By the keyword that it breaks, and what the schema says there.
    told = Phrase.in_other_words(message, error.kind.name, limit=error.kind.value)
    raise BadInput(".".join(path) or "body", told)


@cache
def _validator(action: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(strict(request_schema(action)), validate_formats=True, mask="this")


@cache
def _form_validator(name: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(VENDOR_MESSAGES[name].form, validate_formats=True, mask="this")


def masked_request(action: str, payload: Payload) -> Payload:
    """Return a request as it may be written down: a key that opens a charge point stays with the charge point."""
    if action == Action.change_configuration and _secret(payload.get("key")):
        return {**payload, "value": MASK}
    return masked_location(payload)


def masked_response(action: str, payload: Payload) -> Payload:
    """Return an answer as it may be shown: some charge points hand out the key that OCPP calls write-only."""
    if action == Action.get_configuration and payload.get("configurationKey"):
        return {**payload, "configurationKey": [_masked_entry(entry) for entry in payload["configurationKey"]]}
    return payload


def _masked_entry(entry: Any) -> Any:
    if isinstance(entry, dict) and entry.get("value") and _secret(entry.get("key")):
        return {**entry, "value": MASK}
    return entry


def _secret(key: Any) -> bool:
    return any(part in str(key).casefold() for part in _SECRETS)
