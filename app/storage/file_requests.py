"""Requests to charge points to fetch firmware or to bring diagnostics, and how far each has come."""

from collections.abc import Collection as Group
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from ocpp.v16.enums import DiagnosticsStatus
from pymongo import ASCENDING, IndexModel, ReturnDocument

from app.storage.collection import Collection, Document, Order, to_document

REQUESTED = "Requested"
ACCEPTED = "Accepted"
FAILED = "Failed"
MAX_STEPS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRequest:
    """One request and the one-time link in it, of which only the digest is kept.

    `status` is Requested; then Accepted, or Failed with a `reason`; from there on what the charge point tells, in
    OCPP's words. `history` holds what it told, each `{"status", "at"}`, the last fifty.
    """

    request_id: str
    charge_point_id: str
    requested_by: str
    requested_at: datetime
    token_digest: str
    expires_at: datetime
    status: str = REQUESTED
    status_at: datetime | None = None
    reason: str | None = None
    command_id: str | None = None
    history: list[dict[str, Any]] = field(default_factory=list)


R = TypeVar("R", bound=FileRequest)


class FileRequests(Collection[R]):
    """What firmware updates and diagnostics have in common; `told_as` is what a request's id is called outside."""

    key = "request_id"
    order = Order("requested_at", -1)
    indexes: ClassVar[Sequence[IndexModel]] = (
        order.index(),
        order.index("charge_point_id"),
        IndexModel([("token_digest", ASCENDING)], unique=True),
    )
    finished: ClassVar[Group[str]] = ()
    told_as: ClassVar[str]

    def by_token(self, digest: str, now: datetime) -> R | None:
        """Return the request a link belongs to, as long as the link is good."""
        return self.first({"token_digest": {"$eq": digest}, "expires_at": {"$gt": now}})

    def settle(self, request_id: str, changes: Document) -> R | None:
        """Keep how a request was taken, unless the charge point has told more by now."""
        return self.update(request_id, changes, when={"status": REQUESTED})

    def follow(self, charge_point_id: str, told: str, at: datetime) -> R | None:
        """Let a charge point's latest request have the status that it tells; return it if it is changed.

        A request it refused is not what it speaks of.
        """
        mine = {"charge_point_id": {"$eq": charge_point_id}, "status": {"$ne": FAILED}}
        latest = self.first(mine, sort=self.order.keys)
        if latest is None or self.settled(latest, told):
            return None
        return self.tell(latest.request_id, told, at)

    def settled(self, request: R, told: str) -> bool:
        """Tell whether it is over, whatever is told: being idle, which charge points say when asked, undoes no end."""
        return told == DiagnosticsStatus.idle and request.status in self.finished

    def tell(self, request_id: str, status: str, at: datetime, **facts: Any) -> R | None:
        """Add a step to a request's history, and facts with it."""
        at = to_document(at)
        document = self.documents.find_one_and_update(
            {"_id": {"$eq": request_id}},
            {
                "$set": {"status": status, "status_at": at, **to_document(facts)},
                "$unset": {"reason": ""},
                "$push": {"history": {"$each": [{"status": status, "at": at}], "$slice": -MAX_STEPS}},
            },
            return_document=ReturnDocument.AFTER,
        )
        return None if document is None else self.load(document)
