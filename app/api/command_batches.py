"""Batches of commands, followed and cancelled; they are begun by `POST /api/commands`."""

from typing import Any

import orjson
from flask_openapi3 import Tag
from pydantic import BaseModel

from app.api.answer import Answer, Time, page_of
from app.api.answers_commands import CommandOutcome
from app.api.context import current_user, services
from app.api.models import Key, PageQuery
from app.api.paging import page
from app.api.policy import requires
from app.api.routes import Routes
from app.api.sent import only_sender, sent_batch
from app.domain.command_batches import BatchState, CommandBatch, Step, statuses, tally
from app.domain.roles import Role
from app.domain.times import iso
from app.storage.collection import equal

api = Routes("command_batches", __name__, url_prefix="/api", abp_tags=[Tag(name="Commands")])


class BatchPath(BaseModel):
    batch_id: Key


class BatchAnswer(Answer):
    """`state` is cancelling while some of what was sent is not answered yet; `payload` hides secrets."""

    batch_id: str
    state: BatchState
    action: str
    payload: dict[str, Any]
    total: int
    at_once: int
    force: bool
    requested_by: str
    requested_at: Time
    cancelled_by: str | None = None
    cancelled_at: Time | None = None
    finished_at: Time | None = None


class BatchCommandAnswer(Answer):
    """`outcome` is missing while the command waits or is under way."""

    charge_point_id: str
    command_id: str
    outcome: CommandOutcome | None = None
    status: str | None = None
    error: str | None = None


class BatchProgressAnswer(BatchAnswer):
    """`outcomes` counts the commands by outcome, and as waiting and under_way those without one; `statuses` counts the
    answers by their status."""

    outcomes: dict[str, int]
    statuses: dict[str, int]
    commands: list[BatchCommandAnswer]


@api.get(
    "/command_batches",
    summary="Commands to many charge points, newest first; your own unless you are an admin",
    responses={200: page_of(BatchAnswer)},
)
@requires(Role.STAFF)
def list_batches(query: PageQuery) -> dict[str, Any]:
    where = equal([("requested_by", only_sender())])
    return page(services.storage.command_batches, where, query, _batch_json)


@api.get("/command_batches/<batch_id>", summary="How far a batch is", responses={200: BatchProgressAnswer})
@requires(Role.STAFF)
def get_batch(path: BatchPath) -> dict[str, Any]:
    """Each command in full is in `GET /api/commands?batch_id=`."""
    return progress_json(sent_batch(path.batch_id))


@api.post("/command_batches/<batch_id>/cancel", summary="Send no more of a batch", responses={200: BatchProgressAnswer})
@requires(Role.STAFF)
def cancel_batch(path: BatchPath) -> dict[str, Any]:
    """What waits gets the outcome `cancelled`; what was sent cannot be taken back. A batch that is over stays as it is.
    Needs the action's role."""
    user = current_user()
    sent_batch(path.batch_id)
    return progress_json(services.command_batches.cancel(user.role, path.batch_id, user.username))


def _batch_json(batch: CommandBatch) -> dict[str, Any]:
    times = {name: getattr(batch, name) for name in ("requested_at", "cancelled_at", "finished_at")}
    return {
        "batch_id": batch.batch_id,
        "state": batch.state.value,
        "action": batch.action,
        "payload": orjson.loads(batch.payload),
        "total": batch.total,
        "at_once": batch.at_once,
        "force": batch.force,
        "requested_by": batch.requested_by,
        **({"cancelled_by": batch.cancelled_by} if batch.cancelled_by else {}),
        **{name: iso(at) for name, at in times.items() if at is not None},
    }


def progress_json(batch: CommandBatch) -> dict[str, Any]:
    """Return a batch with what became of each of its commands."""
    steps = services.storage.commands.of_batch(batch.batch_id)
    return _batch_json(batch) | {
        "outcomes": tally(steps),
        "statuses": statuses(steps),
        "commands": [_step_json(step) for step in steps],
    }


def _step_json(step: Step) -> dict[str, Any]:
    names = ("charge_point_id", "command_id", "outcome", "status", "error")
    return {name: value for name in names if (value := getattr(step, name)) is not None}
