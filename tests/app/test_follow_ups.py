"""Follow-ups: each occasion's jobs, once for as often as it was told, whatever becomes of one of them."""

import logging
import threading
from collections.abc import Iterator

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from app.errors import CommandFailed
from app.follow_ups import MOST_WAITING, THREADS, FollowUps, Job, Occasion
from ocpp_server.errors import BridgeStopped
from tests.live import until


class Gate:
    """A job that waits to be let through."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.open = threading.Event()
        self.done: list[str] = []

    def __call__(self, charge_point_id: str) -> None:
        self.begun.release()
        assert self.open.wait(10)
        self.done.append(charge_point_id)


@pytest.fixture
def follow_ups() -> Iterator[FollowUps]:
    made = FollowUps()
    yield made
    made.stop()


@pytest.fixture
def gate(follow_ups: FollowUps) -> Iterator[Gate]:
    """Every thread is busy with a job that waits at the gate."""
    gate = Gate()
    follow_ups.jobs = {Occasion.CERTIFICATE_REQUESTED: (gate,)}
    for number in range(THREADS):
        follow_ups.tell(Occasion.CERTIFICATE_REQUESTED, f"Busy{number}")
        assert gate.begun.acquire(timeout=10)
    yield gate
    gate.open.set()


def do(follow_ups: FollowUps, *jobs: Job) -> None:
    """Tell one boot with these jobs, and wait until they are done."""
    done = threading.Event()
    follow_ups.jobs = {Occasion.BOOTED: (*jobs, lambda _id: done.set())}
    follow_ups.tell(Occasion.BOOTED, "CP")
    assert done.wait(10)


def test_the_jobs_of_an_occasion_are_done_in_their_order(follow_ups: FollowUps) -> None:
    told: list[str] = []
    do(follow_ups, lambda cp: told.append(f"first {cp}"), lambda cp: told.append(f"second {cp}"))
    assert told == ["first CP", "second CP"]


def test_the_same_occasion_waits_once(follow_ups: FollowUps, gate: Gate) -> None:
    booted: list[str] = []
    all_done = threading.Semaphore(0)
    follow_ups.jobs = {Occasion.BOOTED: (booted.append, lambda _id: all_done.release())}
    for charge_point_id in ("CP1", "CP1", "CP2", "CP1"):
        follow_ups.tell(Occasion.BOOTED, charge_point_id)
    gate.open.set()
    for _ in range(2):
        assert all_done.acquire(timeout=10)
    follow_ups.stop()
    assert sorted(booted) == ["CP1", "CP2"]


def test_an_occasion_told_while_its_jobs_are_done_is_done_again(follow_ups: FollowUps, gate: Gate) -> None:
    follow_ups.tell(Occasion.CERTIFICATE_REQUESTED, "Busy0")
    gate.open.set()
    assert gate.begun.acquire(timeout=10)
    follow_ups.stop()
    assert sorted(gate.done) == ["Busy0", "Busy0", "Busy1", "Busy2", "Busy3"]


FAILURES = [
    CommandFailed("charge_point_offline", "the charge point is not connected", outcome="offline"),
    ServerSelectionTimeoutError("no database"),
    BridgeStopped("the OCPP loop is not running"),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_a_job_that_fails_is_logged_and_does_not_stop_the_next(
    follow_ups: FollowUps, failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_charge_point_id: str) -> None:
        raise failure

    told: list[str] = []
    do(follow_ups, fail, told.append)
    assert told == ["CP"]
    (record,) = caplog.records
    assert (record.message, record.levelno) == ("follow_up_failed", logging.WARNING)
    assert record.__dict__["fields"] == {"charge_point_id": "CP", "occasion": "booted", "reason": str(failure)}


def test_a_mistake_of_ours_is_logged_as_one_and_the_next_occasion_is_served(
    follow_ups: FollowUps, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(_charge_point_id: str) -> None:
        raise ZeroDivisionError("ours")

    done = threading.Event()
    follow_ups.jobs = {Occasion.CERTIFICATE_REQUESTED: (stumble,), Occasion.BOOTED: (lambda _id: done.set(),)}
    for number in range(THREADS):
        follow_ups.tell(Occasion.CERTIFICATE_REQUESTED, f"CP{number}")
    follow_ups.tell(Occasion.BOOTED, "CP")
    assert done.wait(10)
    follow_ups.stop()
    assert [record.message for record in caplog.records] == ["unexpected_error"] * THREADS


def test_stop_finishes_what_is_being_done_and_drops_what_waits(
    follow_ups: FollowUps, gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    follow_ups.tell(Occasion.CERTIFICATE_REQUESTED, "Waiting")
    stopping = threading.Thread(target=follow_ups.stop)
    stopping.start()
    (record,) = until(lambda: list(caplog.records))
    assert record.__dict__["fields"].items() >= {"charge_point_id": "Waiting", "reason": "the server stops"}.items()
    gate.open.set()
    stopping.join(10)
    assert not stopping.is_alive()
    assert sorted(gate.done) == [f"Busy{number}" for number in range(THREADS)]
    follow_ups.tell(Occasion.CERTIFICATE_REQUESTED, "Too late")
    assert len(gate.done) == THREADS


def test_more_than_can_wait_is_dropped_and_logged(
    follow_ups: FollowUps, gate: Gate, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_WAITING >= 1000
    monkeypatch.setattr("app.follow_ups.MOST_WAITING", 2)
    for number in range(4):
        follow_ups.tell(Occasion.BOOTED, f"CP{number}")
    assert [record.__dict__["fields"]["charge_point_id"] for record in caplog.records] == ["CP2", "CP3"]
    assert {record.message for record in caplog.records} == {"follow_up_dropped"}
