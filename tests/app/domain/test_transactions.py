"""Transactions, recognised by content and attributed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.sessions import Session, State
from app.domain.times import iso
from app.domain.transactions import (
    matching_request,
    matching_transaction,
    read_start,
    read_stop,
    running_at,
    start_oddities,
    stop_oddities,
)

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
START = {"connectorId": 1, "idTag": "tag", "meterStart": 100, "timestamp": iso(NOW)}
STOP = {"transactionId": 7, "meterStop": 500, "timestamp": iso(NOW)}
HOUR = timedelta(hours=1)


def start(**changes: Any) -> Any:
    return read_start("CP", {**START, **changes}, NOW)


def stop(**changes: Any) -> Any:
    return read_stop("CP", {**STOP, **changes}, NOW)


def session(number: int = 7, **facts: Any) -> Session:
    given_ = {"transaction_id": number, "started_at": NOW - HOUR, "meter_start": 100, **facts}
    return replace(Session(f"s{number}", "CP", 1, "TAG", State.CHARGING), **given_)


def requested(**facts: Any) -> Session:
    return replace(Session("r", "CP", 1, "TAG", State.ACCEPTED, requested_at=NOW), **facts)


def test_a_retry_has_the_key_of_the_first() -> None:
    assert start().key == start(idTag="TAG").key


@pytest.mark.parametrize(
    "changes", [{"connectorId": 2}, {"idTag": "other"}, {"meterStart": 101}, {"timestamp": iso(NOW + HOUR)}]
)
def test_another_start_has_another_key(changes: dict[str, Any]) -> None:
    assert start(**changes).key != start().key


def test_the_same_start_on_another_charge_point_has_another_key() -> None:
    assert read_start("CP2", START, NOW).key != start().key


@pytest.mark.parametrize(
    ("written", "meant"), [(100, 100), ("100", 100), (99.6, 100), (0, 0), (-1, None), (2**70, None), ("x", None)]
)
def test_a_reading_at_the_start_that_is_none_is_unknown_and_not_zero(written: object, meant: int | None) -> None:
    assert start(meterStart=written).meter_start == meant


@pytest.mark.parametrize("connector_id", [0, -5, 1634030126, "x"])
def test_a_start_on_a_connector_that_cannot_be_is_odd(connector_id: object) -> None:
    assert start_oddities(start(connectorId=connector_id)) == ["connector_unknown"]


def test_a_start_without_a_reading_is_odd() -> None:
    assert start_oddities(start(meterStart=-1)) == ["meter_start_unknown"]
    assert start_oddities(start()) == []


def test_a_start_fulfils_the_request_for_its_tag_on_its_connector() -> None:
    assert matching_request(start(), [requested()]) == requested()


def test_a_start_without_a_tag_fulfils_the_connectors_request() -> None:
    assert matching_request(start(idTag=None), [requested()]) == requested()


@pytest.mark.parametrize("facts", [{"connector_id": 2}, {"id_tag": "OTHER"}, {"state": State.CHARGING}])
def test_a_start_leaves_other_requests_alone(facts: dict[str, Any]) -> None:
    assert matching_request(start(), [requested(**facts)]) is None


def test_a_start_queued_from_before_the_request_does_not_fulfil_it() -> None:
    assert matching_request(start(timestamp=iso(NOW - HOUR)), [requested()]) is None


def test_a_start_by_a_clock_that_is_slightly_behind_fulfils_the_request() -> None:
    assert matching_request(start(timestamp=iso(NOW - timedelta(minutes=4))), [requested()]) == requested()


def test_a_start_by_a_clock_in_1970_fulfils_the_request() -> None:
    assert matching_request(start(timestamp="1970-01-01T00:00:12Z"), [requested()]) == requested()


@pytest.mark.parametrize(("written", "meant"), [(500, 500), (-1, None), ("500", 500), (2**70, None)])
def test_an_unknown_reading_at_the_stop_is_unknown(written: object, meant: int | None) -> None:
    assert stop(meterStop=written).meter_stop == meant


def test_a_stop_without_a_usable_id_ends_the_only_running_transaction() -> None:
    assert matching_transaction(stop(transactionId=0), [session()], []) == session()


def test_a_stop_without_a_usable_id_ends_the_one_of_its_tag() -> None:
    mine, other = session(7, id_tag="MINE"), session(8, id_tag="OTHER")
    assert matching_transaction(stop(transactionId=-1, idTag="mine"), [mine, other], []) == mine


def test_a_stop_that_could_be_of_several_ends_none() -> None:
    assert matching_transaction(stop(transactionId=0), [session(7), session(8)], [session(6)]) is None


def test_a_stop_without_a_usable_id_ends_what_was_closed_without_one_when_nothing_runs() -> None:
    later = session(9, started_at=NOW + HOUR)
    assert matching_transaction(stop(transactionId=0), [], [later, session(8), session(7)]) == session(8)
    assert matching_transaction(stop(transactionId=0, idTag="OTHER"), [], [session(8)]) is None


def test_a_value_without_an_id_is_of_the_last_begun_transaction() -> None:
    first, second = session(7), session(8, started_at=NOW - HOUR / 2)
    assert running_at(NOW, [second, first]) == second
    assert running_at(NOW - HOUR * 3 / 4, [second, first]) == first


def test_a_value_from_before_the_transaction_is_of_none() -> None:
    assert running_at(NOW - 2 * HOUR, [session()]) is None


@pytest.mark.parametrize(
    ("changes", "tag_related", "found"),
    [
        ({}, True, []),
        ({"meterStop": -1}, True, ["meter_stop_unknown"]),
        ({"meterStop": 8}, True, ["meter_stop_below_start"]),
        ({"timestamp": iso(NOW - 2 * HOUR)}, True, ["stop_before_start"]),
        ({}, False, ["stop_tag_unrelated"]),
        ({"meterStop": 8, "timestamp": iso(NOW - 2 * HOUR)}, False, None),
    ],
)
def test_what_is_odd_about_a_stop_is_named(changes: dict[str, Any], tag_related: bool, found: list[str] | None) -> None:
    every_one = ["meter_stop_below_start", "stop_before_start", "stop_tag_unrelated"]
    assert stop_oddities(stop(**changes), session(), tag_related=tag_related) == (every_one if found is None else found)


_ANYTHING = st.one_of(st.none(), st.text(max_size=30), st.floats(), st.integers(), st.booleans(), st.lists(st.none()))


@given(st.fixed_dictionaries(dict.fromkeys(START, _ANYTHING)), st.fixed_dictionaries(dict.fromkeys(STOP, _ANYTHING)))
def test_reading_a_transaction_message_never_raises(one: dict[str, Any], other: dict[str, Any]) -> None:
    started, stopped = read_start("CP", one, NOW), read_stop("CP", other, NOW)
    assert 0 <= started.connector_id <= 100
    assert started.meter_start is None or started.meter_start >= 0
    assert stopped.meter_stop is None or stopped.meter_stop >= 0
