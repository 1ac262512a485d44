"""What answers about commands look like."""

from typing import Any, Literal

from app.api.answer import Answer, Time

CommandOutcome = Literal["answered", "call_error", "timeout", "offline", "disconnected", "refused", "cancelled"]


class CommandAnswer(Answer):
    """`response` is the charge point's answer, OCPP verbatim; `status` its status, null where it has none."""

    command_id: str
    action: str
    status: str | None
    response: dict[str, Any]


class CommandRecordAnswer(Answer):
    """`outcome` is missing while the command is under way, or waits for its turn in a batch."""

    command_id: str
    charge_point_id: str
    action: str
    payload: dict[str, Any]
    requested_by: str
    requested_at: Time
    outcome: CommandOutcome | None = None
    status: str | None = None
    response: dict[str, Any] | None = None
    error: str | None = None
    finished_at: Time | None = None
    batch_id: str | None = None
