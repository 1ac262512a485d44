"""The one use case that sends a row of the table of commands, and writes down what became of it."""

import logging
from collections.abc import Callable
from concurrent.futures import Executor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import orjson
from ocpp.v16.enums import RegistrationStatus

from app.answered import Answered
from app.command_outcomes import (
    NEVER_SENT,
    SERVER_STOPPED,
    Outcome,
    command_failed,
    error_answer,
    judged,
)
from app.command_payloads import masked_request, masked_response, require_valid
from app.command_table import COMMANDS, Command, learn_from
from app.config import Settings
from app.configuration.capabilities import KnownCapabilities
from app.domain.roles import Role
from app.door.security_changes import SecurityChange, did_not_take
from app.errors import ChargeBridgeError, CommandFailed, Conflict, Forbidden, NotFound
from app.follow_ups import FollowUps
from app.storage.commands import CommandRecord
from app.storage.database import Storage
from app.storage.errors import DatabaseError
from ocpp_server.bridge import Bridge
from ocpp_server.central_system import Payload
from ocpp_server.errors import BridgeStopped, CallErrorReceived, CallFailed
from ocpp_server.payloads import action_of, to_payload

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Companion:
    """What a use case writes down at the same moments as the command's own record, so that neither waits for the other.

    `before` the request is sent, and when it is `answered`; not after a failure, which is raised.
    """

    before: Callable[[], object]
    answered: Callable[[Outcome], object]


ALONE = Companion(before=lambda: None, answered=lambda _outcome: None)


