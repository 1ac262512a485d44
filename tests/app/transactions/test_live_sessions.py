"""Sessions follow their meters: at once while they can, at last in any case."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from app.domain.meter_values import Reading
from app.storage.session_progress import Progress
from app.transactions.live_sessions import AT_ONCE, LiveSessions

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
FLOOD = 5 * AT_ONCE


class Written:
    """Takes the place of the database, which may be away."""

    def __init__(self) -> None:
        self.all: list[Progress] = []
        self.away = False
        self.came = asyncio.Event()

    async def write(self, progress: Sequence[Progress]) -> None:
        self.came.set()
        if self.away:
            raise AutoReconnect("away")
        self.all += progress


def said(number: int, transaction_id: int = 1, charge_point_id: str = "CP", **reading: Any) -> Progress:
    return Progress(charge_point_id, transaction_id, Reading(NOW + timedelta(seconds=number), **reading))


async def flood(live: LiveSessions, transaction_id: int = 1) -> None:
    for number in range(FLOOD):
        await live.follow([said(number, transaction_id, energy_wh=float(number))])


def test_what_is_said_now_and_then_is_written_at_once() -> None:
    async def story() -> None:
        written = Written()
        live = LiveSessions(written.write, every_seconds=3600)
        for number in range(AT_ONCE):
            await live.follow([said(number)])
            assert written.all[-1] == said(number)

    asyncio.run(story())


def test_in_a_flood_the_newest_is_written_in_time() -> None:
    async def story() -> None:
        written = Written()
        live = LiveSessions(written.write, every_seconds=0.05)
        await flood(live)
        assert len(written.all) < FLOOD
        async with asyncio.timeout(10):
            while written.all[-1].reading.energy_wh != FLOOD - 1:
                written.came.clear()
                await written.came.wait()

    asyncio.run(story())


def test_a_flood_of_one_transaction_holds_up_no_other() -> None:
    async def story() -> None:
        written = Written()
        live = LiveSessions(written.write, every_seconds=3600)
        await flood(live, transaction_id=1)
        await live.follow([said(0, transaction_id=2)])
        assert written.all[-1] == said(0, transaction_id=2)
        await live.stop()

    asyncio.run(story())


def test_before_something_else_is_booked_a_charge_point_catches_up() -> None:
    async def story() -> None:
        written = Written()
        live = LiveSessions(written.write, every_seconds=3600)
        await flood(live)
        await live.catch_up("another")
        assert len(written.all) == AT_ONCE
        await live.catch_up("CP")
        assert written.all[-1].reading.energy_wh == FLOOD - 1
        await live.stop()
        assert len(written.all) == AT_ONCE + 1

    asyncio.run(story())


def test_nothing_is_behind_after_the_stop() -> None:
    async def story() -> None:
        written = Written()
        live = LiveSessions(written.write, every_seconds=3600)
        await flood(live)
        await live.stop()
        assert written.all[-1].reading.energy_wh == FLOOD - 1

    asyncio.run(story())


def test_one_message_of_many_elements_is_one_update_with_the_newest_of_each() -> None:
    async def story() -> None:
        written = Written()
        live = LiveSessions(written.write)
        await live.follow([said(0, energy_wh=1.0, soc=50.0), said(1, energy_wh=2.0), said(2, power_w=7.0)])
        assert written.all == [
            Progress("CP", 1, Reading(NOW + timedelta(seconds=2), energy_wh=2.0, power_w=7.0, soc=50.0), 1.0)
        ]

    asyncio.run(story())


def test_old_news_that_comes_late_changes_nothing() -> None:
    async def story() -> None:
        written = Written()
        live = LiveSessions(written.write)
        await live.follow([said(2, energy_wh=2.0), said(1, energy_wh=1.0)])
        assert written.all == [said(2, energy_wh=2.0)]

    asyncio.run(story())


def test_who_waits_is_told_that_the_database_is_away() -> None:
    async def story() -> None:
        written = Written()
        written.away = True
        with pytest.raises(AutoReconnect):
            await LiveSessions(written.write).follow([said(0)])

    asyncio.run(story())


def test_what_could_not_be_written_later_is_logged_and_the_next_value_puts_it_right(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story() -> None:
        written = Written()
        live = LiveSessions(written.write, every_seconds=3600)
        await flood(live)
        written.away = True
        await live.stop()
        written.away = False
        await live.follow([said(FLOOD, transaction_id=1)])
        await live.catch_up("CP")
        assert written.all[-1] == said(FLOOD, transaction_id=1)

    asyncio.run(story())
    assert [record.message for record in caplog.records] == ["sessions_not_up_to_date"]
