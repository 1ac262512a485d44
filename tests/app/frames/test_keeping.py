"""Keeping frames costs nobody anything: it waits for nothing, and there is an end to what waits."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from app.config import Settings
from app.frames import keeping as frame_keeping
from app.frames.keeping import FrameKeeping
from app.storage.database import Storage
from ocpp_server.frames import CALL, Exchange

NOW = 2_100_000_000.25


def exchange(number: int, text: bytes = b'[2,"m","Heartbeat",{}]', **facts: Any) -> Exchange:
    one = Exchange("CP", "c", False, CALL, f"m{number}", "Heartbeat", "answered", NOW, text, NOW + 0.1, b"[3]")
    return one._replace(**facts)


async def run(function: Callable[..., Any], *args: Any) -> Any:
    return function(*args)


@pytest.fixture
def keeping(storage: Storage) -> FrameKeeping:
    return FrameKeeping(storage, Settings(), run)


def kept(storage: Storage) -> list[str | None]:
    return [frame.message_id for _second, frames in storage.frames.seconds({}) for frame in frames if not frame.sent]


def test_what_waits_at_the_end_is_written(keeping: FrameKeeping, storage: Storage) -> None:
    keeping.take(exchange(1))
    asyncio.run(keeping.stop())
    assert kept(storage) == ["m1"]


def test_so_much_at_once_is_written_piece_by_piece_and_before_its_time(
    keeping: FrameKeeping, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame_keeping, "PIECE", 3000)
    monkeypatch.setattr(frame_keeping, "WRITE_SECONDS", 3600)
    pieces: list[int] = []
    all_written = asyncio.Event()

    async def noted(function: Callable[..., Any], *args: Any) -> Any:
        pieces.append(len(args[0]))
        if sum(pieces) == 10:
            all_written.set()
        return function(*args)

    async def flood() -> None:
        keeping.start()
        for number in range(10):
            keeping.take(exchange(number))
        await asyncio.wait_for(all_written.wait(), 10)
        await keeping.stop()

    monkeypatch.setattr(keeping, "_run", noted)
    asyncio.run(flood())
    assert pieces == [6, 4]
    assert len(kept(storage)) == 10


def test_an_answer_of_a_later_second_is_kept_in_that(keeping: FrameKeeping, storage: Storage) -> None:
    keeping.take(exchange(1, answered_at=NOW + 9))
    asyncio.run(keeping.stop())
    seconds = [(second.timestamp(), [f.latency for f in frames]) for second, frames in storage.frames.seconds({})]
    assert seconds == [(NOW + 8.75, [9_000_000]), (NOW - 0.25, [None])]


def test_while_the_database_is_away_the_newest_wait_and_the_rest_is_counted(
    keeping: FrameKeeping, storage: Storage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(frame_keeping, "PIECE", 1000)
    monkeypatch.setattr(frame_keeping, "MOST_WAITING", 3000)
    for number in range(10):
        keeping.take(exchange(number))

    async def fail(_function: Callable[..., Any], *_args: Any) -> None:
        raise AutoReconnect("away")

    monkeypatch.setattr(keeping, "_run", fail)
    with caplog.at_level(logging.WARNING):
        asyncio.run(keeping.stop())
    assert [record.fields for record in caplog.records if record.message == "frames_dropped"] == [{"frames": 5}]  # type: ignore[attr-defined]
    monkeypatch.setattr(keeping, "_run", run)
    keeping.take(exchange(10))
    asyncio.run(keeping.stop())
    assert kept(storage) == ["m10", "m9", "m8", "m7", "m6"]


def test_names_of_any_length_are_bounded(keeping: FrameKeeping, storage: Storage) -> None:
    keeping.take(exchange(1, message_id="x" * 60_000, action="y" * 60_000, text=b"z" * 60_000))
    asyncio.run(keeping.stop())
    (asked,) = (f for _second, frames in storage.frames.seconds({}) for f in frames if not f.sent)
    assert (len(asked.message_id or ""), len(asked.action or ""), len(asked.text), asked.size) == (
        255,
        50,
        8192,
        60_000,
    )


def test_without_frames_nobody_is_told(storage: Storage) -> None:
    assert FrameKeeping(storage, Settings(frames_kept_days=0), run).observer is None
