"""Ids of transactions, reservations and charging profiles: each handed out once, within 31 bits."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.domain.transactions import MAX_TRANSACTION_ID
from app.storage.database import Storage


def test_the_first_transaction_is_number_one(storage: Storage) -> None:
    assert storage.counters.next_transaction_id() == 1


def test_reservations_are_numbered_by_themselves(storage: Storage) -> None:
    assert storage.counters.next_transaction_id() == 1
    assert [storage.counters.next_reservation_id() for _ in range(2)] == [1, 2]


def test_no_id_is_handed_out_twice_however_many_ask_at_once(storage: Storage) -> None:
    with ThreadPoolExecutor(8) as pool:
        handed_out = list(pool.map(lambda _: storage.counters.next_transaction_id(), range(80)))
    assert sorted(handed_out) == list(range(1, 81))


def test_the_last_id_is_the_largest_that_chargers_can_read(storage: Storage) -> None:
    storage.counters.documents.insert_one({"_id": "transaction_id", "value": MAX_TRANSACTION_ID - 1})
    assert storage.counters.next_transaction_id() == 2**31 - 1
    with pytest.raises(OverflowError):
        storage.counters.next_transaction_id()


def test_charging_profiles_are_numbered_apart_from_transactions(storage: Storage) -> None:
    assert storage.counters.next_transaction_id() == 1
    assert [storage.counters.next_charging_profile_id() for _ in range(2)] == [1, 2]
