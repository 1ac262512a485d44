"""Frames kept: those of one connection within one second and one write are one document, with a column per field."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from bson import ObjectId
from pymongo import ASCENDING, IndexModel
from pymongo.write_concern import WriteConcern

from app.storage.collection import Collection, Document, Order
from ocpp_server.frames import CALL_ERROR, CALL_RESULT, Outcome

# How much of a frame is kept.
KEPT_BYTES = 8192
_BATCHES_READ = 100
_MOST_DELETED = 20_000
# What one write takes: while it is encoded, no other thread runs.
_BYTES_AT_ONCE = 1024 * 1024


class Row(NamedTuple):
    """A frame and, if it came within the same second, its answer.

    `at` is in µs since the epoch; `latency`, in µs, is the answer's: in a row of its own an answer has it itself. A
    text may be cut; a size is that of the whole frame.
    """

    at: int
    sent: bool
    message_type: int
    message_id: str | None
    action: str | None
    outcome: str
    latency: int | None
    text: bytes
    size: int
    answer: bytes | None
    answer_size: int | None


class KeptFrame(NamedTuple):
    """A frame out of its row; `place` tells apart what was in the same µs. `at` and `latency` are in µs."""

    at: int
    place: str
    connection_id: str
    sent: bool
    message_type: int
    message_id: str | None
    action: str | None
    outcome: str
    latency: int | None
    text: bytes
    size: int

    @property
    def is_cut(self) -> bool:
        """Tell whether only the beginning was kept."""
        return self.size > KEPT_BYTES and len(self.text) >= KEPT_BYTES


@dataclass(frozen=True, slots=True)
class Batch:
    """Frames of one connection within one second; `columns` has one list for each field of a Row."""

    batch_id: str
    charge_point_id: str
    connection_id: str
    at: datetime
    columns: dict[str, list[Any]]

    def frames(self) -> Iterator[KeptFrame]:
        """Give each frame, answers too."""
        for number, row in enumerate(map(Row._make, zip(*(self.columns[name] for name in Row._fields), strict=True))):
            place = f"{self.batch_id}-{number:05d}"
            known = (row.message_id, row.action, row.outcome)
            own = row.latency if row.answer is None else None
            kind = row.message_type
            yield KeptFrame(row.at, place, self.connection_id, row.sent, kind, *known, own, row.text, row.size)
            if row.answer is not None:
                kind = CALL_RESULT if row.outcome == Outcome.ANSWERED else CALL_ERROR
                answer = (row.latency, row.answer, row.answer_size or 0)
                at = row.at + (row.latency or 0)
                yield KeptFrame(at, f"{place}-answer", self.connection_id, not row.sent, kind, *known, *answer)


def to_batch(
    charge_point_id: str, connection_id: str, second: int, expire_at: datetime, rows: Sequence[Any]
) -> Document:
    """Return the document for rows of one connection within one second; rows may be plain tuples."""
    return {
        "_id": str(ObjectId()),
        "charge_point_id": charge_point_id,
        "connection_id": connection_id,
        "at": datetime.fromtimestamp(second, UTC),
        "expire_at": expire_at,
        "columns": dict(zip(Row._fields, zip(*rows, strict=True), strict=True)),
    }


class Frames(Collection[Batch]):
    """Diagnostics, not bookings: nobody waits until a write is on disk."""

    name = "frames"
    key = "batch_id"
    kind = Batch
    order = Order("at", -1)
    indexes = (
        order.index("charge_point_id"),
        IndexModel([("at", ASCENDING)]),
        IndexModel([("expire_at", ASCENDING)], expireAfterSeconds=0),
    )

    def keep(self, batches: Iterable[Document]) -> None:
        """Insert batches, few at a time."""
        documents = self.documents.with_options(write_concern=WriteConcern(w=1))
        for some in _few_at_a_time(batches):
            documents.insert_many(some, ordered=False)

    def seconds(self, where: Document) -> Iterator[tuple[datetime, list[KeptFrame]]]:
        """Give the frames of each second that has some, the newest first, reading on as the caller does."""
        for second, together in groupby(self._batches(where), key=attrgetter("at")):
            found = [frame for batch in together for frame in batch.frames()]
            yield second, sorted(found, key=place_of, reverse=True)

    def _batches(self, where: Document) -> Iterator[Batch]:
        # Page by page, for the database forgets a cursor while a slow reader takes its time.
        after: tuple[Any, Any] | None = None
        while found := self.page(where, after, _BATCHES_READ):
            yield from found
            after = found[-1].at, found[-1].batch_id

    def limit_size(self, most_bytes: int) -> int:
        """Delete the oldest batches if all are larger than this; return how many were deleted."""
        found = self.documents.database.command("collStats", self.name)
        size, count = int(found["size"]), int(found["count"])
        if size <= most_bytes or not count:
            return 0
        too_many = min(_MOST_DELETED, int((size - 0.9 * most_bytes) / (size / count)))
        boundary = self.documents.find({}, {"at": 1}, sort=[("at", ASCENDING)], skip=too_many, limit=1)
        until = next((document["at"] for document in boundary), None)
        where = {} if until is None else {"at": {"$lte": until}}
        return self.documents.delete_many(where).deleted_count


def place_of(frame: KeptFrame) -> tuple[int, str]:
    """Return what a list of frames is sorted by."""
    return frame.at, frame.place


def _few_at_a_time(batches: Iterable[Document]) -> Iterator[Sequence[Document]]:
    some: list[Document] = []
    size = 0
    for batch in batches:
        some.append(batch)
        size += sum(batch["columns"]["size"])
        if size >= _BYTES_AT_ONCE:
            yield some
            some, size = [], 0
    if some:
        yield some
