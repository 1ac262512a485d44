"""What can go wrong with a virtual charge point.

SimulatorError
├── NotPossible          the state of the charge point or of its connector forbids it
├── UnknownConnector     it has no connector with this number
├── TransferFailed       a file could not be fetched or brought
└── NotAdmitted          an attempt to connect failed
    ├── Refused          the Central System turned the connection away
    └── Unreachable      nobody answers at the Central System's address
"""


class SimulatorError(Exception):
    """The root of this package's errors; the text is meant for a person."""


class NotPossible(SimulatorError):
    """The state of the charge point or of its connector forbids it."""


class UnknownConnector(SimulatorError):
    """It has no connector with this number."""


class TransferFailed(SimulatorError):
    """A file could not be fetched or brought."""


class NotAdmitted(SimulatorError):
    """An attempt to connect failed; `retry_after` is how many seconds the Central System asks to wait."""

    retry_after = 0.0


class Refused(NotAdmitted):
    """The Central System turned the connection away; `status` is the HTTP status, 101 where it upgraded wrongly."""

    def __init__(self, message: str, *, status: int, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class Unreachable(NotAdmitted):
    """Nobody answers at the Central System's address."""
