"""Work for many charge points, a few at a time: lanes of several runs take turns on threads of their own."""

import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

from app.storage.commands import CommandRecord

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Run:
    """What one batch has left to do; `lanes` is how many of its commands are under way at most."""

    batch_id: str
    send: Callable[[CommandRecord], None]
    left: deque[CommandRecord]
    lanes: int


class BatchLanes:
    """Threads that no web request waits on: a thousand silent charge points hold up nobody but each other.

    A lane sends one command and lines up again, so that a small batch does not wait for a large one. `over` is told
    the id of a batch once all of it was tried, however that went.
    """

    def __init__(self, threads: int, over: Callable[[str], None]) -> None:
        self._threads = threads
        self._over = over
        self._runs: dict[str, Run] = {}
        self._lock = Lock()
        self._halted = False
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="command-batch")

    def waiting(self) -> int:
        """Return how many commands wait for their turn."""
        with self._lock:
            return sum(len(run.left) for run in self._runs.values())

    def start(self, run: Run) -> None:
        with self._lock:
            run.lanes = min(run.lanes, len(run.left), self._threads)
            self._runs[run.batch_id] = run
        for _ in range(run.lanes):
            self._line_up(run)

    def drop(self, batch_id: str) -> None:
        """Begin nothing more of a batch; what is under way goes on."""
        with self._lock:
            if run := self._runs.get(batch_id):
                run.left.clear()

    def halt(self) -> None:
        """Begin nothing more at all."""
        with self._lock:
            self._halted = True

    def stop(self) -> list[str]:
        """Wait for what is under way; return the batches that were not over."""
        self.halt()
        self._executor.shutdown(wait=True, cancel_futures=True)
        return list(self._runs)

    def _line_up(self, run: Run) -> None:
        with self._lock:
            if self._halted:
                return
            future = self._executor.submit(self._next, run)
        future.add_done_callback(_report)

    def _next(self, run: Run) -> None:
        record = self._take(run)
        try:
            if record is not None:
                run.send(record)
        finally:
            if run.left:
                self._line_up(run)
            else:
                self._leave(run)

    def _take(self, run: Run) -> CommandRecord | None:
        with self._lock:
            return run.left.popleft() if run.left and not self._halted else None

    def _leave(self, run: Run) -> None:
        """Close a lane; the last one closes the batch, unless the process ends, which will do it."""
        with self._lock:
            run.lanes -= 1
            last = run.lanes == 0 and not self._halted
            if last:
                del self._runs[run.batch_id]
        if last:
            self._over(run.batch_id)


def _report(done: Future[None]) -> None:
    if not done.cancelled() and (error := done.exception()) is not None:
        log.error("unexpected_error", exc_info=error)
