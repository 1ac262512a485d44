"""StopTransaction: never refused; late, twice, without a tag, of nobody or of somebody else."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.app.charging import (
    ago,
    events_of,
    meter,
    new_tag,
    reasons,
    series_of,
    session_of,
    set_aside,
    start,
    stop,
    value,
    verdict,
)
from tests.live import Api, Charger


@pytest.fixture
def neighbour(new_charge_point: Callable[..., Any], connect: Callable[..., Charger]) -> Charger:
    """Another charge point, which has booted."""
    other = connect(*new_charge_point())
    other.boot()
    return other


def begun(charger: Charger, id_tag: str, **changes: Any) -> int:
    return int(start(charger, id_tag, **{"timestamp": ago(minutes=30), **changes})["transactionId"])


# The plain stop


def test_a_stop_ends_the_session_by_the_meter(charger: Charger, id_tag: str, root: Api) -> None:
    number = begun(charger, id_tag)
    answer = stop(charger, number, idTag=id_tag, reason="Local")
    assert verdict(answer) == "Accepted"
    session = session_of(root, number)
    assert (session["state"], session["energy_wh"], session["energy_source"]) == ("completed", 2500, "meter")
    assert session["stop_reason"] == "Local"
    assert set_aside(root, charger) == []


def test_a_stop_without_a_tag_is_answered_without_a_verdict(charger: Charger, id_tag: str, root: Api) -> None:
    number = begun(charger, id_tag)
    assert stop(charger, number) == {}
    assert session_of(root, number)["state"] == "completed"


def test_a_stop_by_a_tag_blocked_meanwhile_stops_and_is_told_so(charger: Charger, id_tag: str, root: Api) -> None:
    number = begun(charger, id_tag)
    root.patch(f"/api/id_tags/{id_tag}", status="Blocked")
    assert verdict(stop(charger, number, idTag=id_tag)) == "Blocked"
    assert session_of(root, number)["state"] == "completed"


def test_a_stop_that_comes_a_day_late_ends_it_when_it_ended(charger: Charger, id_tag: str, root: Api) -> None:
    number = begun(charger, id_tag, timestamp=ago(days=2))
    ended = ago(days=1)
    stop(charger, number, timestamp=ended)
    assert session_of(root, number)["stopped_at"].removesuffix("Z") == ended.removesuffix("+00:00")


# Twice


def test_the_same_stop_again_is_the_same_stop(charger: Charger, id_tag: str, root: Api) -> None:
    number, at = begun(charger, id_tag), ago()
    stop(charger, number, timestamp=at)
    before = session_of(root, number)
    stop(charger, number, timestamp=at)
    assert session_of(root, number) == before
    assert set_aside(root, charger) == []


def test_another_stop_of_an_ended_transaction_changes_nothing_and_is_set_aside(
    charger: Charger, id_tag: str, root: Api
) -> None:
    number = begun(charger, id_tag)
    stop(charger, number)
    before = session_of(root, number)
    stop(charger, number, meterStop=999_999)
    assert session_of(root, number) == before
    assert reasons(root, charger) == ["already_stopped"]


def test_a_stop_repeated_on_a_new_socket_is_the_same_stop(
    new_charge_point: Callable[..., Any], connect: Callable[..., Charger], id_tag: str, root: Api
) -> None:
    charge_point = new_charge_point()
    old = connect(*charge_point)
    old.boot()
    number, at = begun(old, id_tag), ago()
    old.send([2, "unread", "StopTransaction", {"transactionId": number, "timestamp": at, "meterStop": 3500}])
    new = connect(*charge_point)
    stop(new, number, timestamp=at)
    assert session_of(root, number)["energy_wh"] == 2500
    assert set_aside(root, new) == []


# Of nobody, of everybody


def test_a_stop_of_an_unknown_transaction_is_answered_and_set_aside_once(charger: Charger, root: Api) -> None:
    for _ in range(3):
        stop(charger, 2_000_000_000, timestamp="2026-01-01T00:00:00Z")
    (odd,) = set_aside(root, charger)
    assert (odd["action"], odd["reasons"]) == ("StopTransaction", ["unknown_transaction"])
    assert odd["payload"]["transactionId"] == 2_000_000_000
    assert events_of(root, charger) == []


@pytest.mark.parametrize("transaction_id", [0, -1, -16, 2**63 - 1, 2**70])
def test_an_id_that_means_none_ends_what_runs_there(
    charger: Charger, id_tag: str, root: Api, transaction_id: int
) -> None:
    number = begun(charger, id_tag)
    stop(charger, transaction_id)
    assert (session_of(root, number)["state"], session_of(root, number)["energy_wh"]) == ("completed", 2500)
    assert set_aside(root, charger) == []


def test_an_id_that_means_none_ends_the_transaction_of_the_tag(charger: Charger, root: Api) -> None:
    one, other = new_tag(root), new_tag(root)
    first, second = begun(charger, one), begun(charger, other, connector_id=2)
    stop(charger, 0, idTag=other)
    assert session_of(root, first)["state"] == "charging"
    assert session_of(root, second)["state"] == "completed"


def test_an_id_that_means_none_ends_nothing_when_it_could_be_either(charger: Charger, root: Api) -> None:
    first, second = begun(charger, new_tag(root)), begun(charger, new_tag(root), connector_id=2)
    stop(charger, 0)
    assert [session_of(root, number)["state"] for number in (first, second)] == ["charging", "charging"]
    assert reasons(root, charger) == ["unknown_transaction"]


def test_a_repeated_stop_without_an_id_does_not_end_the_next_transaction(
    charger: Charger, id_tag: str, root: Api
) -> None:
    first, at = begun(charger, id_tag), ago(minutes=5)
    stop(charger, 0, timestamp=at)
    second = begun(charger, id_tag, timestamp=ago(minutes=1))
    stop(charger, 0, timestamp=at)
    assert session_of(root, first)["state"] == "completed"
    assert session_of(root, second)["state"] == "charging"


def test_a_stop_without_an_id_after_a_reset_ends_what_the_free_connector_had_closed(
    charger: Charger, id_tag: str, root: Api
) -> None:
    """The charge point was reset before it learnt the transaction's id."""
    number = begun(charger, id_tag)
    charger.boot()
    charger.status(1, "Available")
    assert session_of(root, number)["reason"] == "connector_available"
    stop(charger, 0, reason="HardReset")
    session = session_of(root, number)
    assert (session["energy_wh"], session["energy_source"], session["stop_reason"]) == (2500, "meter", "HardReset")


