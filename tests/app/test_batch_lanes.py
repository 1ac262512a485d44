"""Lanes: runs take turns on few threads, and nothing that goes wrong in one stops another."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from app.batch_lanes import BatchLanes, Run
from app.storage.commands import CommandRecord
from tests.live import until

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def record(name: str) -> CommandRecord:
    return CommandRecord(name, name, "Reset", "{}", "somebody", NOW)


def run(name: str, send: Callable[[CommandRecord], None], count: int, lanes: int = 1) -> Run:
    return Run(name, send, deque(record(f"{name}{number}") for number in range(count)), lanes)


@pytest.fixture
def over() -> list[str]:
    return []


@pytest.fixture
def lanes(over: list[str]) -> Iterator[BatchLanes]:
    made = BatchLanes(1, over.append)
    yield made
    made.stop()


def test_runs_take_turns_so_that_a_small_one_does_not_wait_for_a_large_one(lanes: BatchLanes, over: list[str]) -> None:
    sent: list[str] = []
    go = threading.Event()

    def send(one: CommandRecord) -> None:
        assert go.wait(10)
        sent.append(one.command_id)

    lanes.start(run("large", send, 4, lanes=3))
    lanes.start(run("small", send, 1))
    assert lanes.waiting() >= 4
    go.set()
    until(lambda: len(over) == 2)
    assert sent == ["large0", "small0", "large1", "large2", "large3"]
    assert (over, lanes.waiting()) == (["small", "large"], 0)


def test_a_mistake_of_ours_is_logged_and_the_rest_is_sent(
    lanes: BatchLanes, over: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    sent: list[str] = []

    def stumble_once(one: CommandRecord) -> None:
        if one.command_id == "a0":
            raise ZeroDivisionError("ours")
        sent.append(one.command_id)

    lanes.start(run("a", stumble_once, 3))
    until(lambda: over == ["a"])
    assert sent == ["a1", "a2"]
    assert [(each.message, each.levelno) for each in caplog.records] == [("unexpected_error", logging.ERROR)]


def test_stop_waits_for_what_is_under_way_and_names_what_was_not_over(lanes: BatchLanes, over: list[str]) -> None:
    begun, go = threading.Event(), threading.Event()
    sent: list[str] = []

    def send(one: CommandRecord) -> None:
        begun.set()
        assert go.wait(10)
        sent.append(one.command_id)

    lanes.start(run("a", send, 3))
    assert begun.wait(10)
    lanes.halt()
    go.set()
    assert lanes.stop() == ["a"]
    assert (sent, over) == (["a0"], [])


def test_what_is_dropped_is_not_sent_and_its_run_is_over(lanes: BatchLanes, over: list[str]) -> None:
    begun, go = threading.Event(), threading.Event()
    sent: list[str] = []

    def send(one: CommandRecord) -> None:
        begun.set()
        assert go.wait(10)
        sent.append(one.command_id)

    lanes.start(run("a", send, 3))
    assert begun.wait(10)
    lanes.drop("a")
    lanes.drop("unknown")
    go.set()
    until(lambda: over == ["a"])
    assert sent == ["a0"]
