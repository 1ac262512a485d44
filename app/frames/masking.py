"""Frames as they may be kept: without the keys that open a charge point and the links that open a file."""

import re
from typing import Any

import orjson
from ocpp.v16.enums import Action

from app.command_payloads import MASK, masked_request, masked_response
from ocpp_server.frames import CALL, CALL_RESULT

# What these carry is masked by its place in the payload.
BY_PLACE = frozenset(
    str(action)
    for action in (
        Action.change_configuration,
        Action.get_configuration,
        Action.get_diagnostics,
        Action.get_log,
        Action.signed_update_firmware,
        Action.update_firmware,
    )
)
_KEY = b"authorizationkey"
# A link may come back in any text of a charge point, with its slashes escaped or not.
_LINK = re.compile(rb'(files\\?/[a-z]+\\?/)[^"\s]+')
_WITHHELD = MASK.encode()


def can_hold_link(text: bytes) -> bool:
    """Tell at little cost whether a link to a file of this server may be in a text."""
    return b"files" in text


def masked_text(action: str | None, message_type: int, text: bytes) -> bytes:
    """Return a frame's text as it may be kept; where a secret cannot be told from the rest, nothing of it."""
    if action in BY_PLACE:
        if message_type in (CALL, CALL_RESULT):
            text = _masked_by_place(str(action), message_type, text)
    elif action is None and _KEY in text.lower():
        return _WITHHELD
    return _LINK.sub(rb"\1***", text) if can_hold_link(text) else text


def _masked_by_place(action: str, message_type: int, text: bytes) -> bytes:
    position, mask = (3, masked_request) if message_type == CALL else (2, masked_response)
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        return _WITHHELD
    payload = message[position] if len(message) > position else None
    if payload is None:
        return text
    if not _is_as_expected(payload):
        return _WITHHELD
    masked = mask(action, payload)
    return text if masked == payload else orjson.dumps([*message[:position], masked])


def _is_as_expected(payload: Any) -> bool:
    return isinstance(payload, dict) and isinstance(payload.get("configurationKey"), list | None)
