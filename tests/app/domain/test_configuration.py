"""What an answer adds to what is known of a configuration, and how values are read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.charge_points import ChargePoint
from app.domain.configuration import (
    MOST_AWAITING_REBOOT,
    MOST_KEYS,
    MOST_UNKNOWN_KEYS,
    Configuration,
    with_answer,
    with_change,
)

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
NOTHING = Configuration("CP", firmware_version="1.0")


def told(*entries: Any, unknown: Any = None) -> dict[str, Any]:
    return {"configurationKey": list(entries), "unknownKey": unknown}


def key(name: str, value: Any, readonly: Any = False) -> dict[str, Any]:
    return {"key": name, "value": value, "readonly": readonly}


def read(known: Configuration, answer: dict[str, Any], *asked: str, firmware: str = "1.0", at: datetime = NOW) -> Any:
    charge_point = ChargePoint("CP", firmware_version=firmware, booted_at=NOW)
    return with_answer(known, charge_point, {"key": list(asked)} if asked else {}, answer, at)


def test_parts_read_one_after_the_other_are_put_together_and_the_newer_wins() -> None:
    known = read(NOTHING, told(key("HeartbeatInterval", "300"), key("NumberOfConnectors", "2", True)))
    known = read(known, told(key("heartbeatinterval", "60"), unknown=["Nonsense"]), "heartbeatinterval", at=LATER)
    assert [(entry.key, entry.value, entry.at) for entry in known.entries] == [
        ("heartbeatinterval", "60", LATER),
        ("NumberOfConnectors", "2", NOW),
    ]
    assert (known.read_at, known.lacks("NONSENSE"), known.lacks("HeartbeatInterval")) == (NOW, True, False)


def test_a_key_that_is_gone_is_unknown_and_one_that_has_come_is_not() -> None:
    known = read(NOTHING, told(key("Old", "1"), unknown=["New"]))
    known = read(known, told(key("new", "2"), unknown=["OLD"]), "new", "OLD", at=LATER)
    assert (known.value_of("Old"), known.value_of("New")) == (None, "2")
    assert (known.lacks("Old"), known.lacks("New")) == (True, False)


def test_what_another_firmware_told_is_dropped() -> None:
    known = read(NOTHING, told(key("A", "1"), unknown=["B"]))
    known = read(known, told(key("C", "3")), "C", firmware="2.0", at=LATER)
    assert ([entry.key for entry in known.entries], known.unknown, known.read_at) == (["C"], (), None)


def test_an_answer_without_any_key_has_not_read_all() -> None:
    assert read(NOTHING, {}).read_at is None
    assert read(NOTHING, told(key("A", "1")), "A").read_at is None


ODD = [
    (key("A", None), (None, False)),
    (key("A", 7, "yes"), ("7", None)),
    (key("A", True, True), ("true", True)),
    ({"key": "A"}, (None, None)),
    (key("A", "x" * 5000), ("x" * 2000, False)),
]


@pytest.mark.parametrize(("entry", "kept"), ODD, ids=range(len(ODD)))
def test_odd_values_are_kept_as_something_that_can_be_shown(entry: Any, kept: Any) -> None:
    (one,) = read(NOTHING, told(entry)).entries
    assert (one.value, one.readonly) == kept


@pytest.mark.parametrize(
    "answer", [{"configurationKey": "A=1"}, told(None, "A", {"value": "1"}, key("", "1")), {"unknownKey": {"a": 1}}]
)
def test_nonsense_teaches_nothing(answer: dict[str, Any]) -> None:
    known = read(NOTHING, answer)
    assert (known.entries, known.unknown) == ((), ())


def test_a_charge_point_that_makes_up_keys_does_not_fill_the_disk() -> None:
    known = read(NOTHING, told(key("Kept", "1")), at=LATER)
    for start in (0, 900):
        keys = [f"Key{n}" for n in range(start, start + 900)]
        known = read(known, told(*(key(name, "1") for name in keys), unknown=[f"No{name}" for name in keys]))
    for n in range(2 * MOST_AWAITING_REBOOT):
        known = with_change(known, f"Key{n}", "1", "RebootRequired", NOW)
    assert (len(known.entries), len(known.unknown)) == (MOST_KEYS, MOST_UNKNOWN_KEYS)
    assert len(known.awaiting_reboot) == MOST_AWAITING_REBOOT
    assert known.value_of("Kept") == "1"


def test_an_accepted_change_is_known_as_set_until_it_is_read_again() -> None:
    known = read(NOTHING, told(key("MeterValueSampleInterval", "60")))
    known = with_change(known, "metervaluesampleinterval", "5", "Accepted", LATER)
    entry = known.entry("MeterValueSampleInterval")
    assert entry is not None
    assert (entry.key, entry.value, entry.readonly, entry.source) == ("MeterValueSampleInterval", "5", False, "set")
    known = read(known, told(key("MeterValueSampleInterval", "10")), "MeterValueSampleInterval", at=LATER)
    entry = known.entry("MeterValueSampleInterval")
    assert entry is not None
    assert (entry.value, entry.source) == ("10", "read")


def test_a_change_that_needs_a_reboot_waits_for_one_and_changes_no_value() -> None:
    known = read(NOTHING, told(key("A", "1")))
    known = with_change(known, "A", "2", "RebootRequired", NOW)
    known = with_change(known, "a", "3", "RebootRequired", NOW)
    assert known.value_of("A") == "1"
    assert [(change.key, change.value) for change in known.changes_awaiting_reboot(None)] == [("a", "3")]
    assert known.changes_awaiting_reboot(NOW - timedelta(seconds=1)) != ()
    assert known.changes_awaiting_reboot(LATER) == ()
    assert known.changes_booted(LATER) == known.changes_awaiting_reboot(None)
    assert with_change(known, "A", "4", "Accepted", LATER).awaiting_reboot == ()


def test_a_change_that_has_had_its_boot_waits_until_the_next_look() -> None:
    before = with_change(NOTHING, "A", "2", "RebootRequired", NOW - timedelta(seconds=1))
    assert read(before, told(key("A", "2")), "A").awaiting_reboot == ()
    after = with_change(NOTHING, "A", "2", "RebootRequired", NOW + timedelta(seconds=1))
    assert read(after, told(key("A", "1")), "A").awaiting_reboot == after.awaiting_reboot


@pytest.mark.parametrize("status", ["Rejected", "NotSupported", None, "Whatever"])
def test_a_refused_change_changes_no_value(status: str | None) -> None:
    known = read(NOTHING, told(key("A", "1")))
    assert with_change(known, "A", "2", status, LATER) == known


def test_a_change_of_a_key_that_is_not_supported_tells_that_the_key_is_not_there() -> None:
    assert with_change(NOTHING, "A", "2", "NotSupported", NOW).lacks("a")


VALUES = [("20", 20), (" 20 ", 20), ("20.0", 20), ("-1", None), ("many", None), ("", None), ("99999999999", None)]


@pytest.mark.parametrize(("text", "number"), VALUES, ids=range(len(VALUES)))
def test_a_limit_is_a_number_or_not_known(text: str, number: int | None) -> None:
    assert read(NOTHING, told(key("SendLocalListMaxLength", text))).integer_of("sendlocallistmaxlength") == number


def test_lists_and_switches_are_read_as_such() -> None:
    known = read(
        NOTHING, told(key("SupportedFeatureProfiles", "Core, Reservation,,"), key("On", "TRUE "), key("X", "?"))
    )
    assert known.list_of("SupportedFeatureProfiles") == ["Core", "Reservation"]
    assert known.list_of("Nothing") is None
    assert [known.boolean_of(name) for name in ("On", "X", "Nothing")] == [True, None, None]


def test_the_same_answer_again_changes_the_time_alone() -> None:
    first = read(NOTHING, told(key("A", "1")))
    again = read(first, told(key("A", "1")), at=LATER)
    assert replace(again, entries=(), read_at=None) == replace(first, entries=(), read_at=None)
    assert [entry.at for entry in again.entries] == [LATER]
