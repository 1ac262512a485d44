"""Transactions booked by many threads at once, and bookings cut short: what a charger's retry finds and finishes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier
from typing import Any, TypeVar
from unittest.mock import patch

import pytest

from app.domain.charge_points import ChargePoint, Connector
from app.domain.id_tags import IdTag
from app.domain.sessions import Session, State
from app.domain.times import iso
from app.storage.database import Storage
from app.transactions.session_events import expire_due, follow_status
from app.transactions.start import StartTransaction
from app.transactions.stop import StopTransaction

NOW = datetime(2036, 6, 15, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
START = {"connectorId": 1, "idTag": "TAG", "meterStart": 1000, "timestamp": iso(NOW)}
T = TypeVar("T")


class Crash(Exception):
    """The process died here."""


def at_once(works: list[Callable[[], T]]) -> list[T]:
    """Let every work begin at the same moment; return their results in their order."""
    together = Barrier(len(works))

    def one(work: Callable[[], T]) -> T:
        together.wait(10)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


@pytest.fixture
def starts(storage: Storage) -> StartTransaction:
    storage.id_tags.insert(IdTag("TAG", concurrent_limit=2))
    return StartTransaction(storage)


@pytest.fixture
def stops(storage: Storage) -> StopTransaction:
    return StopTransaction(storage)


def start(starts: StartTransaction, charge_point_id: str = "CP", **changes: Any) -> tuple[str, Session]:
    info, session = starts.book(charge_point_id, {**START, **changes}, NOW)
    return info.status.value, session


def stop(stops: StopTransaction, session: Session, **changes: Any) -> Session | None:
    request = {"transactionId": session.transaction_id, "meterStop": 3500, "timestamp": iso(NOW + HOUR), **changes}
    return stops.book("CP", request, NOW + HOUR)[1]


# At once


def test_the_same_start_from_many_threads_is_one_transaction(starts: StartTransaction, storage: Storage) -> None:
    answers = at_once([partial(start, starts)] * 8)
    assert {status for status, _ in answers} == {"Accepted"}
    assert len({session.transaction_id for _, session in answers}) == 1
    assert len(storage.sessions.find({})) == 1


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_of_starts_of_one_tag_on_many_charge_points_as_many_as_the_limit_are_accepted(
    starts: StartTransaction, storage: Storage, limit: int
) -> None:
    storage.id_tags.update("TAG", {"concurrent_limit": limit})
    answers = at_once([partial(start, starts, f"CP{n}") for n in range(8)])
    assert sorted(status for status, _ in answers) == ["Accepted"] * limit + ["ConcurrentTx"] * (8 - limit)


def test_starts_without_a_tag_count_for_the_tag_that_was_asked_for(starts: StartTransaction, storage: Storage) -> None:
    storage.id_tags.update("TAG", {"concurrent_limit": 1})
    for n in range(8):
        storage.sessions.insert(Session(f"r{n}", f"CP{n}", 1, "TAG", State.ACCEPTED, created_at=NOW, requested_at=NOW))
    answers = at_once([partial(start, starts, f"CP{n}", idTag=None if n % 2 else "TAG") for n in range(8)])
    assert sorted(status for status, _ in answers) == ["Accepted"] + ["ConcurrentTx"] * 7


def test_different_starts_on_one_connector_leave_one_running(starts: StartTransaction, storage: Storage) -> None:
    at_once([partial(start, starts, meterStart=n) for n in range(8)])
    running = [s for s in storage.sessions.find({}) if s.state is State.CHARGING]
    assert len(running) == 1
    assert len(storage.sessions.find({})) == 8


def test_of_different_stops_one_is_booked_and_the_others_are_set_aside(
    starts: StartTransaction, stops: StopTransaction, storage: Storage
) -> None:
    _, session = start(starts)
    at_once([partial(stop, stops, session, meterStop=2000 + n) for n in range(8)])
    ended = storage.sessions.get(session.session_id)
    assert ended is not None
    assert ended.state is State.COMPLETED
    aside = storage.quarantine.find({})
    assert [one.reasons for one in aside] == [["already_stopped"]] * 7
    assert not any(f'"meterStop":{ended.meter_stop}' in one.payload for one in aside)


def test_a_request_falls_due_or_becomes_a_transaction_and_never_both(
    starts: StartTransaction, storage: Storage
) -> None:
    for n in range(20):
        waiting = Session(
            f"r{n}", f"CP{n}", 1, "TAG", State.ACCEPTED, created_at=NOW, requested_at=NOW, deadline_at=NOW
        )
        storage.sessions.insert(waiting)
        _, (_, session) = at_once([partial(expire_due, storage, NOW), partial(start, starts, f"CP{n}")])
        request = storage.sessions.get(f"r{n}")
        assert request is not None
        assert session.state is State.CHARGING
        if request.state is State.EXPIRED:
            assert request.transaction_id is None
            assert session.session_id != request.session_id
        else:
            assert (request.state, request.deadline_at) == (State.CHARGING, None)
            assert request.session_id == session.session_id


def test_a_stop_and_a_free_connector_at_once_end_by_the_stop(
    starts: StartTransaction, stops: StopTransaction, storage: Storage
) -> None:
    storage.charge_points.insert(ChargePoint("CP"))
    for n in range(10):
        _, session = start(starts, meterStart=n)
        free = Connector(1, "Available", NOW + HOUR)
        at_once([partial(stop, stops, session), partial(follow_status, storage, "CP", free)])
        ended = storage.sessions.get(session.session_id)
        assert ended is not None
        assert (ended.state, ended.provisional_end, ended.meter_stop) == (State.COMPLETED, False, 3500)


# Cut short


def test_a_crash_before_the_zombie_is_closed_is_made_good_by_the_retry(
    starts: StartTransaction, storage: Storage
) -> None:
    _, zombie = start(starts, timestamp=iso(NOW - HOUR))
    with patch.object(storage.sessions, "close_provisionally", side_effect=Crash), pytest.raises(Crash):
        start(starts)
    status, session = start(starts)
    closed = storage.sessions.get(zombie.session_id)
    assert status == "Accepted"
    assert closed is not None
    assert (closed.state, closed.reason) == (State.COMPLETED, "superseded")
    assert len(storage.sessions.find({"state": "charging"})) == 1
    assert session.state is State.CHARGING


def test_a_crash_before_a_start_is_written_leaves_nothing_but_a_number(
    starts: StartTransaction, storage: Storage
) -> None:
    with patch.object(storage.sessions, "insert", side_effect=Crash), pytest.raises(Crash):
        start(starts)
    assert storage.sessions.find({}) == []
    assert start(starts)[0] == "Accepted"


def test_a_crash_before_the_end_is_written_is_made_good_by_the_retry(
    starts: StartTransaction, stops: StopTransaction, storage: Storage
) -> None:
    _, session = start(starts)
    data = [{"timestamp": iso(NOW), "sampledValue": [{"value": "1500"}]}]
    with patch.object(storage.sessions, "end", side_effect=Crash), pytest.raises(Crash):
        stop(stops, session, meterStop=8, transactionData=data)
    ended = stop(stops, session, meterStop=8, transactionData=data)
    assert ended is not None
    assert (ended.state, ended.meter_stop) == (State.COMPLETED, 8)
    assert len(storage.meter_values.find({})) == 1
    assert [one.reasons for one in storage.quarantine.find({})] == [["meter_stop_below_start"]]


def test_a_crash_before_the_session_follows_its_connector_is_made_good_by_the_next_word(
    starts: StartTransaction, storage: Storage
) -> None:
    storage.charge_points.insert(ChargePoint("CP"))
    _, session = start(starts)
    free = Connector(1, "Available", NOW + HOUR)
    with patch.object(storage.sessions, "close_provisionally", side_effect=Crash), pytest.raises(Crash):
        follow_status(storage, "CP", free)
    assert follow_status(storage, "CP", free) is True
    ended = storage.sessions.get(session.session_id)
    assert ended is not None
    assert (ended.state, ended.provisional_end) == (State.COMPLETED, True)
