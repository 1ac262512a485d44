"""Local authorization lists: what a charge point is to hold, and the messages that bring it there (OCPP 1.6 §5.15)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ocpp.v16.enums import AuthorizationStatus, UpdateType

# What a version of the list can be; 0 and −1 say that there is none (OCPP 1.6 errata §3.52).
MAX_VERSION = 2**31 - 1
EMPTY, NOT_SUPPORTED = 0, -1
# Where the charge point does not say what it takes.
DEFAULT_LENGTH = 10_000
DEFAULT_PER_MESSAGE = 100
# What is believed of one that says it takes more.
MOST_LENGTH = 100_000
# An entry has up to 150 bytes, and many a charge point reads a message into a few dozen kilobytes.
MOST_PER_MESSAGE = 250


class ListState(StrEnum):
    """How a charge point's list stands to what is wanted; of an unmanaged one nothing is wanted."""

    UNMANAGED = "unmanaged"
    PENDING = "pending"
    IN_SYNC = "in_sync"
    NOT_SUPPORTED = "not_supported"
    FAILED = "failed"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """What a charge point is told of a tag; expiry (as OCPP writes it) and parent only of one that may charge."""

    id_tag: str
    status: str
    expiry_date: str | None = None
    parent_id_tag: str | None = None

    @property
    def accepted(self) -> bool:
        return self.status == AuthorizationStatus.accepted


@dataclass(frozen=True, slots=True)
class Limits:
    """How many entries a charge point holds, and takes in one message."""

    length: int = DEFAULT_LENGTH
    per_message: int = DEFAULT_PER_MESSAGE


def limits_from(length: int | None, per_message: int | None) -> Limits:
    """Return the limits a charge point tells, each by itself; what cannot be one counts as not told."""
    return Limits(
        min(length, MOST_LENGTH) if length is not None and length >= 0 else DEFAULT_LENGTH,
        min(per_message, MOST_PER_MESSAGE) if per_message is not None and per_message > 0 else DEFAULT_PER_MESSAGE,
    )


@dataclass(frozen=True, slots=True)
class Held:
    """A list as a charge point is known to hold it. A version never stands for two contents."""

    version: int
    entries: Mapping[str, Entry]


NOTHING_HELD = Held(EMPTY, {})


@dataclass(frozen=True, slots=True)
class Message:
    """One SendLocalList.req; a change without an entry takes its tag off the list."""

    update_type: UpdateType
    version: int
    changes: tuple[tuple[str, Entry | None], ...]

    @property
    def is_full(self) -> bool:
        return self.update_type == UpdateType.full

    def payload(self) -> dict[str, Any]:
        """Return it as OCPP writes it."""
        entries = [{"idTag": id_tag, **({"idTagInfo": _info(e)} if e else {})} for id_tag, e in self.changes]
        return {
            "listVersion": self.version,
            "updateType": self.update_type.value,
            "localAuthorizationList": entries,
        }

    def applied_to(self, held: Held | None) -> Held:
        """Return what a charge point holds that has accepted it."""
        entries = {} if self.is_full or held is None else dict(held.entries)
        for id_tag, entry in self.changes:
            if entry is None:
                entries.pop(id_tag, None)
            else:
                entries[id_tag] = entry
        return Held(self.version, entries)


def _info(entry: Entry) -> dict[str, str]:
    told = {"status": entry.status, "expiryDate": entry.expiry_date, "parentIdTag": entry.parent_id_tag}
    return {name: value for name, value in told.items() if value is not None}


def chosen(judged: Iterable[Entry], named: Collection[str], held: Held | None, length: int) -> list[Entry]:
    """Return what belongs in a list: the tags named for it, whatever their state, and others that may charge.

    A tag on the list that may not charge any more stays there as what it is while there is room, for a list is asked
    before the charge point's cache of earlier verdicts; one merely taken off could live on in that.
    """
    known = held.entries if held is not None else {}
    wanted, refused = [], []
    for entry in judged:
        if entry.accepted or entry.id_tag in named:
            wanted.append(entry)
        elif entry.id_tag in known:
            refused.append(entry)
    return sorted(wanted + refused[: max(0, length - len(wanted))])


def in_words(version: int | None) -> str | None:
    """Return what a version that a charge point tells says of its list (OCPP 1.6 §6.24, errata §3.52)."""
    if version is None:
        return None
    return {NOT_SUPPORTED: "not supported", EMPTY: "empty"}.get(version, "present")


def believed(held: Held | None, reported: int | None) -> Held | None:
    """Return what a charge point holds that reports this version, or None when nobody can know."""
    if reported == EMPTY:
        return NOTHING_HELD
    return held if held is not None and held.version == reported else None


def plan(wanted: Sequence[Entry], held: Held | None, used: int, limits: Limits) -> list[Message]:
    """Return the messages, none when the list is as wanted already.

    `used` is the highest version given out or heard of. A list that is unknown or empty is sent in full, and so is
    one that is to be empty; in more messages than one, the others add to the first.
    """
    changes = [] if held is None else _changes(wanted, held)
    if held is not None and not changes:
        return []
    full = held is None or not held.entries or not wanted or len(changes) > len(wanted)
    if full:
        changes = [(entry.id_tag, entry) for entry in wanted]
    pieces = [changes[i : i + limits.per_message] for i in range(0, len(changes), limits.per_message)] or [[]]
    if used + len(pieces) > MAX_VERSION:
        # The versions begin anew, which only a full list may do: a charge point refuses a change that is not newer.
        return plan(wanted, None, 0, limits)
    first = UpdateType.full if full else UpdateType.differential
    return [
        Message(first if n == 0 else UpdateType.differential, used + 1 + n, tuple(piece))
        for n, piece in enumerate(pieces)
    ]


def _changes(wanted: Sequence[Entry], held: Held) -> list[tuple[str, Entry | None]]:
    """Return who may not charge any more first, then who goes, so that there is room for who is new."""
    new = [entry for entry in wanted if held.entries.get(entry.id_tag) != entry]
    gone = sorted(held.entries.keys() - {entry.id_tag for entry in wanted})
    refused_now = [(e.id_tag, e) for e in new if not e.accepted and e.id_tag in held.entries]
    others = [(e.id_tag, e) for e in new if e.accepted or e.id_tag not in held.entries]
    return [*refused_now, *((id_tag, None) for id_tag in gone), *others]


def next_version(given_out: int, reported: int | None) -> int:
    """Return the version of the next message, which is never 0 and fits into 31 bits."""
    return highest_used(given_out, reported) % MAX_VERSION + 1


def highest_used(given_out: int, reported: int | None) -> int:
    """Return the version that the next one must exceed; one that cannot be a version is not believed."""
    return max(given_out, reported if reported is not None and reported <= MAX_VERSION else 0, 0)
