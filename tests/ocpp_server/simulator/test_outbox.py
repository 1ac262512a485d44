"""The queue of what is still to be said."""

import asyncio

import pytest

from ocpp_server.simulator.outbox import Message, Outbox
from tests.ocpp_server.simulator.conftest import Play


def message(name: str, log: list[str] | None = None, **traits: bool) -> Message:
    def unanswered(error: Exception | None) -> None:
        if log is not None:
            log.append(name)

    return Message(lambda: name, unanswered=unanswered, **traits)


async def next_name(outbox: Outbox) -> str:
    async with asyncio.timeout(1):
        found = await outbox.next()
    outbox.answered(found, None)
    return str(found.build())


def open_outbox(**options: int) -> Outbox:
    outbox = Outbox(**options)
    outbox.connected()
    outbox.opened()
    return outbox


def test_messages_go_in_the_order_they_came(play: Play) -> None:
    async def story() -> None:
        outbox = open_outbox()
        for name in "abc":
            outbox.put(message(name))
        assert [await next_name(outbox) for _ in range(3)] == ["a", "b", "c"]
        assert outbox.idle

    play(story())


def test_before_registration_only_what_may_always_go_goes(play: Play) -> None:
    async def story() -> None:
        outbox = Outbox()
        outbox.connected()
        outbox.put(message("start", keep=True))
        outbox.put(message("boot", always=True))
        assert await next_name(outbox) == "boot"
        assert outbox.idle
        assert len(outbox) == 1
        outbox.opened()
        assert await next_name(outbox) == "start"

    play(story())


def test_a_message_stays_until_it_is_answered(play: Play) -> None:
    async def story() -> None:
        outbox = open_outbox()
        outbox.put(message("start", keep=True))
        first = await outbox.next()
        outbox.disconnected()
        outbox.connected()
        outbox.opened()
        assert await outbox.next() is first

    play(story())


def test_a_lost_connection_drops_what_is_not_kept(play: Play) -> None:
    async def story() -> None:
        log: list[str] = []
        outbox = open_outbox()
        outbox.put(message("status", log))
        outbox.put(message("start", keep=True))
        outbox.disconnected()
        assert log == ["status"]
        assert len(outbox) == 1

    play(story())


def test_without_a_connection_what_is_not_kept_is_unanswered_at_once(play: Play) -> None:
    async def story() -> None:
        log: list[str] = []
        Outbox().put(message("authorize", log))
        assert log == ["authorize"]

    play(story())


def test_a_message_waiting_for_its_retry_holds_back_the_kept_ones_only(play: Play) -> None:
    async def story() -> None:
        outbox = open_outbox()
        for name, keep in [("start", True), ("stop", True), ("status", False)]:
            outbox.put(message(name, keep=keep))
        outbox.postpone(await outbox.next(), TimeoutError(), delay=0.05)
        assert [await next_name(outbox) for _ in range(3)] == ["status", "start", "stop"]

    play(story())


def test_a_full_outbox_forgets_the_oldest_sample_and_never_a_start_or_stop(play: Play) -> None:
    async def story() -> None:
        outbox = open_outbox(capacity=4)
        outbox.put(message("start", keep=True))
        for name in ("sample 1", "sample 2", "sample 3"):
            outbox.put(message(name, keep=True, dispensable=True))
        outbox.put(message("stop", keep=True))
        assert [await next_name(outbox) for _ in range(4)] == ["start", "sample 2", "sample 3", "stop"]

    play(story())


@pytest.mark.parametrize("late", [True, False])
def test_a_reader_wakes_up_when_something_comes(play: Play, late: bool) -> None:
    async def story() -> None:
        outbox = open_outbox()
        if not late:
            outbox.put(message("a"))
        reader = asyncio.create_task(next_name(outbox))
        if late:
            asyncio.get_running_loop().call_soon(outbox.put, message("a"))
        assert await reader == "a"

    play(story())
