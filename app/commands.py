"""THE TABLE of commands to charge points, and the one use case that sends a row."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import orjson
from ocpp.v16.enums import Action, RegistrationStatus

from app.domain.roles import Role
from app.errors import BadInput, CommandFailed, Conflict, Forbidden, NotFound
from app.storage.commands import CommandRecord
from app.storage.database import Storage
from ocpp_server.bridge import Bridge
from ocpp_server.central_system import Payload
from ocpp_server.errors import (
    CallErrorReceived,
    CallFailed,
    CallQueueFull,
    CallTimeout,
    Disconnected,
    InvalidAnswer,
    InvalidRequest,
    NotConnected,
)
from ocpp_server.payloads import action_of, to_payload

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Command:
    """One action a Central System may send: from this row follow its route, role gate, schema and documentation."""

    action: str
    role: Role
    summary: str
    needs_acceptance: bool = False


COMMANDS = {
    row.action: row
    for row in (
        Command(Action.change_configuration, Role.ADMIN, "Set a configuration key"),
        Command(Action.get_configuration, Role.STAFF, "Read configuration keys; all of them when none is named"),
        Command(Action.remote_start_transaction, Role.STAFF, "Ask to start a transaction", needs_acceptance=True),
        Command(Action.remote_stop_transaction, Role.STAFF, "Ask to stop a transaction", needs_acceptance=True),
        Command(Action.reset, Role.STAFF, "Restart the charge point, gently (Soft) or at once (Hard)"),
        Command(Action.trigger_message, Role.STAFF, "Ask the charge point to send a message now"),
        Command(Action.unlock_connector, Role.STAFF, "Release a connector's cable lock"),
    )
}

_FAILURES: dict[type[CallFailed], tuple[str, str]] = {
    NotConnected: ("charge_point_offline", "the charge point is not connected"),
    CallQueueFull: ("charge_point_busy", "too many commands already wait for this charge point"),
    CallTimeout: ("charge_point_timeout", "the charge point did not answer in time; the outcome is unknown"),
    Disconnected: (
        "charge_point_disconnected",
        "the charge point hung up before answering; the outcome is unknown",
    ),
    CallErrorReceived: ("call_error", "the charge point answered with an error"),
    InvalidAnswer: ("invalid_answer", "the charge point's answer is not valid OCPP"),
}
_SECRET_KEYS = frozenset({"authorizationkey"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """A charge point's answer: `status` is the conf's own, None where the conf has none."""

    command_id: str
    action: str
    status: str | None
    response: Payload


class Commands:
    """Sends rows of the table through the bridge and writes down what became of each."""

    def __init__(self, storage: Storage, bridge: Bridge, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._bridge = bridge
        self._now = now

    def connected(self, charge_point_id: str) -> bool:
        return self._bridge.connected(charge_point_id)

    def send_as(self, role: Role, charge_point_id: str, action: str, payload: Payload, *, requested_by: str) -> Outcome:
        """Send an operator's command, verbatim; raises Forbidden, NotFound, Conflict, BadInput, CommandFailed."""
        command = COMMANDS.get(action)
        if command is None:
            raise NotFound(f"there is no command {action}; there are {', '.join(sorted(COMMANDS))}")
        if not role.at_least(command.role):
            raise Forbidden(f"{action} needs the role {command.role.value}")
        charge_point = self._storage.charge_points.get(charge_point_id)
        if charge_point is None:
            raise NotFound(f"there is no charge point {charge_point_id}")
        if command.needs_acceptance and charge_point.registration != RegistrationStatus.accepted:
            raise Conflict("charge_point_not_accepted", "the charge point has not been accepted yet")
        return self.send(charge_point.charge_point_id, (command.action, payload), requested_by=requested_by)

    def send(self, charge_point_id: str, request: Any, *, requested_by: str) -> Outcome:
        """Send a request (an ocpp `call` dataclass, or action and payload) and return the answer.

        Raises CommandFailed with the outcome, or BadInput when the payload breaks OCPP's schema.
        """
        action, payload = request if isinstance(request, tuple) else (action_of(request), to_payload(request))
        record = CommandRecord(
            command_id=uuid4().hex,
            charge_point_id=charge_point_id,
            action=action,
            payload=orjson.dumps(_masked(action, payload)).decode(),
            requested_by=requested_by,
            requested_at=self._now(),
        )
        self._storage.commands.insert(record)
        try:
            response = self._bridge.send(charge_point_id, (action, payload))
        except InvalidRequest as failure:
            self._finish(record, failure.outcome, error=str(failure))
            raise BadInput("payload", str(failure)) from failure
        except CallFailed as failure:
            self._finish(record, failure.outcome, error=str(failure))
            raise _as_command_failed(record, failure) from failure
        status = response.get("status")
        self._finish(record, "answered", status=status, response=response)
        return Outcome(record.command_id, action, status, response)

    def _finish(
        self,
        record: CommandRecord,
        outcome: str,
        *,
        status: str | None = None,
        response: Payload | None = None,
        error: str | None = None,
    ) -> None:
        fields = {
            "charge_point_id": record.charge_point_id,
            "action": record.action,
            "outcome": outcome,
            "status": status,
            "command_id": record.command_id,
            "by": record.requested_by,
        }
        log.info("command", extra={"fields": fields})
        self._storage.commands.update(
            record.command_id,
            {
                "outcome": outcome,
                "status": status,
                "response": orjson.dumps(response).decode() if response is not None else None,
                "error": error[:500] if error else None,
                "finished_at": self._now(),
            },
        )


def _masked(action: str, payload: Payload) -> Payload:
    """Return the payload as it may be written down: a key that opens a charge point stays with the charge point."""
    if action == Action.change_configuration and str(payload.get("key", "")).casefold() in _SECRET_KEYS:
        return {**payload, "value": "***"}
    return payload


def _as_command_failed(record: CommandRecord, failure: CallFailed) -> CommandFailed:
    code, message = _FAILURES[type(failure)]
    facts: dict[str, Any] = {"command_id": record.command_id}
    if isinstance(failure, CallErrorReceived):
        facts |= {"ocpp_error": failure.code, "ocpp_description": failure.description[:255]}
    return CommandFailed(code, message, outcome=failure.outcome, **facts)
