"""Whose commands one may read: who sent which command to which charge point is for admins to know, all others read
their own."""

from app.api.context import current_user, services
from app.domain.command_batches import CommandBatch
from app.domain.roles import Role
from app.errors import NotFound
from app.storage.commands import CommandRecord


def only_sender() -> str | None:
    """Return the one whose commands alone the caller may read: his own name; None: everybody's."""
    user = current_user()
    return None if user.role.at_least(Role.ADMIN) else user.username


def sent_command(command_id: str) -> CommandRecord | None:
    """Return a command that the caller may read."""
    record = services.storage.commands.get(command_id)
    return record if record and only_sender() in (None, record.requested_by) else None


def sent_batch(batch_id: str) -> CommandBatch:
    """Return a batch that the caller may read; raises NotFound for all else."""
    batch = services.command_batches.get(batch_id)
    if only_sender() not in (None, batch.requested_by):
        raise NotFound("there is no such batch")
    return batch