class Commands:
    """Sends rows of the table through the bridge and writes down what became of each.

    `beside` runs what is asked of the database or written beside something else, for somebody waits for both.
    """

    def __init__(
        self,
        storage: Storage,
        bridge: Bridge,
        settings: Settings,
        follow_ups: FollowUps,
        capabilities: KnownCapabilities,
        beside: Executor,
        now: Callable[[], datetime],
    ) -> None:
        self._storage = storage
        self._bridge = bridge
        self._settings = settings
        self._follow_ups = follow_ups
        self._capabilities = capabilities
        self._now = now
        self._beside = beside

    def connected(self, charge_point_id: str) -> bool:
        return self._bridge.connected(charge_point_id)

    def send_verbatim(
        self, charge_point_id: str, action: str, payload: Payload, *, requested_by: str, force: bool = False
    ) -> Outcome:
        """Send an operator's command as it is; raises NotFound, Conflict, BadInput, CommandFailed.

        Its route has seen to the role. `force` sends it though the charge point is known not to support it.
        """
        command = COMMANDS[action]
        charge_point = self._storage.charge_points.get(charge_point_id)
        if charge_point is None:
            raise NotFound(f"there is no charge point {charge_point_id}")
        require_registration(command, charge_point.registration)
        self.require_sendable(command, payload)
        if not force:
            self._capabilities.require(charge_point, action)
        return self.send(charge_point.charge_point_id, (command.action, payload), requested_by=requested_by)

    def require_sendable(self, command: Command, payload: Payload) -> None:
        """Raise BadInput for a payload that is not OCPP, or that an operator must not send to any charge point."""
        require_valid(command.action, payload)
        command.check(payload, self._settings)

    def send(self, charge_point_id: str, request: Any, *, requested_by: str, companion: Companion = ALONE) -> Outcome:
        """Send a request (an ocpp `call` dataclass, or action and payload) and return the answer.

        Raises CommandFailed with the outcome, BadInput when the payload breaks OCPP's schema, Conflict; and what the
        companion raises: what it raises before the request is sent keeps it from being sent.
        """
        action, payload = request if isinstance(request, tuple) else (action_of(request), to_payload(request))
        require_valid(action, payload)
        record = new_record(charge_point_id, action, payload, requested_by, self._now())
        return self._carry_out(record, payload, lambda: self._insert(record, companion), companion)

    def send_recorded(self, record: CommandRecord, payload: Payload, *, force: bool) -> Outcome:
        """Send a command whose record has been made, checked by `require_sendable`; raises what `send_verbatim` raises.

        The record says at its end what came of it, whatever is raised but BridgeStopped before it was sent.
        """
        try:
            charge_point = self._storage.charge_points.get(record.charge_point_id)
            if charge_point is None:
                raise NotFound("the charge point was removed meanwhile")
            require_registration(COMMANDS[record.action], charge_point.registration)
            if not force:
                self._capabilities.require(charge_point, record.action)
        except (NotFound, Conflict) as refusal:
            self._finish(record, "refused", error=refusal.message)
            raise
        return self._carry_out(record, payload, lambda: None, ALONE)

    def _carry_out(
        self, record: CommandRecord, payload: Payload, written: Callable[[], None], companion: Companion
    ) -> Outcome:
        charge_point_id, action = record.charge_point_id, record.action
        change = COMMANDS[action].security_change(payload) if action in COMMANDS else None
        if change is not None:
            change.keep(self._storage, charge_point_id, record.command_id)
        written()
        try:
            response = self._bridge.send(charge_point_id, (action, payload))
        except BridgeStopped:
            self._finish(record, "disconnected", error=SERVER_STOPPED)
            raise
        except CallFailed as failure:
            self._drop_if_not_taken(change, record, failure)
            answer = None
            if isinstance(failure, CallErrorReceived):
                answer = error_answer(failure)
                self._capabilities.failed(charge_point_id, action, failure.code)
            code, outcome = judged(failure)
            self._finish(record, outcome, response=answer, error=str(failure))
            raise command_failed(code, outcome, record.command_id, answer) from failure
        self._drop_if_not_taken(change, record, response)
        status, response = response.get("status"), masked_response(action, response)
        answered = Outcome(record.command_id, action, status, response)
        finished = self._beside.submit(self._finish, record, "answered", status=status, response=response)
        companion.answered(answered)
        finished.result()
        self._capabilities.answered(charge_point_id, action, status)
        told = Answered(charge_point_id, action, masked_request(action, payload), response, self._now())
        learn_from(self._storage, self._follow_ups, told)
        return answered

    def _insert(self, record: CommandRecord, companion: Companion) -> None:
        # Beside this thread, and on behalf of the same person.
        inserted = self._beside.submit(copy_context().run, self._storage.commands.insert, record)
        try:
            companion.before()
        except (ChargeBridgeError, DatabaseError):
            inserted.result()
            self._storage.commands.delete(record.command_id)
            raise
        inserted.result()

    def close_orphans(self) -> None:
        """Give an outcome to the commands that were under way when this server ended without a chance to say so."""
        self._storage.commands.close_orphans(self._now(), NEVER_SENT, SERVER_STOPPED)
        self._storage.command_batches.close_orphans(self._now())

    def failure_again(self, code: str, command_id: str | None, **facts: Any) -> CommandFailed:
        """Return the failure that a command ended with, as it was raised then."""
        record = self._storage.commands.get(command_id) if command_id else None
        answer = orjson.loads(record.response) if record and record.response and code == "call_error" else None
        outcome = record.outcome if record and record.outcome else "refused"
        return command_failed(code, outcome, command_id, answer, **facts)

    def _drop_if_not_taken(
        self, change: SecurityChange | None, record: CommandRecord, result: Payload | CallFailed
    ) -> None:
        if change is not None and did_not_take(result):
            change.drop(self._storage, record.charge_point_id, record.command_id)

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


def row_for(role: Role, action: str) -> Command:
    """Return the row of an action; raises NotFound, and Forbidden unless it is for the role."""
    command = COMMANDS.get(action)
    if command is None:
        raise NotFound(f"there is no command {action}; there are {', '.join(sorted(COMMANDS))}")
    if not role.at_least(command.role):
        raise Forbidden(f"{action} needs the role {command.role.value}")
    return command


def new_record(
    charge_point_id: str, action: str, payload: Payload, requested_by: str, at: datetime, batch_id: str | None = None
) -> CommandRecord:
    """Return what is written down of a command about to be sent; one of a batch waits for its turn."""
    return CommandRecord(
        command_id=uuid4().hex,
        charge_point_id=charge_point_id,
        action=action,
        payload=orjson.dumps(masked_request(action, payload)).decode(),
        requested_by=requested_by,
        requested_at=at,
        batch_id=batch_id,
        waiting=True if batch_id else None,
    )


def require_registration(command: Command, registration: RegistrationStatus) -> None:
    """Raise Conflict for what a charge point must not be sent before it is accepted, or at all (OCPP 1.6 §4.2)."""
    if registration == RegistrationStatus.rejected:
        raise Conflict("charge_point_not_accepted", "the charge point is rejected: nothing is sent to it")
    if command.needs_acceptance and registration != RegistrationStatus.accepted:
        raise Conflict("charge_point_not_accepted", "the charge point has not been accepted yet")
