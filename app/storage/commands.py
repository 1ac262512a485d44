"""Commands sent to charge points, and what became of each."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import ASCENDING

from app.storage.collection import Collection, Order, to_document

_ANSWERED_WITHIN = timedelta(minutes=10)
_ORPHANED_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class CommandRecord:
    """A command to a charge point; `payload` and `response` are JSON text, `outcome` is None until it is known."""

    command_id: str
    charge_point_id: str
    action: str
    payload: str
    requested_by: str
    requested_at: datetime
    outcome: str | None = None
    status: str | None = None
    response: str | None = None
    error: str | None = None
    finished_at: datetime | None = None


class CommandRecords(Collection[CommandRecord]):
    """Every command sent, newest first."""

    name = "commands"
    key = "command_id"
    kind = CommandRecord
    order = Order("requested_at", -1)
    indexes = (order.index(), order.index("charge_point_id"), order.index("requested_by"))

    def answered_late(
        self, charge_point_id: str, action: str, status: str | None, response: str, at: datetime
    ) -> CommandRecord | None:
        """Add an answer to the command it must be for: the first one given up that has none; its outcome stays.

        Charge points answer in the order they were asked in.
        """
        document = self.documents.find_one_and_update(
            {
                "charge_point_id": {"$eq": charge_point_id},
                "action": action,
                "outcome": "timeout",
                "response": {"$exists": False},
                "requested_at": {"$gte": at - _ANSWERED_WITHIN},
            },
            {"$set": {"response": response, "status": status}},
            sort=[("requested_at", ASCENDING)],
        )
        return None if document is None else self.load(document)

    def close_orphans(self, at: datetime, error: str) -> None:
        """Give an outcome to the commands of a process that ended before it could: no record stays without one."""
        self.documents.update_many(
            {"outcome": {"$exists": False}, "requested_at": {"$gte": at - _ORPHANED_WITHIN}},
            {"$set": to_document({"outcome": "disconnected", "error": error, "finished_at": at})},
        )
