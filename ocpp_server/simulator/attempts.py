"""Transfers that are tried again, as often and as long apart as the Central System says (OCPP 1.6 §6.47, §6.23)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from ocpp_server.simulator.errors import TransferFailed
from ocpp_server.simulator.report import Report

T = TypeVar("T")

# Where the Central System leaves it to the charge point.
ATTEMPTS, INTERVAL = 2, 10

# More are not made, whoever asks for them.
MOST = 100


@dataclass(frozen=True, slots=True)
class Attempts:
    """How many attempts a transfer gets, at least one, and the seconds between them."""

    most: int
    interval: float

    @classmethod
    def read(cls, retries: int | None, retry_interval: int | None) -> "Attempts":
        """Read a command's retries and retryInterval."""
        most = ATTEMPTS if retries is None else min(max(1, retries), MOST)
        return cls(most, INTERVAL if retry_interval is None else max(0, retry_interval))

    async def make(self, transfer: Callable[[], Awaitable[T]], report: Report) -> T:
        """Transfer until it comes off; raises the `TransferFailed` of the last attempt."""
        for attempt in range(1, self.most):
            try:
                return await transfer()
            except TransferFailed as error:
                report(f"attempt {attempt} of {self.most} failed: {error}; again in {self.interval:g} s")
                await asyncio.sleep(self.interval)
        return await transfer()
