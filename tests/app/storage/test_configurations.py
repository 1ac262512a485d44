"""Configurations: no answer is lost to another."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from app.domain.charge_points import ChargePoint
from app.domain.configuration import with_answer
from app.storage.database import Storage

NOW = datetime(2036, 6, 15, 12, 0, tzinfo=UTC)


def test_of_answers_that_come_at_the_same_time_none_is_lost(storage: Storage) -> None:
    charge_point = ChargePoint("Cp-One", firmware_version="1.0")

    def learn(number: int) -> None:
        answer = {"configurationKey": [{"key": f"Key{number}", "readonly": False, "value": str(number)}]}
        storage.configurations.learn("Cp-One", lambda known: with_answer(known, charge_point, {}, answer, NOW))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(learn, range(24)))
    known = storage.configurations.of("CP-ONE")
    assert {entry.key: entry.value for entry in known.entries} == {f"Key{n}": str(n) for n in range(24)}
    assert known.firmware_version == "1.0"


def test_of_a_charge_point_that_told_nothing_nothing_is_known(storage: Storage) -> None:
    known = storage.configurations.of("Nobody")
    assert (known.charge_point_id, known.integer_of("SendLocalListMaxLength")) == ("Nobody", None)
