"""Every frame as it went over a wire, told to whoever keeps frames; what goes wrong there ends no connection."""

import logging
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

log = logging.getLogger(__name__)

CALL, CALL_RESULT, CALL_ERROR = 2, 3, 4
MALFORMED = 0


class Outcome(StrEnum):
    """What became of a frame, where no CALLERROR's code says it."""

    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    LATE = "late"
    UNSOLICITED = "unsolicited"
    IGNORED = "ignored"


class Exchange(NamedTuple):
    """A frame as it went over the wire, and the frame that answered it, told when there is or will be none.

    `message_type` is that of `text`, by OCPP-J's number or MALFORMED; an answer alone is one that nobody waited for.
    `sent` tells that `text` is ours. Times are seconds since the epoch. `outcome` is an Outcome or, where a CALLERROR
    answers, its code.
    """

    charge_point_id: str
    connection_id: str
    sent: bool
    message_type: int
    message_id: str | None
    action: str | None
    outcome: str
    at: float
    text: bytes
    answered_at: float | None = None
    answer: bytes | None = None


Observer = Callable[[Exchange], None]


def harmless(observer: Observer | None) -> Observer | None:
    """Return an observer whose errors are logged and go no further: nothing may end a connection for being watched."""
    if observer is None:
        return None
    observe = observer

    def tell(exchange: Exchange) -> None:
        try:
            observe(exchange)
        except Exception:  # noqa: BLE001 — the edge between the engine and who watches it
            fields = {"charge_point_id": exchange.charge_point_id}
            log.error("frame_not_kept", exc_info=True, extra={"fields": fields})

    return tell
