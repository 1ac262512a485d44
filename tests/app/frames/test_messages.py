"""Messages looked through without a server: what lies in several seconds."""

import asyncio
import sys
from collections.abc import Callable
from typing import Any

import pytest

from app.config import Settings
from app.frames.keeping import FrameKeeping
from app.frames.messages import Wanted, messages, page_of_messages
from app.storage.database import Storage
from ocpp_server.frames import CALL, Exchange

NOW = 2_100_000_000.5


def keep(storage: Storage, *exchanges: Exchange) -> None:
    async def run(function: Callable[..., Any], *args: Any) -> Any:
        return function(*args)

    keeping = FrameKeeping(storage, Settings(), run)
    for exchange in exchanges:
        keeping.take(exchange)
    asyncio.run(keeping.stop())


def named(message_id: str, at: float, seconds: float, text: bytes = b"[]", answer: bytes = b"[]") -> Exchange:
    return Exchange("CP", "c", True, CALL, message_id, "DataTransfer", "answered", at, text, at + seconds, answer)


def test_what_names_a_transaction_is_found_with_what_belongs_to_it_over_seconds(storage: Storage) -> None:
    keep(
        storage,
        named("asks", NOW, 9, text=b'[2,"asks","A",{"transactionId": 7}]'),
        named("other", NOW + 1, 1, text=b'[2,"other","A",{"transactionId": 77}]'),
        named("answers", NOW + 2, 9, answer=b'[3,"answers",{"transactionId":7}]'),
        *(named(f"between {n}", NOW + n, 0) for n in range(30)),
    )
    found = [one for _second, some in messages(storage, Wanted("CP", transaction_id=7)) for one in some]
    assert [(one.message_id, one.latency) for one in found] == [
        ("answers", 9_000_000),
        ("asks", 9_000_000),
        ("answers", None),
        ("asks", None),
    ]


def test_one_page_looks_through_so_much_and_the_next_goes_on(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[page_of_messages.__module__], "MOST_SECONDS", 3)
    keep(storage, *(named(str(n), NOW + n, 0) for n in range(8)))
    wanted = Wanted("CP", sent=True, transaction_id=0)
    pages, place = 0, None
    while True:
        some, place = page_of_messages(storage, wanted, place, 10)
        assert some == []
        pages += 1
        if place is None:
            break
    assert pages == 3
