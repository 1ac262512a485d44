"""Every story runs in an event loop of its own and must leave nothing on it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

Play = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture
def play() -> Play:
    """Run a story to its end within 20 s, and fail if it leaves a task behind."""

    async def watched(story: Coroutine[Any, Any, None]) -> None:
        async with asyncio.timeout(20):
            await story
        # The server side of a connection needs a moment of the loop to notice the end; what stays is a leak.
        me, deadline = asyncio.current_task(), asyncio.get_running_loop().time() + 2
        while left := asyncio.all_tasks() - {me}:
            assert asyncio.get_running_loop().time() < deadline, f"left behind: {left}"
            await asyncio.wait(left, timeout=0.1)

    def run(story: Coroutine[Any, Any, None]) -> None:
        asyncio.run(watched(story))

    return run
