"""Named timers on the event loop, so that nothing fires after the charge point is gone."""

import asyncio
from collections.abc import Callable, Hashable


class Timers:
    """Run a function later, at most one per name; `close` forgets them all."""

    def __init__(self) -> None:
        self._handles: dict[Hashable, asyncio.TimerHandle] = {}

    def start(self, name: Hashable, delay: float, act: Callable[[], None]) -> None:
        """Run `act` after `delay` seconds in place of what waited under this name; without delay at once."""
        self.cancel(name)
        if delay <= 0:
            act()
            return

        def fire() -> None:
            del self._handles[name]
            act()

        self._handles[name] = asyncio.get_running_loop().call_later(delay, fire)

    def cancel(self, *names: Hashable) -> None:
        """Forget what waits under these names; a name nothing waits under is no error."""
        for name in names:
            if handle := self._handles.pop(name, None):
                handle.cancel()

    def close(self) -> None:
        """Forget everything."""
        self.cancel(*list(self._handles))
