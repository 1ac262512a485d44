"""Commands sent to charge points, and what became of each."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel

from app.domain.command_batches import CANCELLED, Step
from app.domain.roles import Role
from app.storage.audit import Audited
from app.storage.collection import Document, Order, to_document

_ANSWERED_WITHIN = timedelta(minutes=10)
_ORPHANED_WITHIN = timedelta(days=30)
_KEPT_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class CommandRecord:
    """A command to a charge point; `payload` and `response` are JSON text, `outcome` is None until it is known.

    `waiting` is true while one of a batch has not been sent.
    """

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
    batch_id: str | None = None
    waiting: bool | None = None


class CommandRecords(Audited[CommandRecord]):
    """Every command sent within a year, newest first. Who sent one in service is in the audit log, too, from where and
    to whom; what became of it is the charge point's doing."""

    called = "command"
    of_people = frozenset({"charge_point_id", "action", "payload", "batch_id"})
    least = Role.STAFF
    name = "commands"
    key = "command_id"
    kind = CommandRecord
    order = Order("requested_at", -1)
    indexes = (
        order.index(),
        order.index("charge_point_id"),
        order.index("requested_by"),
        IndexModel([("requested_at", ASCENDING)], expireAfterSeconds=_KEPT_SECONDS),
        # Of many commands few are of a batch.
        IndexModel([("batch_id", ASCENDING), *order.keys], partialFilterExpression={"batch_id": {"$exists": True}}),
    )

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
                # One of a batch may have waited for its turn a long time.
                "$or": [{name: {"$gte": at - _ANSWERED_WITHIN}} for name in ("requested_at", "finished_at")],
            },
            {"$set": {"response": response, "status": status}},
            sort=[("requested_at", ASCENDING)],
        )
        return None if document is None else self.load(document)

    def close_orphans(self, at: datetime, unsent: str, unanswered: str) -> None:
        """Give an outcome to the commands of a process that ended before it could: no record stays without one."""
        recent = {"requested_at": {"$gte": at - _ORPHANED_WITHIN}}
        self._close({**recent, "waiting": True}, CANCELLED, unsent, at)
        self._close(recent, "disconnected", unanswered, at)

    def begin(self, command_id: str) -> bool:
        """Take a command of a batch out of those that wait, to send it; False when it was cancelled."""
        waiting: Document = {"waiting": True, "outcome": {"$exists": False}}
        return self.update(command_id, {"waiting": None}, when=waiting) is not None

    def cancel_waiting(self, batch_id: str, error: str, at: datetime) -> None:
        """Give those of a batch that wait the outcome that they were not sent."""
        self._close({"batch_id": {"$eq": batch_id}, "waiting": True}, CANCELLED, error, at)

    def close_batch(self, batch_id: str, error: str, at: datetime) -> None:
        """Give an outcome to what has none when all of a batch has been tried: its record could not be written."""
        self.cancel_waiting(batch_id, error, at)
        self._close({"batch_id": {"$eq": batch_id}}, "disconnected", error, at)

    def of_batch(self, batch_id: str) -> list[Step]:
        """Return what became of each command of a batch, without its answers, which may be large."""
        names = ("charge_point_id", "outcome", "status", "error", "waiting")
        found = self.documents.find({"batch_id": {"$eq": batch_id}}, dict.fromkeys(names, 1), sort=self.order.keys)
        return [Step(command_id=each.pop("_id"), **each) for each in found]

    def _close(self, where: Document, outcome: str, error: str, at: datetime) -> None:
        ended = to_document({"outcome": outcome, "error": error, "finished_at": at})
        self.documents.update_many({**where, "outcome": {"$exists": False}}, {"$set": ended, "$unset": {"waiting": ""}})
