"""Frames are kept for so long, and there is an end to how many; reading them takes little at a time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.storage import frames as module
from app.storage.collection import Document
from app.storage.database import Storage
from app.storage.frames import Row, to_batch

NOW = 2_100_000_000
LATER = datetime.fromtimestamp(NOW, UTC) + timedelta(days=3)


def row(at: float, text: bytes = b"[]", **facts: Any) -> Row:
    known = {"message_id": "m", "action": "Heartbeat", "outcome": "answered", "latency": None, "answer": None}
    return Row(int(at * 1e6), False, 2, **{**known, **facts}, text=text, size=len(text), answer_size=None)


def batch(*rows: Row, second: int = NOW) -> Document:
    return to_batch("CP", "connection", second, LATER, rows)


def test_what_came_within_a_second_is_read_in_its_order_whoever_wrote_it(storage: Storage) -> None:
    answered = row(NOW + 0.2, latency=500_000, answer=b"[3]")
    storage.frames.keep([batch(row(NOW + 0.9), answered), batch(row(NOW + 0.5))])
    storage.frames.keep([batch(row(NOW + 1), second=NOW + 1)])
    (_, newest), (second, found) = storage.frames.seconds({})
    assert second == datetime.fromtimestamp(NOW, UTC)
    assert [frame.at - NOW * 10**6 for frame in (*newest, *found)] == [1_000_000, 900_000, 700_000, 500_000, 200_000]
    told = [(frame.sent, frame.message_type, frame.latency, frame.text) for frame in found]
    assert told[1::2] == [(True, 3, 500_000, b"[3]"), (False, 2, None, b"[]")]


def test_reading_goes_on_over_many_documents(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BATCHES_READ", 3)
    storage.frames.keep(batch(row(NOW + n), second=NOW + n) for n in range(10))
    read = [frame.at for _second, frames in storage.frames.seconds({"charge_point_id": "CP"}) for frame in frames]
    assert read == [(NOW + n) * 10**6 for n in range(9, -1, -1)]
    assert list(storage.frames.seconds({"charge_point_id": "CP2"})) == []


def test_a_large_write_is_made_in_pieces(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []

    def batches() -> Iterator[Document]:
        for _n in range(6):
            taken.append(storage.frames.documents.count_documents({}))
            yield batch(row(NOW, text=b"x" * 60))

    monkeypatch.setattr(module, "_BYTES_AT_ONCE", 100)
    storage.frames.keep(batches())
    assert taken == [0, 0, 2, 2, 4, 4]


def test_they_expire(storage: Storage) -> None:
    storage.frames.keep([batch(row(NOW))])
    assert [d["expire_at"] for d in storage.frames.documents.find()] == [LATER]
    indexes = storage.frames.documents.index_information().values()
    assert [i["expireAfterSeconds"] for i in indexes if i["key"] == [("expire_at", 1)]] == [0]


def test_beyond_a_size_the_oldest_go(storage: Storage) -> None:
    storage.frames.keep(batch(row(NOW + n, text=b"x" * 1000), second=NOW + n) for n in range(100))
    size = storage.frames.documents.database.command("collStats", "frames")["size"]
    assert storage.frames.limit_size(size) == 0
    deleted = storage.frames.limit_size(size // 2)
    assert 50 <= deleted <= 60
    assert storage.frames.documents.database.command("collStats", "frames")["size"] <= size // 2
    kept = [frame.at // 10**6 - NOW for _second, frames in storage.frames.seconds({}) for frame in frames]
    assert kept == list(range(99, deleted - 1, -1))
