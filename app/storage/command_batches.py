"""Batches: one command for many charge points."""

from datetime import datetime

from app.domain.command_batches import CommandBatch
from app.storage.audit import Audited
from app.storage.collection import Order, to_document


class CommandBatchRecords(Audited[CommandBatch]):
    """Every batch, newest first; its commands have their own records."""

    called = "command_batch"
    name = "command_batches"
    key = "batch_id"
    kind = CommandBatch
    order = Order("requested_at", -1)
    indexes = (order.index(), order.index("requested_by"))

    def cancel(self, batch_id: str, by: str, at: datetime) -> CommandBatch | None:
        """Note who has cancelled a batch that is not over, the first one alone; return it as it now is."""
        under_way = {"finished_at": {"$exists": False}, "cancelled_at": {"$exists": False}}
        return self.update(batch_id, {"cancelled_by": by, "cancelled_at": at}, when=under_way) or self.get(batch_id)

    def finish(self, batch_id: str, at: datetime) -> None:
        self.update(batch_id, {"finished_at": at})

    def close_orphans(self, at: datetime) -> None:
        """End the batches of a process that ended before they did."""
        self.documents.update_many({"finished_at": {"$exists": False}}, {"$set": {"finished_at": to_document(at)}})
