"""Every story runs in an event loop of its own and must leave nothing on it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from ocpp_server.simulator import VirtualChargePoint
from tests.ocpp_server.simulator.central_system import CentralSystem

Story = Callable[[CentralSystem, VirtualChargePoint], Awaitable[None]]
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


@pytest.fixture
def tell(play: Play) -> Callable[..., None]:
    """Play a story with a Central System and a charge point of two connectors in it."""

    def tell(story: Story, answers: dict[str, Any] | None = None, **options: Any) -> None:
        async def whole() -> None:
            async with (
                CentralSystem(**(answers or {})) as central_system,
                VirtualChargePoint.instant(central_system.url(), **{"connectors": 2} | options) as charge_point,
            ):
                await story(central_system, charge_point)

        play(whole())

    return tell
