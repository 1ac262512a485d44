"""What must follow from a charge point's message once it is answered: jobs that may call the charge point back."""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from enum import StrEnum
from functools import partial
from threading import Lock

from app.errors import ChargeBridgeError
from app.storage.errors import DatabaseError
from ocpp_server.errors import BridgeStopped

log = logging.getLogger(__name__)

THREADS = 4
MOST_WAITING = 10_000


class Occasion(StrEnum):
    """What has happened to a charge point."""

    BOOTED = "booted"
    LOCAL_LIST_DUE = "local_list_due"
    CERTIFICATE_REQUESTED = "certificate_requested"
    CONFIGURATION_CHANGED = "configuration_changed"
    FIRMWARE_DUE = "firmware_due"
    STOP_DUE = "stop_due"


Job = Callable[[str], None]


class FollowUps:
    """Does the jobs of an occasion, in their order, on threads of its own; a job is given the charge point's id.

    A handler must not call its charge point back while answering it, so it tells the occasion as its last act. The same
    occasion of the same charge point waits once, however often it is told. What is waiting when the process ends is
    lost: a job starts from what is stored, and the next boot tells the occasion again.
    """

    def __init__(self) -> None:
        self.jobs: Mapping[Occasion, Sequence[Job]] = {}
        self._waiting: set[tuple[Occasion, str]] = set()
        self._lock = Lock()
        self._stopped = False
        self._executor = ThreadPoolExecutor(THREADS, thread_name_prefix="follow-up")

    def tell(self, occasion: Occasion, charge_point_id: str) -> None:
        """Do the occasion's jobs soon, or never once it has stopped. Any thread may call; it does not wait."""
        with self._lock:
            if (occasion, charge_point_id) in self._waiting:
                return
            if len(self._waiting) >= MOST_WAITING:
                _log("follow_up_dropped", occasion, charge_point_id, reason="too many are waiting")
                return
            if self._stopped:
                return
            self._waiting.add((occasion, charge_point_id))
            future = self._executor.submit(self._do, occasion, charge_point_id)
        future.add_done_callback(partial(_report, occasion, charge_point_id))

    def stop(self) -> None:
        """Finish what is being done, drop what waits; a command under way ends with the bridge."""
        with self._lock:
            self._stopped = True
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _do(self, occasion: Occasion, charge_point_id: str) -> None:
        with self._lock:
            self._waiting.discard((occasion, charge_point_id))
        for job in self.jobs.get(occasion, ()):
            try:
                job(charge_point_id)
            except (ChargeBridgeError, DatabaseError, BridgeStopped) as failure:
                # Offline again, refused, no database: told, and tried again at the next occasion.
                _log("follow_up_failed", occasion, charge_point_id, reason=str(failure))


def _report(occasion: Occasion, charge_point_id: str, done: Future[None]) -> None:
    if done.cancelled():
        _log("follow_up_dropped", occasion, charge_point_id, reason="the server stops")
    elif (error := done.exception()) is not None:
        log.error("unexpected_error", exc_info=error)


def _log(event: str, occasion: Occasion, charge_point_id: str, **fields: str) -> None:
    log.warning(event, extra={"fields": {"charge_point_id": charge_point_id, "occasion": occasion.value, **fields}})
