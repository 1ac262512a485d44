"""The ring of events: numbered, bounded, and honest about what it does not have any more."""

import orjson
import pytest

from ocpp_server.backlog import Backlog


@pytest.fixture
def backlog() -> Backlog:
    backlog = Backlog(most=3)
    for number in range(1, 6):
        shared = b'{"n":%d}' % number
        backlog.append({"a": shared, "b": shared} if number != 4 else {"b": b'{"only":"b"}'})
    return backlog


def test_events_are_numbered_and_the_oldest_make_room(backlog: Backlog) -> None:
    assert backlog.last == 5
    assert [orjson.loads(frame)["n"] for frame in backlog.frames(2, 5, {"a"})] == [3, 5]
    assert orjson.loads(backlog.event(5)["a"]) == {"id": backlog.id_of(5), "n": 5}


def test_what_all_see_alike_is_kept_once(backlog: Backlog) -> None:
    assert backlog.event(5)["a"] is backlog.event(5)["b"]


@pytest.mark.parametrize("number", [2, 3, 5])
def test_one_goes_on_after_an_event_if_all_that_followed_is_here(backlog: Backlog, number: int) -> None:
    assert backlog.number_of(backlog.id_of(number)) == number


@pytest.mark.parametrize("event_id", ["", "1", "x-1", "{}-1", "{}-0", "{}-6", "{}--1", "{}-3 ", "00000000-3"])
def test_one_does_not_go_on_after_anything_else(backlog: Backlog, event_id: str) -> None:
    assert backlog.number_of(event_id.format(backlog.epoch)) is None


def test_after_something_was_missed_nobody_goes_on_from_before(backlog: Backlog) -> None:
    before = backlog.id_of(5)
    backlog.forget()
    assert backlog.number_of(before) is None
    assert backlog.number_of(backlog.id_of(backlog.last)) == backlog.last
