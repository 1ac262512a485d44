"""What becomes of a command: a charge point's answer, or one of the ways in which there is none."""

from dataclasses import dataclass
from typing import Any

from app.errors import CommandFailed
from ocpp_server.central_system import Payload
from ocpp_server.errors import (
    CallErrorReceived,
    CallFailed,
    CallQueueFull,
    CallTimeout,
    Disconnected,
    InvalidAnswer,
    NotConnected,
)

# Nothing was sent.
OFFLINE = "charge_point_offline"
_CODES: dict[type[CallFailed], str] = {
    NotConnected: OFFLINE,
    CallQueueFull: "charge_point_busy",
    CallTimeout: "charge_point_timeout",
    Disconnected: "charge_point_disconnected",
    CallErrorReceived: "call_error",
    InvalidAnswer: "invalid_answer",
}
# After these the charge point may have done what it was asked for.
OUTCOME_UNKNOWN = ("charge_point_timeout", "charge_point_disconnected")
SERVER_STOPPED = "the server stopped before an answer came"
NEVER_SENT = "the server stopped before this was sent"
_MESSAGES = {
    OFFLINE: "the charge point is not connected",
    "charge_point_busy": "earlier commands still wait for this charge point's answer; this one was not sent",
    "charge_point_timeout": "the charge point did not answer in time; the outcome is unknown",
    "charge_point_disconnected": "the charge point hung up before answering; the outcome is unknown",
    "call_error": "the charge point answered with an error",
    "invalid_answer": "the charge point's answer is not valid OCPP",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A charge point's answer: `status` is the conf's own, None where the conf has none."""

    command_id: str
    action: str
    status: str | None
    response: Payload


def judged(failure: CallFailed) -> tuple[str, str]:
    """Return a failure's code and outcome; what waited in vain for its turn was never sent, so nothing is unknown."""
    if isinstance(failure, CallTimeout) and not failure.sent:
        return _CODES[CallQueueFull], CallQueueFull.outcome
    return _CODES[type(failure)], failure.outcome


def error_answer(failure: CallErrorReceived) -> Payload:
    """Return a CALLERROR under OCPP-J's names (§4.2.3)."""
    return {"errorCode": failure.code, "errorDescription": failure.description[:255]}


def command_failed(
    code: str, outcome: str, command_id: str | None, answer: Payload | None, **facts: Any
) -> CommandFailed:
    """Return the error for whoever asked, with the charge point's own words in it."""
    facts["command_id"] = command_id
    if answer is not None:
        facts |= {"ocpp_error": answer["errorCode"], "ocpp_description": answer["errorDescription"]}
    return CommandFailed(code, _MESSAGES[code], outcome=outcome, **facts)
