"""What waits for people to look into it is kept once, and there is an end to it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.storage.commands import CommandRecord
from app.storage.database import Storage
from app.storage.records import Quarantined
from app.storage.refusals import Refusal, new_refusal

NOW = datetime(2036, 6, 15, 12, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def refusal(name: str = "CP", address: str = "10.0.0.1", at: datetime = NOW) -> Refusal:
    return new_refusal("refused", name, address, "why", at, status=404)


def odd(number: int, charge_point_id: str = "CP") -> Quarantined:
    return Quarantined(f"{charge_point_id}-{number}", charge_point_id, "StopTransaction", ["odd"], "{}", NOW)


def command(number: int, **facts: Any) -> CommandRecord:
    at = NOW - timedelta(seconds=60 - number)
    given = CommandRecord(f"c{number}", "CP", "RemoteStartTransaction", "{}", "u", at, outcome="timeout")
    return replace(given, **facts)


def test_the_same_refusal_again_is_counted(storage: Storage) -> None:
    storage.refusals.record([refusal(), refusal(at=NOW + HOUR)])
    storage.refusals.record([refusal(at=NOW - HOUR)])
    (one,) = storage.refusals.find({})
    assert (one.count, one.first_at, one.last_at) == (3, NOW - HOUR, NOW + HOUR)


def test_who_knocks_under_a_thousand_names_fills_his_share_only(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.refusals, "most_per_address", 5)
    for n in range(8):
        storage.refusals.record([refusal(f"NAME-{n}")])
    storage.refusals.record([refusal("NAME-0"), refusal("CP", "10.0.0.2")])
    kept = {(one.charge_point_id, one.count) for one in storage.refusals.find({})}
    assert kept == {("NAME-0", 2), ("CP", 1), *((f"NAME-{n}", 1) for n in range(1, 5))}


def test_all_of_them_together_fill_their_share_only(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage.refusals, "most", 3)
    for n in range(5):
        storage.refusals.record([refusal(address=f"10.0.0.{n}")])
    assert len(storage.refusals.find({})) == 3


def test_a_message_is_set_aside_once(storage: Storage) -> None:
    storage.quarantine.keep(odd(1))
    storage.quarantine.keep(odd(1))
    assert storage.quarantine.find({}) == [odd(1)]


def test_of_a_charge_point_that_sends_nothing_but_nonsense_the_newest_are_kept(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.quarantine, "most_per_charge_point", 3)
    storage.quarantine.keep(odd(1, "CP2"))
    for n in range(5):
        storage.quarantine.keep(odd(n))
    kept = {one.quarantine_id for one in storage.quarantine.find({})}
    assert kept == {"CP-2", "CP-3", "CP-4", "CP2-1"}


def test_an_event_that_is_caused_again_and_again_is_recorded_once_an_hour(storage: Storage) -> None:
    storage.events.record_once_an_hour("CP", "guessing", NOW, tag="1")
    storage.events.record_once_an_hour("CP", "guessing", NOW + HOUR / 4, tag="2")
    storage.events.record_once_an_hour("CP", "guessing", NOW + HOUR, tag="3")
    storage.events.record_once_an_hour("CP", "other", NOW)
    storage.events.record_once_an_hour("CP2", "guessing", NOW)
    told = {(e.charge_point_id, e.kind, e.detail.get("tag")) for e in storage.events.find({})}
    assert told == {
        ("CP", "guessing", "1"),
        ("CP", "guessing", "3"),
        ("CP", "other", None),
        ("CP2", "guessing", None),
    }


def test_an_events_words_are_bounded(storage: Storage) -> None:
    storage.events.record("CP", "kind", NOW, said="x" * 10_000)
    assert len(storage.events.find({})[0].detail["said"]) == 500


def test_late_answers_go_to_the_commands_in_the_order_they_were_sent(storage: Storage) -> None:
    for number in (1, 2, 3):
        storage.commands.insert(command(number))
    storage.commands.insert(command(0, outcome="answered", response="{}"))
    storage.commands.insert(command(-3600))
    first = storage.commands.answered_late("CP", "RemoteStartTransaction", "Accepted", "{1}", NOW)
    second = storage.commands.answered_late("CP", "RemoteStartTransaction", "Rejected", "{2}", NOW)
    assert first is not None
    assert second is not None
    assert (first.command_id, second.command_id) == ("c1", "c2")
    kept = storage.commands.get("c2")
    assert kept is not None
    assert (kept.status, kept.response, kept.outcome) == ("Rejected", "{2}", "timeout")


def test_an_answer_to_nothing_that_was_sent_is_of_no_command(storage: Storage) -> None:
    storage.commands.insert(command(1))
    assert storage.commands.answered_late("CP", "Reset", "Accepted", "{}", NOW) is None
    assert storage.commands.answered_late("CP2", "RemoteStartTransaction", "Accepted", "{}", NOW) is None
