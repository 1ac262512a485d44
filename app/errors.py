"""What can go wrong for a person, in their words; HTTP numbers are given in app/api/problems.py alone.

ChargeBridgeError
├── ConfigurationError      a setting is wrong; the process does not start
├── DatabaseUnusable        MongoDB does not answer, or is not one we can use
├── BadInput                a value of the request is wrong: which field, and why
├── NotAuthenticated        who is this?
├── Forbidden               known, but not allowed
├── NotFound                it is not there, or not yours, which looks the same
├── Conflict                the state of things forbids it: `code` says which state
├── TooLarge                more bytes than may be sent
├── TooManyAttempts         wait first
├── AlreadyExists           a unique value is taken
├── SigningFailed           the authority gave no certificate that could be used
└── CommandFailed           a charge point gave no usable answer; `command_id` leads to the record
"""

from typing import Any


class ChargeBridgeError(Exception):
    """The root. `code` is stable and meant for programs; the message is meant for people."""

    code = "error"

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class ConfigurationError(ChargeBridgeError):
    code = "configuration_error"


class DatabaseUnusable(ChargeBridgeError):
    code = "database_unusable"


class BadInput(ChargeBridgeError):
    code = "bad_input"

    def __init__(self, field: str, message: str, *others: tuple[str, str]) -> None:
        super().__init__(f"{field}: {message}")
        self.errors = [{"field": f, "message": m} for f, m in ((field, message), *others)]


class NotAuthenticated(ChargeBridgeError):
    code = "not_authenticated"


class Forbidden(ChargeBridgeError):
    code = "forbidden"


class NotFound(ChargeBridgeError):
    code = "not_found"


class Conflict(ChargeBridgeError):
    """`facts` go into the problem document, such as the verdict on a tag."""

    def __init__(self, code: str, message: str, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.code = code


class TooLarge(ChargeBridgeError):
    code = "too_large"


class TooManyAttempts(ChargeBridgeError):
    code = "too_many_attempts"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class AlreadyExists(ChargeBridgeError):
    """`fields` names the unique value that is taken."""

    code = "already_exists"

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__(f"{', '.join(fields)} is taken")
        self.fields = fields


class SigningFailed(ChargeBridgeError):
    code = "signing_failed"


class CommandFailed(ChargeBridgeError):
    """`outcome` is one of call_error, timeout, offline, disconnected, refused; `ocpp_error` the CALLERROR's code."""

    def __init__(self, code: str, message: str, *, outcome: str, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.code = code
        self.outcome = outcome
