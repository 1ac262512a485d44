"""Work that takes its time beside the conversation, such as a download; it ends with the charge point."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any

from ocpp_server.simulator.report import Report


class Jobs:
    """Runs coroutines in the background, at most one per name; `ended` is called after each."""

    def __init__(self, report: Report, ended: Callable[[], None]) -> None:
        self._named: dict[Hashable, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._report, self._after = report, ended

    def start(self, name: Hashable, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` in place of what runs under this name."""
        if old := self._named.get(name):
            old.cancel()
        task = self._named[name] = asyncio.create_task(work, name=f"{name}")
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def close(self) -> None:
        """Cancel everything and wait for its end; raises what any of it died of."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        for task in list(self._tasks):
            if not task.cancelled():
                task.result()

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or task.exception() is None:
            self._tasks.discard(task)
        else:
            self._report(f"{task.get_name()} broke: {task.exception()!r}", important=True)
        self._after()
