"""What is known of a charge point's configuration, what an answer adds to it, and how others read it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar

from ocpp.v16.enums import ConfigurationStatus

from app.domain.charge_points import ChargePoint, clip
from app.domain.numbers import integer

MOST_KEYS = 1000
MOST_UNKNOWN_KEYS = 200
MOST_AWAITING_REBOOT = 100
_KEY = 100
_VALUE = 2000
_INT32 = 2**31 - 1


class Keyed(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def at(self) -> datetime: ...


K = TypeVar("K", bound=Keyed)


@dataclass(frozen=True, slots=True)
class Entry:
    """A key as the charge point spells it; `at` is when its value was told.

    `source` is `set` while the value is what the charge point has accepted and nobody has read it since: some accept
    what they then cut off or do not keep.
    """

    key: str
    at: datetime
    value: str | None = None
    readonly: bool | None = None
    source: Literal["read", "set"] = "read"


@dataclass(frozen=True, slots=True)
class UnknownKey:
    """A key that was asked for and that the charge point does not have."""

    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """A value that the charge point has accepted, in force after its next boot."""

    key: str
    value: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a charge point has told of its configuration; keys are alike in any case (CiString50Type).

    `read_at` is when all of it was last read, `firmware_version` the one that all of this was told by.
    """

    charge_point_id: str
    entries: Sequence[Entry] = field(default=())
    unknown: Sequence[UnknownKey] = field(default=())
    awaiting_reboot: Sequence[Change] = field(default=())
    read_at: datetime | None = None
    firmware_version: str | None = None
    version: int = 0

    def entry(self, key: str) -> Entry | None:
        wanted = key.casefold()
        return next((entry for entry in self.entries if entry.key.casefold() == wanted), None)

    def value_of(self, key: str) -> str | None:
        """Return a key's value as text; None when it is not known, which need not mean that there is none."""
        entry = self.entry(key)
        return entry.value if entry else None

    def integer_of(self, key: str, lowest: int = 0, highest: int = _INT32) -> int | None:
        """Return a key's whole number between two bounds; None when it is not known, or is no such number."""
        return integer(self.value_of(key), lowest, highest)

    def boolean_of(self, key: str) -> bool | None:
        """Return whether a key's value is `true`; None when it is not known, or is neither."""
        return {"true": True, "false": False}.get((self.value_of(key) or "").strip().casefold())

    def list_of(self, key: str) -> list[str] | None:
        """Return the parts of a comma-separated value; None when it is not known."""
        value = self.value_of(key)
        return None if value is None else [part.strip() for part in value.split(",") if part.strip()]

    def lacks(self, key: str) -> bool:
        """Tell whether the charge point has said that it does not have a key."""
        wanted = key.casefold()
        return any(unknown.key.casefold() == wanted for unknown in self.unknown)

    def changes_awaiting_reboot(self, booted_at: datetime | None) -> Sequence[Change]:
        """Return the changes that the charge point has accepted since its last boot, and that wait for the next."""
        return tuple(change for change in self.awaiting_reboot if booted_at is None or change.at > booted_at)

    def changes_booted(self, booted_at: datetime | None) -> Sequence[Change]:
        """Return the changes that have had their boot and that nobody has looked at since."""
        waiting = self.changes_awaiting_reboot(booted_at)
        return tuple(change for change in self.awaiting_reboot if change not in waiting)


def with_answer(
    known: Configuration,
    charge_point: ChargePoint,
    request: Mapping[str, Any],
    answer: Mapping[str, Any],
    at: datetime,
) -> Configuration:
    """Add a GetConfiguration's answer; what it does not mention stays, as old as it is.

    What another firmware version has told is dropped. Nothing named in the request means that all was asked for.
    """
    firmware = charge_point.firmware_version
    if known.firmware_version != firmware:
        known = replace(known, entries=(), unknown=(), read_at=None, firmware_version=firmware)
    told = [entry for each in _some(answer.get("configurationKey")) if (entry := _entry(each, at))]
    lacking = [UnknownKey(key, at) for each in _some(answer.get("unknownKey")) if (key := clip(each, _KEY))]
    everything = not request.get("key") and told
    return replace(
        known,
        entries=_merged(_without(known.entries, lacking), told, MOST_KEYS),
        unknown=_merged(_without(known.unknown, told), lacking, MOST_UNKNOWN_KEYS),
        awaiting_reboot=known.changes_awaiting_reboot(charge_point.booted_at),
        read_at=at if everything else known.read_at,
    )


def with_change(known: Configuration, key: str, value: str, status: str | None, at: datetime) -> Configuration:
    """Add a ChangeConfiguration's answer."""
    if status == ConfigurationStatus.accepted:
        before = known.entry(key)
        now = Entry(before.key if before else key, at, value, before.readonly if before else None, "set")
        waiting = _without(known.awaiting_reboot, [now])
        return replace(known, entries=_merged(known.entries, [now], MOST_KEYS), awaiting_reboot=waiting)
    if status == ConfigurationStatus.reboot_required:
        waiting = _merged(known.awaiting_reboot, [Change(key, value, at)], MOST_AWAITING_REBOOT)
        return replace(known, awaiting_reboot=waiting)
    if status == ConfigurationStatus.not_supported and known.entry(key) is None:
        return replace(known, unknown=_merged(known.unknown, [UnknownKey(key, at)], MOST_UNKNOWN_KEYS))
    return known


def _some(items: object) -> list[Any]:
    return items if isinstance(items, list) else []


def _entry(told: Any, at: datetime) -> Entry | None:
    key = clip(told.get("key"), _KEY) if isinstance(told, dict) else None
    if key is None:
        return None
    value, readonly = told.get("value"), told.get("readonly")
    text = str(value).lower() if isinstance(value, bool) else None if value is None else str(value)[:_VALUE]
    return Entry(key, at, text, readonly if isinstance(readonly, bool) else None)


def _merged(known: Iterable[K], newer: Sequence[K], most: int) -> tuple[K, ...]:
    """Return both, a newer one in place of an older; of too many the oldest go."""
    last = {each.key.casefold(): each for each in newer}
    both = [*_without(known, newer), *last.values()]
    kept = sorted(both, key=lambda each: each.at, reverse=True)[:most]
    return tuple(sorted(kept, key=lambda each: each.key.casefold()))


def _without(known: Iterable[K], gone: Iterable[Keyed]) -> tuple[K, ...]:
    keys = {each.key.casefold() for each in gone}
    return tuple(each for each in known if each.key.casefold() not in keys)
