"""One command for many charge points: begun, followed, cancelled."""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import uuid4

import orjson

from app.batch_lanes import BatchLanes, Run
from app.command_outcomes import NEVER_SENT
from app.command_payloads import masked_request
from app.commands import Commands, new_record, row_for
from app.config import Settings
from app.domain.charge_points import charge_point_key
from app.domain.command_batches import CommandBatch
from app.domain.roles import Role
from app.door.security_changes import NewKey
from app.errors import BadInput, CommandFailed, Conflict, NotFound
from app.storage.commands import CommandRecord
from app.storage.database import Storage
from app.storage.errors import DatabaseError
from ocpp_server.central_system import Payload
from ocpp_server.errors import BridgeStopped

log = logging.getLogger(__name__)

MOST_WAITING = 10_000
_NOT_SENT = "cancelled before it was sent"
_NOT_WRITTEN = "what became of it could not be written down"


@dataclass(frozen=True, slots=True)
class BatchOrder:
    """What an operator asks for; at most `at_once` charge points are asked at a time."""

    charge_point_ids: Sequence[str]
    action: str
    payload: Payload
    at_once: int
    force: bool


class CommandBatches:
    """The use cases. A batch lives with its process: what that leaves unsent when it ends is told as cancelled."""

    def __init__(self, storage: Storage, commands: Commands, settings: Settings, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._commands = commands
        self._now = now
        self._lanes = BatchLanes(settings.batch_commands_at_once, self._over)

    def begin(self, role: Role, order: BatchOrder, requested_by: str) -> CommandBatch:
        """Write a batch down and begin to send it.

        Raises Forbidden, NotFound; BadInput for the payload, or naming each charge point that is not there; Conflict
        when too many commands wait already.
        """
        row = row_for(role, order.action)
        self._commands.require_sendable(row, order.payload)
        if isinstance(row.security_change(order.payload), NewKey):
            raise BadInput("payload.value", "a key that many charge points have is none; send each its own")
        ids = self._spelled(order.charge_point_ids)
        if self._lanes.waiting() + len(ids) > MOST_WAITING:
            raise Conflict("too_many_commands_waiting", f"at most {MOST_WAITING} commands wait for their turn")
        now = self._now()
        batch = CommandBatch(
            batch_id=uuid4().hex,
            action=order.action,
            payload=orjson.dumps(masked_request(order.action, order.payload)).decode(),
            requested_by=requested_by,
            requested_at=now,
            total=len(ids),
            at_once=order.at_once,
            force=order.force,
        )
        self._storage.command_batches.insert(batch)
        records = [new_record(each, order.action, order.payload, requested_by, now, batch.batch_id) for each in ids]
        self._storage.commands.insert_all(records)
        _log("command_batch", batch, requested_by)
        send = partial(self._send, order.payload, order.force)
        self._lanes.start(Run(batch.batch_id, send, deque(records), order.at_once))
        return batch

    def get(self, batch_id: str) -> CommandBatch:
        """Return a batch; raises NotFound."""
        batch = self._storage.command_batches.get(batch_id)
        if batch is None:
            raise NotFound("there is no such batch")
        return batch

    def cancel(self, role: Role, batch_id: str, cancelled_by: str) -> CommandBatch:
        """Send no more of a batch; what was sent cannot be taken back. Raises NotFound, Forbidden."""
        row_for(role, self.get(batch_id).action)
        batch = self._storage.command_batches.cancel(batch_id, cancelled_by, self._now()) or self.get(batch_id)
        self._storage.commands.cancel_waiting(batch_id, _NOT_SENT, self._now())
        self._lanes.drop(batch_id)
        _log("command_batch_cancelled", batch, cancelled_by)
        return batch

    def halt(self) -> None:
        """Send nothing more: the process is about to end."""
        self._lanes.halt()

    def stop(self) -> None:
        """Wait for what is under way, tell the rest as not sent."""
        for batch_id in self._lanes.stop():
            self._close(batch_id, NEVER_SENT)

    def _spelled(self, charge_point_ids: Sequence[str]) -> list[str]:
        """Return the ids as the charge points spell them; raises BadInput for unknown ones and repetitions."""
        found = self._storage.charge_points.of_keys([charge_point_key(each) for each in charge_point_ids])
        known = {charge_point_key(each.charge_point_id): each.charge_point_id for each in found}
        faults, seen = {}, set()
        for number, given in enumerate(charge_point_ids):
            key = charge_point_key(given)
            if key not in known:
                faults[f"charge_point_ids.{number}"] = f"there is no charge point {given}"
            elif key in seen:
                faults[f"charge_point_ids.{number}"] = f"{given} is named twice"
            seen.add(key)
        if faults:
            first, *others = faults.items()
            raise BadInput(*first, *others)
        return [known[charge_point_key(given)] for given in charge_point_ids]

    def _send(self, payload: Payload, force: bool, record: CommandRecord) -> None:
        try:
            if self._storage.commands.begin(record.command_id):
                self._commands.send_recorded(record, payload, force=force)
        except (CommandFailed, Conflict, NotFound, BridgeStopped) as failure:
            # Written down with its record.
            log.debug("command_of_batch_failed", extra={"fields": {"reason": str(failure)}})
        except DatabaseError as failure:
            fields = {"command_id": record.command_id, "error": type(failure).__name__}
            log.warning("command_of_batch_not_written", extra={"fields": fields})

    def _over(self, batch_id: str) -> None:
        self._close(batch_id, _NOT_WRITTEN)

    def _close(self, batch_id: str, reason: str) -> None:
        try:
            self._storage.commands.close_batch(batch_id, reason, self._now())
            self._storage.command_batches.finish(batch_id, self._now())
        except DatabaseError as failure:
            # The next start closes what is open.
            fields = {"batch_id": batch_id, "error": type(failure).__name__}
            log.warning("command_batch_not_closed", extra={"fields": fields})


def _log(event: str, batch: CommandBatch, by: str) -> None:
    log.info(
        event, extra={"fields": {"batch_id": batch.batch_id, "action": batch.action, "total": batch.total, "by": by}}
    )
