"""What can go wrong between us and a charge point.

OcppServerError
├── CallFailed                 a call to a charge point had no usable answer
│   ├── NotConnected           it has no open connection; nothing was sent
│   ├── CallQueueFull          too many calls already wait for this charge point; nothing was sent
│   ├── InvalidRequest         our own payload breaks OCPP's schema; nothing was sent
│   ├── CallTimeout            no answer within the deadline; the outcome is unknown
│   ├── Disconnected           it hung up before answering; the outcome is unknown
│   ├── CallErrorReceived      it answered with a CALLERROR
│   └── InvalidAnswer          it answered with something that OCPP does not allow
├── CallRefused                raised by a use case to answer a charge point's CALL with a CALLERROR
└── BridgeStopped              the loop thread is not running
"""

from typing import Any


class OcppServerError(Exception):
    """The root of this package's errors."""


class CallFailed(OcppServerError):
    """A call to a charge point had no usable answer."""

    outcome = "refused"

    def __init__(self, charge_point_id: str, action: str, message: str) -> None:
        super().__init__(f"{charge_point_id}: {action}: {message}")
        self.charge_point_id = charge_point_id
        self.action = action


class NotConnected(CallFailed):
    outcome = "offline"


class CallQueueFull(CallFailed):
    outcome = "refused"


class InvalidRequest(CallFailed):
    outcome = "refused"


class CallTimeout(CallFailed):
    """The outcome is unknown; `sent` tells whether the request left for the charge point at all."""

    outcome = "timeout"

    def __init__(self, charge_point_id: str, action: str, message: str, *, sent: bool) -> None:
        super().__init__(charge_point_id, action, message)
        self.sent = sent


class Disconnected(CallFailed):
    outcome = "disconnected"


class CallErrorReceived(CallFailed):
    outcome = "call_error"

    def __init__(self, charge_point_id: str, action: str, code: str, description: str) -> None:
        super().__init__(charge_point_id, action, f"CALLERROR {code}: {description}")
        self.code = code
        self.description = description


class InvalidAnswer(CallFailed):
    """`answer` is the payload as it came."""

    outcome = "call_error"

    def __init__(self, charge_point_id: str, action: str, message: str, answer: Any) -> None:
        super().__init__(charge_point_id, action, message)
        self.answer = answer


class CallRefused(OcppServerError):
    """Answer the charge point's CALL with this CALLERROR (OCPP-J §4.2.3): transport and format faults only."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description


class BridgeStopped(OcppServerError):
    """The loop thread is not running."""
