"""Delivery of what is in the outbox over one connection, and the second attempts (OCPP 1.6 §3.7.1)."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from ocpp.exceptions import OCPPError, UnknownCallErrorCodeError, ValidationError
from ocpp.v16.enums import ConfigurationKey
from websockets.exceptions import ConnectionClosed

from ocpp_server.simulator.configuration import Configuration
from ocpp_server.simulator.outbox import Message, Outbox
from ocpp_server.simulator.report import Report


class Delivery:
    """Sends one message after the other, each when the one before is answered or given up."""

    def __init__(
        self, configuration: Configuration, outbox: Outbox, report: Report, changed: Callable[[], None]
    ) -> None:
        self._configuration, self._outbox = configuration, outbox
        self._report, self._changed = report, changed

    async def run(self, peer: Any) -> None:
        """Send through the library's charge point until its connection is lost."""
        with contextlib.suppress(ConnectionClosed):
            while not _is_cancelled():
                message = await self._outbox.next()
                request = message.build()
                try:
                    # suppress=False: the library would pass off an error as an answer of None.
                    answer = await peer.call(request, suppress=False)
                except (OCPPError, UnknownCallErrorCodeError, ValidationError, TimeoutError) as error:
                    self._failed(message, type(request).__name__, error)
                else:
                    self._outbox.answered(message, answer)
                self._changed()

    def _failed(self, message: Message, name: str, error: Exception) -> None:
        """Try a transaction message again, as often as configured after an error, for ever without an answer."""
        attempts = self._configuration.number(ConfigurationKey.transaction_message_attempts)
        interval = self._configuration.number(ConfigurationKey.transaction_message_retry_interval)
        unanswered = isinstance(error, TimeoutError)
        what = "was not answered" if unanswered else f"was answered with an error: {error}"
        if message.keep and (unanswered or message.attempts + 1 < attempts):
            delay = interval * min(message.attempts + 1, attempts)
            self._report(f"{name} {what}; again in {delay} s", important=True)
            self._outbox.postpone(message, error, delay)
        else:
            self._report(f"{name} {what}; given up", important=True)
            self._outbox.give_up(message, error)


def _is_cancelled() -> bool:
    """Tell what Python 3.11's `wait_for`, by which the library waits, swallows where an answer comes just then."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
