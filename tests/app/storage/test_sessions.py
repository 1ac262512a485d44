"""Sessions: what may be there once only, and changes that happen only from the right state."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any

import pytest

from app.domain.meter_values import Reading
from app.domain.session_hints import SUPERSEDED
from app.domain.sessions import OPEN, PENDING, RUNNING, Energy, Session, State, energy
from app.domain.stop_rules import StopAt
from app.errors import AlreadyExists
from app.storage.database import Storage
from app.storage.session_progress import Progress, combined

NOW = datetime(2036, 6, 15, 12, 0, tzinfo=UTC)


def session(number: int = 1, **facts: Any) -> Session:
    given = {"transaction_id": number, "started_at": NOW, "created_at": NOW, "authorization": "Accepted", **facts}
    return replace(Session(f"s{number}", "CP", number, "TAG", State.CHARGING), **given)


def pending(name: str, **facts: Any) -> Session:
    given = {"created_at": NOW, "deadline_at": NOW, **facts}
    return replace(Session(name, "CP", 1, "TAG", State.REQUESTED), **given)


@pytest.mark.parametrize("unique", [{"transaction_id": 1}, {"start_key": "key"}])
def test_a_transaction_is_there_once(storage: Storage, unique: dict[str, Any]) -> None:
    storage.sessions.insert(session(1, **unique))
    with pytest.raises(AlreadyExists) as error:
        storage.sessions.insert(session(2, **unique))
    assert error.value.fields == tuple(unique)


def test_one_request_waits_on_a_connector_at_a_time(storage: Storage) -> None:
    storage.sessions.insert(pending("first"))
    with pytest.raises(AlreadyExists) as error:
        storage.sessions.insert(pending("second", state=State.ACCEPTED))
    assert error.value.fields == ("charge_point_id", "connector_id")
    storage.sessions.insert(pending("elsewhere", connector_id=2))
    storage.sessions.move("first", PENDING, {"state": State.EXPIRED})
    storage.sessions.insert(pending("third"))


def test_a_session_moves_only_from_the_states_named(storage: Storage) -> None:
    storage.sessions.insert(pending("r"))
    assert storage.sessions.move("r", RUNNING, {"state": State.STOPPING}) is None
    moved = storage.sessions.move("r", PENDING, {"state": State.CHARGING})
    assert moved is not None
    assert (moved.state, moved.version) == (State.CHARGING, 1)
    assert storage.sessions.move("r", PENDING, {"state": State.EXPIRED}) is None


def test_a_transaction_is_its_charge_points_alone(storage: Storage) -> None:
    storage.sessions.insert(session())
    assert storage.sessions.by_transaction("CP", 1) == session()
    assert storage.sessions.by_transaction("CP2", 1) is None
    assert storage.sessions.owner_of(1) == "CP"
    assert storage.sessions.owner_of(2) is None


def test_a_transaction_that_was_refused_is_not_counted_as_the_tags(storage: Storage) -> None:
    storage.sessions.insert(session(1))
    storage.sessions.insert(session(2, authorization="ConcurrentTx"))
    storage.sessions.insert(pending("r"))
    assert {s.session_id for s in storage.sessions.of_tag("TAG", OPEN)} == {"s1", "r"}
    assert {s.session_id for s in storage.sessions.of_tag("TAG", RUNNING)} == {"s1"}


def test_a_stop_has_the_last_word_once(storage: Storage) -> None:
    storage.sessions.insert(session())
    closed = storage.sessions.close_provisionally(session(), NOW, SUPERSEDED)
    assert closed is not None
    assert (closed.state, closed.provisional_end, closed.reason) == (State.COMPLETED, True, "superseded")
    assert storage.sessions.closed_without_stop("CP", NOW) == [closed]
    ended = storage.sessions.end("s1", {"meter_stop": 5})
    assert ended is not None
    assert (ended.provisional_end, ended.meter_stop) == (False, 5)
    assert storage.sessions.closed_without_stop("CP", NOW) == []
    assert storage.sessions.end("s1", {"meter_stop": 6}) is None
    assert storage.sessions.close_provisionally(session(), NOW, SUPERSEDED) is None


def test_what_was_closed_long_ago_is_not_looked_for(storage: Storage) -> None:
    storage.sessions.insert(session())
    storage.sessions.close_provisionally(session(), NOW, SUPERSEDED)
    assert storage.sessions.closed_without_stop("CP", NOW + timedelta(seconds=1)) == []


def test_only_requests_fall_due(storage: Storage) -> None:
    storage.sessions.insert(pending("due"))
    storage.sessions.insert(pending("later", connector_id=2, deadline_at=NOW + timedelta(seconds=1)))
    storage.sessions.insert(session(3, deadline_at=NOW))
    assert [s.session_id for s in storage.sessions.due(NOW)] == ["due"]


def test_stop_rules_are_looked_at_when_due_while_their_transaction_runs(storage: Storage) -> None:
    rules = {"stop_at": StopAt(energy_wh=1000, time=NOW), "stop_due_at": NOW}
    storage.sessions.insert(due := session(1, **rules))
    storage.sessions.insert(pending("r", **rules))
    storage.sessions.insert(session(2, state=State.COMPLETED, **rules))
    storage.sessions.insert(session(3, **rules | {"stop_due_at": NOW + timedelta(seconds=1)}))
    storage.sessions.insert(session(4))
    assert storage.sessions.with_stop_due(NOW) == [due]
    assert storage.sessions.with_stop_due(NOW, "CP2") == []


def test_who_comes_second_does_not_see_to_a_stop_again(storage: Storage) -> None:
    storage.sessions.insert(due := session(1, stop_at=StopAt(soc=80), stop_due_at=NOW))
    later = {"stop_due_at": NOW + timedelta(seconds=5)}
    assert storage.sessions.see_to_stop(due, later) is not None
    assert storage.sessions.see_to_stop(due, later) is None


def progress(storage: Storage, minutes: int, number: int = 1, **reading: Any) -> Session | None:
    said = Reading(NOW + timedelta(minutes=minutes), **reading)
    storage.sessions.progress([Progress("CP", number, said)])
    return storage.sessions.get("s1")


def test_progress_keeps_the_first_and_the_last_register(storage: Storage) -> None:
    storage.sessions.insert(session())
    progress(storage, 1, energy_wh=10.0, power_w=7000.0)
    now = progress(storage, 2, energy_wh=20.0, soc=50.0)
    assert now is not None
    assert (now.first_register_wh, now.last_register_wh) == (10, 20)
    assert (now.power_w, now.soc) == (7000, 50)
    assert now.metered_at == NOW + timedelta(minutes=2)


def test_power_adds_up_where_no_register_is_told(storage: Storage) -> None:
    storage.sessions.insert(session())
    progress(storage, 0, power_w=6000.0)
    progress(storage, 30, power_w=6000.0)
    progress(storage, 20, power_w=90_000.0)
    progress(storage, 40, soc=50.0)
    now = progress(storage, 60, power_w=0.0)
    assert now is not None
    assert now.power_wh == pytest.approx(4500)
    assert energy(now) == Energy(4500, "estimate")
    apart = progress(storage, 200, power_w=6000.0)
    assert apart is not None
    assert apart.power_wh == pytest.approx(4500)


def test_power_that_comes_in_a_flood_adds_up_as_if_it_had_come_one_by_one(storage: Storage) -> None:
    storage.sessions.insert(session())
    progress(storage, 0, power_w=6000.0)
    told = [(10, {"power_w": 6000.0}), (20, {"power_w": 0.0}), (25, {"soc": 60.0}), (30, {"power_w": 0.0})]
    flood = [Progress("CP", 1, Reading(NOW + timedelta(minutes=at), **said)) for at, said in told]
    storage.sessions.progress([reduce(combined, flood)])
    now = storage.sessions.get("s1")
    assert now is not None
    assert now.power_wh == pytest.approx(1500)


def test_a_register_comes_before_power(storage: Storage) -> None:
    storage.sessions.insert(session())
    progress(storage, 0, power_w=6000.0)
    progress(storage, 30, power_w=6000.0)
    progress(storage, 40, energy_wh=100.0)
    now = progress(storage, 50, power_w=6000.0)
    assert now is not None
    assert (now.power_wh, now.last_register_wh) == (None, 100)


def test_a_reading_older_than_the_last_changes_nothing(storage: Storage) -> None:
    storage.sessions.insert(session())
    newest = progress(storage, 2, energy_wh=20.0)
    assert progress(storage, 1, energy_wh=99.0) == newest


def test_a_transaction_that_has_ended_makes_no_progress(storage: Storage) -> None:
    storage.sessions.insert(session())
    ended = storage.sessions.end("s1", {})
    assert progress(storage, 1, energy_wh=99.0) == ended


def test_progress_of_somebody_elses_transaction_is_none(storage: Storage) -> None:
    storage.sessions.insert(session())
    storage.sessions.progress([Progress("CP2", 1, Reading(NOW, energy_wh=99.0))])
    assert storage.sessions.get("s1") == session()
