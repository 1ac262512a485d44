"""Meter values: durable when it is said so, kept once, and found by session and time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import bson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymongo import WriteConcern
from pymongo.errors import BulkWriteError

from app.domain.meter_values import read
from app.domain.sessions import Session, State
from app.domain.times import iso
from app.storage.database import Storage
from app.storage.meter_values import MeterValues, to_record

NOW = datetime(2036, 6, 15, 12, 0, tzinfo=UTC)
SESSION = Session("s", "CP", 1, "TAG", State.COMPLETED, transaction_id=7, started_at=NOW)
HOUR = timedelta(hours=1)
LATER = NOW + 2 * HOUR


def record(wh: int = 1, at: datetime = NOW, transaction_id: int | None = 7, connector_id: int = 1) -> dict[str, Any]:
    reading = read({"timestamp": iso(at), "sampledValue": [{"value": str(wh)}]}, LATER)
    return to_record("CP", connector_id, transaction_id, reading, LATER)


def series(storage: Storage, **changes: Any) -> list[float | None]:
    where = storage.meter_values.of_session(replace(SESSION, **changes), NOW + HOUR)
    found = storage.meter_values.page(where, None, 100)
    return [value.energy_wh for value in found]


def test_a_batch_with_repetitions_keeps_each_once_and_all_the_new_ones(storage: Storage) -> None:
    storage.meter_values.insert_batch([record(1), record(1), record(2)])
    storage.meter_values.insert_batch([record(2), record(3)])
    assert sorted(series(storage), key=lambda wh: wh or 0) == [1, 2, 3]


def test_what_is_not_on_the_majoritys_disks_is_not_said_to_be(storage: Storage) -> None:
    """A write concern that was not met comes as an error without a refused document."""
    two_of_one = storage.sessions.documents.database.with_options(write_concern=WriteConcern(w=2, wtimeout=50))
    with pytest.raises(BulkWriteError):
        MeterValues(two_of_one).insert_batch([record()])


def test_a_series_is_the_transactions_values_and_those_of_nobody_between(storage: Storage) -> None:
    storage.meter_values.insert_batch(
        [
            record(1, NOW),
            record(2, NOW + HOUR / 4, transaction_id=None),
            record(3, NOW + HOUR / 2),
            record(4, NOW + HOUR / 3, transaction_id=8),
            record(5, NOW - HOUR / 60, transaction_id=None),
            record(6, NOW + HOUR / 3, connector_id=2),
        ]
    )
    assert series(storage, stopped_at=NOW + HOUR) == [1, 2, 3]


def test_values_that_come_after_the_end_are_the_transactions_still(storage: Storage) -> None:
    storage.meter_values.insert_batch([record(1, NOW + HOUR), record(2, NOW + HOUR, transaction_id=None)])
    assert series(storage, stopped_at=NOW + HOUR / 2) == [1]


def test_a_session_that_never_began_has_no_series(storage: Storage) -> None:
    storage.meter_values.insert_batch([record()])
    assert series(storage, started_at=None) == []


def test_the_beginning_of_one_charge_points_id_is_not_another_charge_point(storage: Storage) -> None:
    reading = read({"timestamp": iso(NOW), "sampledValue": [{"value": "9"}]}, NOW)
    storage.meter_values.insert_batch([to_record("CP/1", 1, 7, reading, NOW), to_record("CP", 11, 7, reading, NOW)])
    assert series(storage) == []


_ANYTHING = st.one_of(st.none(), st.text(max_size=30), st.floats(), st.integers(), st.booleans())
_SAMPLE = st.dictionaries(st.sampled_from(["value", "measurand", "unit", "phase", "format", "vendor"]), _ANYTHING)


@given(st.lists(_SAMPLE, max_size=4), st.one_of(st.none(), st.integers(1, 2**31 - 1)))
def test_whatever_was_sent_can_be_stored(samples: list[dict[str, Any]], transaction_id: int | None) -> None:
    """One message that cannot be stored would fail every other one of its batch."""
    reading = read({"timestamp": iso(NOW), "sampledValue": samples}, NOW)
    assert bson.encode(to_record("CP", 1, transaction_id, reading, NOW))
