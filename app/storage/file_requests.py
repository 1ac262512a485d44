"""Requests to charge points to fetch firmware or to bring diagnostics, and how far each has come."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from pymongo import ASCENDING, IndexModel, ReturnDocument

from app.domain.file_progress import CANCELED, FAILED, OVER, REQUESTED, reason_of, status_after
from app.storage.collection import Collection, Document, Order, to_document

MAX_STEPS = 50
# The requests that carry OCPP's requestId, and those of the messages that have none.
NUMBERED: Document = {"ocpp_request_id": {"$exists": True}}
PLAIN: Document = {"ocpp_request_id": {"$exists": False}}


def numbered(ocpp_request_id: int | None) -> Document:
    """Return what finds the request with a requestId; None finds no one."""
    return {"ocpp_request_id": {"$eq": -1 if ocpp_request_id is None else ocpp_request_id}}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRequest:
    """One request and the one-time link in it, of which only the digest is kept.

    `status` is Requested; then Accepted, or Failed with a `reason`; from there on what the charge point tells, in
    OCPP's words. `history` holds what it told, each `{"status", "at"}`, the last fifty. `ocpp_request_id` is what the
    messages of the security extension call it by.
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
    ocpp_request_id: int | None = None
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
    told_as: ClassVar[str]

    def by_token(self, digest: str, now: datetime) -> R | None:
        """Return the request a link belongs to, as long as the link is good."""
        return self.first({"token_digest": {"$eq": digest}, "expires_at": {"$gt": now}})

    def settle(self, request_id: str, changes: Document) -> R | None:
        """Keep how a request was taken, unless the charge point has told more by now."""
        return self.update(request_id, changes, when={"status": REQUESTED})

    def refuse(self, request: R, reason: str) -> None:
        """Keep that the charge point will not do it, unless it has told more by now; the link is worth nothing."""
        self.settle(request.request_id, {"status": FAILED, "reason": reason, "expires_at": request.requested_at})

    def follow(self, charge_point_id: str, told: str, at: datetime, which: Document) -> R | None:
        """Let a charge point's latest request among `which` have the status that it tells; return it if that is news.

        A request it refused is not what it speaks of.
        """
        mine = {"charge_point_id": {"$eq": charge_point_id}, "status": {"$ne": FAILED}, **which}
        while (latest := self.first(mine, sort=self.order.keys)) is not None:
            status = status_after(latest.status, told)
            if status is None:
                return None
            # It is looked at again if somebody else was faster.
            if changed := self._step(latest.request_id, told, at, {"status": {"$eq": latest.status}}, status=status):
                return changed
        return None

    def give_up(self, charge_point_id: str, newer: R, at: datetime, which: Document) -> None:
        """End a charge point's other requests among `which` that are not over: it has taken a newer one instead."""
        under_way = {"status": {"$nin": sorted(OVER)}}
        mine = {"charge_point_id": {"$eq": charge_point_id}, "_id": {"$ne": newer.request_id}, **under_way, **which}
        for older in self.find(mine):
            self._step(older.request_id, CANCELED, at, under_way, status=CANCELED)

    def tell(self, request_id: str, status: str, at: datetime) -> R | None:
        """Add a step to a request's history; it is the request's status from now on."""
        return self._step(request_id, status, at, {}, status=status)

    def _step(self, request_id: str, told: str, at: datetime, when: Document, *, status: str) -> R | None:
        at, reason = to_document(at), reason_of(status)
        now = {"status": status, "status_at": at} if status == told else {}
        document = self.documents.find_one_and_update(
            {"_id": {"$eq": request_id}, **when},
            {
                "$set": now | ({"reason": reason} if reason else {}),
                **({} if reason else {"$unset": {"reason": ""}}),
                "$push": {"history": {"$each": [{"status": told, "at": at}], "$slice": -MAX_STEPS}},
            },
            return_document=ReturnDocument.AFTER,
        )
        return None if document is None else self.load(document)
