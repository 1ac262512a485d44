"""Charge points: one atomic step for each word of theirs."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from ocpp.v16.enums import RegistrationStatus

from app.domain.charge_points import ChargePoint, Connector
from app.errors import AlreadyExists
from app.storage.database import Storage

NOW = datetime(2036, 6, 15, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _charge_point(storage: Storage) -> None:
    storage.charge_points.insert(ChargePoint("Cp-One", created_at=NOW))


def connector(number: int, status: str = "Available", at: datetime = NOW) -> Connector:
    return Connector(number, status, at)


def test_an_id_is_the_same_in_any_case(storage: Storage) -> None:
    found = storage.charge_points.get("cP-oNE")
    assert found is not None
    assert found.charge_point_id == "Cp-One"
    with pytest.raises(AlreadyExists):
        storage.charge_points.insert(ChargePoint("CP-ONE"))


def test_simultaneous_first_words_of_all_connectors_are_all_kept(storage: Storage) -> None:
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda n: storage.charge_points.set_status("Cp-One", connector(n)), range(21)))
    found = storage.charge_points.get("Cp-One")
    assert all(kept)
    assert found is not None
    assert len(found.connectors) == 21


def test_the_newest_word_wins_in_whatever_order_they_come(storage: Storage) -> None:
    with ThreadPoolExecutor(8) as pool:
        words = [connector(1, f"S{n}", NOW + timedelta(seconds=n)) for n in range(20)]
        list(pool.map(lambda word: storage.charge_points.set_status("Cp-One", word), words))
    found = storage.charge_points.get("Cp-One")
    assert found is not None
    assert found.connectors["1"].status == "S19"


def test_a_word_of_a_charge_point_that_is_gone_is_dropped(storage: Storage) -> None:
    assert storage.charge_points.set_status("gone", connector(1)) is False
    assert storage.charge_points.booted("gone", {"vendor": "x"}, NOW) is None
    assert storage.charge_points.get("gone") is None


@pytest.mark.parametrize(
    ("registration", "in_service"),
    [
        (RegistrationStatus.accepted, True),
        (RegistrationStatus.pending, False),
        (RegistrationStatus.rejected, False),
    ],
)
def test_only_an_accepted_charge_point_is_in_service_after_its_boot(
    storage: Storage, registration: RegistrationStatus, in_service: bool
) -> None:
    storage.charge_points.update("Cp-One", {"registration": registration})
    booted = storage.charge_points.booted("Cp-One", {"vendor": "Acme", "model": None}, NOW)
    assert booted is not None
    assert (booted.vendor, booted.registration, booted.in_service) == ("Acme", registration, in_service)


def test_last_seen_only_moves_forward(storage: Storage) -> None:
    storage.charge_points.seen({"Cp-One": NOW, "gone": NOW})
    storage.charge_points.seen({"Cp-One": NOW - timedelta(seconds=5)})
    found = storage.charge_points.get("Cp-One")
    assert found is not None
    assert found.last_seen_at == NOW
    assert storage.charge_points.get("gone") is None
