"""The OCPP messages of a charge point as they were kept, looked through the newest first."""

import re
from collections import deque
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.storage.collection import Document, equal
from app.storage.database import Storage
from app.storage.frames import KeptFrame, place_of
from ocpp_server.frames import CALL, CALL_ERROR, MALFORMED, Outcome

# How many seconds' frames one page looks through at most: where little is found the next page goes on.
MOST_SECONDS = 5_000

Place = tuple[int, str]
Second = tuple[datetime, list[KeptFrame]]
# How far apart a CALL and its answer are looked for.
_ANSWERED_WITHIN = timedelta(seconds=15)
_TEXT = rb'"(?:[^"\\]|\\.)*"\s*,\s*'
_HEAD = re.compile(rb"\s*\[\s*\d\s*,\s*(?:\d+\s*,\s*|" + _TEXT + rb")")
_ACTION = re.compile(_TEXT)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages are looked for; `sent` True means those of this server, `attention` those that went wrong."""

    charge_point_id: str
    action: str | None = None
    sent: bool | None = None
    message_id: str | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    transaction_id: int | None = None
    attention: bool = False


def messages(storage: Storage, wanted: Wanted, after: Place | None = None) -> Iterator[Second]:
    """Give the messages of each second that are wanted, which may be none of them, the newest first."""
    narrowed = _is_wanted(wanted, after)
    seconds = storage.frames.seconds(_where(wanted, after))
    if wanted.transaction_id is not None:
        seconds = _of_transaction(wanted.transaction_id, seconds)
    for second, frames in seconds:
        yield second, [one for one in frames if narrowed(one)]


def page_of_messages(
    storage: Storage, wanted: Wanted, after: Place | None, limit: int
) -> tuple[list[KeptFrame], Place | None]:
    """Return up to `limit` messages, and after which place there may be more."""
    found: list[KeptFrame] = []
    for number, (second, frames) in enumerate(messages(storage, wanted, after), start=1):
        found += frames
        if len(found) > limit:
            return found[:limit], place_of(found[limit - 1])
        if number == MOST_SECONDS:
            return found, (_micros(second), "")
    return found, None


def payload_text(frame: KeptFrame) -> str:
    """Return a message's payload as JSON text, of a CALLERROR its code, description and details as a list.

    Of a frame that breaks OCPP-J, and where nothing can be told apart, it is the whole frame.
    """
    text = frame.text
    head = _HEAD.match(text) if frame.message_type != MALFORMED else None
    if head is not None and frame.message_type == CALL:
        head = _ACTION.match(text, head.end())
    if head is None:
        return text.decode("utf-8", "replace")
    payload = text[head.end() :].strip()
    if not frame.is_cut:
        payload = payload.removesuffix(b"]").rstrip()
    if frame.message_type == CALL_ERROR:
        payload = b"[" + payload + (b"" if frame.is_cut else b"]")
    return payload.decode("utf-8", "replace")


def _where(wanted: Wanted, after: Place | None) -> Document:
    """Return the filter for the batches in which such messages are."""
    where = equal(
        [
            ("charge_point_id", wanted.charge_point_id),
            ("columns.action", wanted.action),
            ("columns.message_id", wanted.message_id),
            ("columns.outcome", wanted.outcome),
        ]
    )
    if wanted.attention:
        where["$and"] = [{"columns.outcome": {"$elemMatch": {"$ne": Outcome.ANSWERED.value}}}]
    bounds: Document = {}
    if wanted.since is not None:
        bounds["$gte"] = wanted.since.replace(microsecond=0)
    # A place without a frame is the beginning of a second that has been looked through.
    beyond = moment_of(after[0] if after[1] else after[0] - 1) if after else None
    ends = [end for end in (wanted.until, beyond) if end is not None]
    if ends:
        bounds["$lte"] = min(ends)
    return {**where, "at": bounds} if bounds else where


def _is_wanted(wanted: Wanted, after: Place | None) -> Callable[[KeptFrame], bool]:
    since = _micros(wanted.since) if wanted.since else None
    until = _micros(wanted.until) if wanted.until else None

    def check(frame: KeptFrame) -> bool:
        return (
            (after is None or place_of(frame) < after)
            and (since is None or frame.at >= since)
            and (until is None or frame.at < until)
            and (wanted.action is None or frame.action == wanted.action)
            and (wanted.sent is None or frame.sent == wanted.sent)
            and (wanted.message_id is None or frame.message_id == wanted.message_id)
            and (wanted.outcome is None or frame.outcome == wanted.outcome)
            and not (wanted.attention and frame.outcome == Outcome.ANSWERED)
        )

    return check


def _of_transaction(transaction_id: int, seconds: Iterator[Second]) -> Iterator[Second]:
    """Leave the messages that name a transaction, and what they answer or are answered with.

    An answer comes before its CALL here, where the newest are first, so some seconds are looked at ahead.
    """
    named = re.compile(rb'"transactionId"\s*:\s*"?%d\b' % transaction_id)
    exchanges: set[tuple[str, str | None]] = set()
    ahead: deque[Second] = deque()
    for second, frames in seconds:
        exchanges.update((one.connection_id, one.message_id) for one in frames if named.search(one.text))
        ahead.append((second, frames))
        while ahead[0][0] - second > _ANSWERED_WITHIN:
            yield _among(exchanges, *ahead.popleft())
    for one in ahead:
        yield _among(exchanges, *one)


def _among(exchanges: Container[tuple[str, str | None]], second: datetime, frames: list[KeptFrame]) -> Second:
    return second, [one for one in frames if (one.connection_id, one.message_id) in exchanges]


def _micros(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


def moment_of(micros: int) -> datetime:
    """Return the instant that is so many µs after the epoch."""
    return datetime.fromtimestamp(micros / 1_000_000, UTC)
