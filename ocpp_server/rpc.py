"""OCPP-J framing without I/O: bytes to messages, messages to bytes (OCPP-J 1.6 §4)."""

import re
import uuid
from enum import StrEnum
from typing import Any, NamedTuple

import orjson

from ocpp_server.json_text import decode

MAX_MESSAGE_ID = 36
# An id that is too long is still echoed in the refusal, up to this length: the peer may be waiting for it.
_MAX_ECHO = 255
_CALL, _CALL_RESULT, _CALL_ERROR = 2, 3, 4


class ErrorCode(StrEnum):
    """The error codes of OCPP-J 1.6 table 7, with its spelling."""

    NOT_IMPLEMENTED = "NotImplemented"
    NOT_SUPPORTED = "NotSupported"
    INTERNAL_ERROR = "InternalError"
    PROTOCOL_ERROR = "ProtocolError"
    SECURITY_ERROR = "SecurityError"
    FORMATION_VIOLATION = "FormationViolation"
    PROPERTY_CONSTRAINT_VIOLATION = "PropertyConstraintViolation"
    OCCURENCE_CONSTRAINT_VIOLATION = "OccurenceConstraintViolation"
    TYPE_CONSTRAINT_VIOLATION = "TypeConstraintViolation"
    GENERIC_ERROR = "GenericError"


class Call(NamedTuple):
    """A request of the charge point."""

    message_id: str
    action: str
    payload: dict[str, Any]


class Result(NamedTuple):
    """An answer to a call of ours; its payload may still be anything."""

    message_id: str
    payload: Any


class Error(NamedTuple):
    """A refusal of a call of ours."""

    message_id: str
    code: str
    description: str


class Unreadable(NamedTuple):
    """A frame that breaks OCPP-J: with a `message_id` it is answered by CALLERROR, without it only counted."""

    message_id: str | None
    code: ErrorCode
    description: str


Message = Call | Result | Error | Unreadable


def parse(frame: bytes) -> Message | None:
    """Return the message in a frame, or None if it is to be ignored: empty, or of an unknown message type."""
    if not frame.strip():
        return None
    try:
        message = decode(frame)
    except ValueError:
        return _unreadable(_salvaged_id(frame), "The frame is not valid JSON")
    if not isinstance(message, list) or not message:
        return _unreadable(None, "The frame is not a JSON array")
    kind = message[0]
    if kind == _CALL and type(kind) is int:
        return _call(message)
    if kind == _CALL_RESULT and type(kind) is int:
        return _result(message)
    if kind == _CALL_ERROR and type(kind) is int:
        return _error(message)
    if type(kind) is int:
        return None
    return _unreadable(None, "The message type is not a number")


def _call(message: list[Any]) -> Call | Unreadable:
    message_id = message[1] if len(message) > 1 else None
    if not isinstance(message_id, str) or len(message_id) > _MAX_ECHO:
        return _unreadable(None, "The message id is not a string of 1 to 36 characters")
    if not 0 < len(message_id) <= MAX_MESSAGE_ID:
        return _unreadable(message_id, "The message id is not a string of 1 to 36 characters")
    if len(message) < 4:
        return Unreadable(message_id, ErrorCode.PROTOCOL_ERROR, "The CALL is incomplete")
    if len(message) > 4:
        return _unreadable(message_id, "The CALL has more than four elements")
    _, _, action, payload = message
    if not isinstance(action, str):
        return _unreadable(message_id, "The action is not a string")
    if payload is None:  # OCPP-J §4.2.1: an empty payload may be null
        payload = {}
    if not isinstance(payload, dict):
        return _unreadable(message_id, "The payload is not an object")
    return Call(message_id, action, payload)


def _result(message: list[Any]) -> Result | Unreadable:
    message_id = _echoed_id(message)
    if message_id is None:
        return _unreadable(None, "The CALLRESULT has no message id")
    payload = message[2] if len(message) > 2 else None
    return Result(message_id, {} if payload is None else payload)


def _error(message: list[Any]) -> Error | Unreadable:
    """Read a CALLERROR however short: some chargers leave out everything after the id."""
    message_id = _echoed_id(message)
    if message_id is None:
        return _unreadable(None, "The CALLERROR has no message id")
    code, description = (*message[2:4], None, None)[:2]
    return Error(
        message_id,
        code[:50] if isinstance(code, str) and code else ErrorCode.GENERIC_ERROR,
        description[:255] if isinstance(description, str) else "",
    )


def _echoed_id(message: list[Any]) -> str | None:
    """Return the id of an answer; some chargers turn a numeric string into a number when they echo it."""
    message_id = message[1] if len(message) > 1 else None
    if type(message_id) is int:
        return str(message_id)
    return message_id if isinstance(message_id, str) else None


_CALL_PREFIX = re.compile(rb'\s*\[\s*2\s*,\s*"([\x20\x21\x23-\x5b\x5d-\x7e]{1,36})"\s*,')


def _salvaged_id(frame: bytes) -> str | None:
    """Return the id of a CALL whose rest is broken, so that its sender need not wait for a time-out."""
    prefix = _CALL_PREFIX.match(frame)
    return prefix[1].decode("ascii") if prefix else None


def _unreadable(message_id: str | None, description: str) -> Unreadable:
    return Unreadable(message_id, ErrorCode.FORMATION_VIOLATION, description)


def new_message_id() -> str:
    """Return an id unique across all connections (OCPP-J §4.1.4)."""
    return str(uuid.uuid4())


def call_frame(message_id: str, action: str, payload: dict[str, Any]) -> bytes:
    return orjson.dumps([_CALL, message_id, action, payload])


def result_frame(message_id: str, payload: dict[str, Any]) -> bytes:
    return orjson.dumps([_CALL_RESULT, message_id, payload])


def error_frame(message_id: str, code: str, description: str) -> bytes:
    """Write a CALLERROR; its details stay empty, for they would only tell a stranger about us."""
    return orjson.dumps([_CALL_ERROR, message_id, code, description, {}])