def test_nobody_stops_another_charge_points_transaction(
    charger: Charger, neighbour: Charger, id_tag: str, root: Api
) -> None:
    number = begun(charger, id_tag)
    before = session_of(root, number)
    assert stop(neighbour, number) == {}
    assert session_of(root, number) == before
    assert reasons(root, neighbour) == ["foreign_transaction"]
    (event,) = events_of(root, neighbour)
    assert (event["kind"], event["action"]) == ("foreign_transaction", "StopTransaction")
    assert event["transaction_id"] == str(number)


def test_who_tries_all_transactions_fills_one_line_of_events(charger: Charger, neighbour: Charger, root: Api) -> None:
    tag = new_tag(root, concurrent_limit=9)
    numbers = [begun(charger, tag, connector_id=n) for n in range(1, 6)]
    for number in numbers:
        stop(neighbour, number)
    # An hour may begin in between.
    assert 1 <= len(events_of(root, neighbour)) <= 2
    assert len(set_aside(root, neighbour)) == len(numbers)


# Odd


def test_a_stop_before_the_start_ends_it_where_it_began(charger: Charger, id_tag: str, root: Api) -> None:
    number = begun(charger, id_tag)
    stop(charger, number, timestamp=ago(days=1))
    session = session_of(root, number)
    assert session["stopped_at"] == session["started_at"]
    assert session["energy_wh"] == 2500
    assert reasons(root, charger) == ["stop_before_start"]


def test_a_stop_tomorrow_happened_now(charger: Charger, id_tag: str, root: Api) -> None:
    number = begun(charger, id_tag)
    stop(charger, number, timestamp=ago(hours=-20))
    assert session_of(root, number)["stopped_at"] <= ago(minutes=-1)


