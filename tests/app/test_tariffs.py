"""Tariffs where two people, or two versions of this program, get in each other's way."""

from datetime import UTC, datetime
from unittest.mock import patch

import pytest

from app.domain.charge_points import ChargePoint
from app.domain.sessions import Session, State
from app.domain.tariffs import Tariff
from app.errors import Conflict
from app.storage.database import Storage
from app.storage.tariffs import Tariffs as StoredTariffs
from app.tariffs import Tariffs

NOW = datetime(2036, 6, 15, 12, 0, tzinfo=UTC)
FACTS = {"name": "Day", "currency": "EUR"}


def test_of_two_that_are_made_the_default_at_once_one_is(storage: Storage) -> None:
    tariffs = Tariffs(storage, lambda: NOW)
    first = tariffs.add({**FACTS, "default": True}, "root")
    # The other one looked for a default before the first one was it.
    with patch.object(StoredTariffs, "retire_default"), pytest.raises(Conflict) as refused:
        tariffs.add({**FACTS, "default": True}, "root")
    assert refused.value.code == "default_tariff_changed"
    assert storage.tariffs.default() == first


def test_a_charge_point_whose_tariff_was_deleted_at_that_moment_has_the_default(storage: Storage) -> None:
    assert storage.tariffs.for_charge_point("gone") is None
    default = Tariffs(storage, lambda: NOW).add({**FACTS, "default": True}, "root")
    assert storage.tariffs.for_charge_point("gone") == default


def test_a_session_keeps_its_tariff_when_another_version_has_written_more_into_it(storage: Storage) -> None:
    frozen = Tariff("t", "Day", "EUR", price_per_kwh=59)
    kept = storage.sessions.insert(Session("s", "CP", 1, "TAG", State.CHARGING, created_at=NOW, tariff=frozen))
    storage.sessions.documents.update_one({"_id": "s"}, {"$set": {"tariff.price_per_lap": 5}})
    assert storage.sessions.get("s") == kept


def test_of_many_charge_points_with_a_tariff_some_are_named(storage: Storage) -> None:
    tariffs = Tariffs(storage, lambda: NOW)
    tariff = tariffs.add(FACTS, "root")
    for number in range(21):
        storage.charge_points.insert(ChargePoint(f"CP{number:02}", tariff_id=tariff.tariff_id))
    with pytest.raises(Conflict, match="CP00, .* and others: give these another one") as refused:
        tariffs.remove(tariff.tariff_id)
    assert len(refused.value.facts["charge_point_ids"]) == 20