def test_a_meter_that_ran_backwards_is_not_negative_energy(charger: Charger, id_tag: str, root: Api) -> None:
    number = begun(charger, id_tag, meterStart=97)
    stop(charger, number, meterStop=8)
    session = session_of(root, number)
    assert (session["energy_wh"], session["energy_source"]) == (0, "estimate")
    assert (session["meter_start"], session["meter_stop"]) == (97, 8)
    assert reasons(root, charger) == ["meter_stop_below_start"]


def test_a_meter_that_ran_backwards_leaves_the_samples_their_word(charger: Charger, id_tag: str, root: Api) -> None:
    number = begun(charger, id_tag, meterStart=97)
    meter(charger, number, value("97", ago(minutes=20)), value("1097", ago(minutes=10)))
    stop(charger, number, meterStop=8)
    session = session_of(root, number)
    assert (session["energy_wh"], session["energy_source"]) == (1000, "samples")


def test_minus_one_means_that_the_meter_is_not_known(charger: Charger, id_tag: str, root: Api) -> None:
    number = begun(charger, id_tag)
    meter(charger, number, value("1400", ago(minutes=10)))
    stop(charger, number, meterStop=-1)
    session = session_of(root, number)
    assert (session["energy_wh"], session["energy_source"]) == (400, "samples")
    assert "meter_stop" not in session
    assert reasons(root, charger) == ["meter_stop_unknown"]


def test_a_reading_no_session_can_reach_is_not_billed(charger: Charger, id_tag: str, root: Api) -> None:
    number = begun(charger, id_tag)
    stop(charger, number, meterStop=2**32 - 1)
    assert session_of(root, number)["energy_wh"] == 0


def test_a_strangers_tag_stops_the_charge_point_but_not_unnoticed(charger: Charger, id_tag: str, root: Api) -> None:
    stranger = new_tag(root)
    number = begun(charger, id_tag)
    assert verdict(stop(charger, number, idTag=stranger)) == "Accepted"
    session = session_of(root, number)
    assert (session["state"], session["idTag"]) == ("completed", id_tag)
    assert reasons(root, charger) == ["stop_tag_unrelated"]


def test_the_parents_tag_and_a_siblings_tag_may_stop(charger: Charger, root: Api) -> None:
    parent = new_tag(root)
    one, other = (new_tag(root, parent_id_tag=parent) for _ in range(2))
    for stopper in (parent, other, one.lower()):
        number = begun(charger, one)
        stop(charger, number, idTag=stopper)
        assert session_of(root, number)["state"] == "completed"
    assert set_aside(root, charger) == []


# transactionData


def test_the_samples_in_the_stop_are_kept_and_used(charger: Charger, id_tag: str, root: Api) -> None:
    number = begun(charger, id_tag)
    data = [
        value("1900", ago(minutes=1), context="Transaction.End"),
        value("1100", ago(minutes=29), context="Transaction.Begin"),
    ]
    stop(charger, number, meterStop=-1, transactionData=data)
    session = session_of(root, number)
    assert (session["energy_wh"], session["energy_source"]) == (900, "samples")
    assert [v["energy_wh"] for v in series_of(root, session)] == [1100, 1900]


def test_samples_in_the_stop_that_were_sent_before_are_kept_once(charger: Charger, id_tag: str, root: Api) -> None:
    number, sample = begun(charger, id_tag), value("1500", ago(minutes=10))
    meter(charger, number, sample)
    stop(charger, number, transactionData=[sample])
    assert len(series_of(root, session_of(root, number))) == 1


def test_old_samples_in_the_stop_do_not_undo_newer_ones(charger: Charger, id_tag: str, root: Api) -> None:
    number = begun(charger, id_tag)
    meter(charger, number, value("1900", ago(minutes=5)))
    stop(charger, number, meterStop=-1, transactionData=[value("1100", ago(minutes=25))])
    assert session_of(root, number)["energy_wh"] == 900


def test_a_stop_with_signed_data_is_booked(charger: Charger, id_tag: str, root: Api) -> None:
    number = begun(charger, id_tag)
    blob = {"value": "OCMF|" + "x" * 3000, "format": "SignedData", "context": "Transaction.End"}
    stop(charger, number, transactionData=[{"timestamp": ago(), "sampledValue": [blob]}])
    session = session_of(root, number)
    assert session["energy_wh"] == 2500
    assert series_of(root, session)[0]["sampled"][0]["format"] == "SignedData"
