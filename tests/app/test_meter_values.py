"""MeterValues: always answered, kept once, and attributed to the right transaction or to none."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.app.charging import ago, events_of, meter, new_tag, series_of, session_of, start, stop, value
from tests.live import Api, Charger


@pytest.fixture
def number(charger: Charger, id_tag: str) -> int:
    """A transaction that began half an hour ago at 1,000 Wh on connector 1."""
    return int(start(charger, id_tag, timestamp=ago(minutes=30))["transactionId"])


def energy(root: Api, number: int) -> int:
    return int(session_of(root, number)["energy_wh"])


# Whose they are


def test_values_with_the_transactions_id_are_its_progress(charger: Charger, number: int, root: Api) -> None:
    meter(charger, number, value("1500"))
    session = session_of(root, number)
    assert (session["energy_wh"], session["energy_source"]) == (500, "samples")
    assert len(series_of(root, session)) == 1


def test_values_without_an_id_are_of_what_runs_on_the_connector(charger: Charger, number: int, root: Api) -> None:
    meter(charger, None, value("1500"))
    assert energy(root, number) == 500
    assert len(series_of(root, session_of(root, number))) == 1


@pytest.mark.parametrize("transaction_id", [0, -1, 2**63 - 1])
def test_an_id_that_means_none_is_none(charger: Charger, number: int, root: Api, transaction_id: int) -> None:
    meter(charger, transaction_id, value("1500"))
    assert energy(root, number) == 500


def test_values_without_an_id_are_of_the_transaction_begun_last(charger: Charger, number: int, root: Api) -> None:
    refused = start(charger, "NOBODY", timestamp=ago(minutes=10))["transactionId"]
    meter(charger, None, value("1500", ago(minutes=5)))
    assert (energy(root, number), energy(root, refused)) == (0, 500)
    meter(charger, None, value("1200", ago(minutes=20)))
    assert (energy(root, number), energy(root, refused)) == (200, 500)


def test_values_without_an_id_from_before_the_transaction_are_not_its_progress(
    charger: Charger, number: int, root: Api
) -> None:
    meter(charger, None, value("900", ago(hours=2)))
    assert session_of(root, number)["energy_source"] == "estimate"


def test_values_of_the_other_connector_stay_there(charger: Charger, number: int, root: Api) -> None:
    meter(charger, None, value("1500"), connector_id=2)
    assert energy(root, number) == 0


def test_values_of_the_whole_charge_point_are_of_no_session(charger: Charger, number: int, root: Api) -> None:
    meter(charger, None, value("99000"), connector_id=0)
    assert energy(root, number) == 0


def test_values_sent_as_connector_zero_but_with_the_id_are_the_transactions(
    charger: Charger, number: int, root: Api
) -> None:
    meter(charger, number, value("1500"), connector_id=0)
    session = session_of(root, number)
    assert session["energy_wh"] == 500
    assert len(series_of(root, session)) == 1


def test_values_for_another_charge_points_transaction_change_nothing_there(
    charger: Charger,
    number: int,
    new_charge_point: Callable[..., Any],
    connect: Callable[..., Charger],
    root: Api,
) -> None:
    before = session_of(root, number)
    stranger = connect(*new_charge_point())
    stranger.boot()
    for wh in ("999999", "9999999"):
        meter(stranger, number, value(wh))
    assert session_of(root, number) == before
    assert series_of(root, before) == []
    (event,) = events_of(root, stranger)
    assert (event["kind"], event["action"]) == ("foreign_transaction", "MeterValues")
    assert event["transaction_id"] == str(number)


def test_values_for_a_transaction_nobody_knows_are_answered(charger: Charger, number: int, root: Api) -> None:
    meter(charger, 2_000_000_001, value("1500"))
    assert energy(root, number) == 0
    assert events_of(root, charger) == []


@pytest.mark.parametrize("connector_id", [-5, 99, 1634030126, 2**70])
def test_values_of_a_connector_that_cannot_be_are_answered(
    charger: Charger, number: int, root: Api, connector_id: int
) -> None:
    meter(charger, None, value("1500"), connector_id=connector_id)
    assert energy(root, number) == 0


# When they come


def test_values_out_of_order_are_sorted_and_the_newest_counts(charger: Charger, number: int, root: Api) -> None:
    meter(charger, number, value("1900", ago(minutes=5)))
    meter(charger, number, value("1100", ago(minutes=25)))
    session = session_of(root, number)
    assert session["energy_wh"] == 900
    assert [v["energy_wh"] for v in series_of(root, session)] == [1100, 1900]


def test_two_elements_of_the_same_second_are_both_read(charger: Charger, number: int, root: Api) -> None:
    at = ago()
    meter(
        charger,
        number,
        value("1500", at),
        {"timestamp": at, "sampledValue": [{"value": "7200", "measurand": "Power.Active.Import"}]},
    )
    session = session_of(root, number)
    assert (session["energy_wh"], session["power_w"]) == (500, 7200)


def test_a_repeated_message_is_kept_once(charger: Charger, number: int, root: Api) -> None:
    sample = value("1500", ago(minutes=1))
    for _ in range(3):
        meter(charger, number, sample)
    assert len(series_of(root, session_of(root, number))) == 1


def test_values_after_the_stop_are_kept_and_do_not_reopen_it(charger: Charger, number: int, root: Api) -> None:
    stop(charger, number, meterStop=2000)
    before = session_of(root, number)
    meter(charger, number, value("1999", ago(minutes=1), context="Transaction.End"))
    after = session_of(root, number)
    assert after == before
    assert [v["energy_wh"] for v in series_of(root, after)] == [1999]


@pytest.mark.parametrize(
    "timestamp", ["1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "banana", "0001-01-01T00:00:00Z"]
)
def test_values_by_an_unbelievable_clock_are_of_now(charger: Charger, number: int, root: Api, timestamp: str) -> None:
    meter(charger, number, value("1500", timestamp))
    session = session_of(root, number)
    assert session["energy_wh"] == 500
    assert ago(minutes=1) <= series_of(root, session)[0]["at"] <= ago(minutes=-1)


def test_a_clock_that_was_two_hours_ahead_does_not_freeze_the_session(charger: Charger, number: int, root: Api) -> None:
    meter(charger, number, value("1100", ago(hours=-2)))
    meter(charger, number, value("1500"))
    assert energy(root, number) == 500


# How they are written


@pytest.mark.parametrize(
    ("sample", "drawn"),
    [
        ({"value": "1500"}, 500),
        ({"value": 1500}, 500),
        ({"value": 1500.4}, 500),
        ({"value": "1500", "unit": ""}, 500),
        ({"value": "1.5004", "unit": "kWh"}, 500),
        ({"value": "1.5000200000000001", "unit": "kWh"}, 500),
        ({"value": "1500", "unit": "Hz"}, 0),
        ({"value": "1500", "format": "SignedData"}, 0),
        ({"value": "1500", "measurand": "Vendor.Mood", "context": "Vendor", "location": "Roof"}, 0),
        ({"value": "nan"}, 0),
        ({"value": None}, 0),
        ({"value": ""}, 0),
        ({"value": "-1500"}, 0),
        ({"value": "9" * 300}, 0),
    ],
)
def test_a_sample_is_read_however_it_is_written(
    charger: Charger, number: int, root: Api, sample: dict[str, Any], drawn: int
) -> None:
    meter(charger, number, {"timestamp": ago(), "sampledValue": [sample]})
    session = session_of(root, number)
    assert session["energy_wh"] == drawn
    assert len(series_of(root, session)) == 1


def test_kilowatt_hours_per_phase_are_summed_up(charger: Charger, number: int, root: Api) -> None:
    phases = [{"value": "0.5", "unit": "kWh", "phase": phase} for phase in ("L1", "L2", "L3")]
    meter(charger, number, {"timestamp": ago(), "sampledValue": phases})
    assert energy(root, number) == 500


def test_power_and_state_of_charge_are_shown_while_it_runs(charger: Charger, number: int, root: Api) -> None:
    samples = [
        {"value": "11.04", "measurand": "Power.Active.Import", "unit": "kW"},
        {"value": "62", "measurand": "SoC"},
    ]
    meter(charger, number, {"timestamp": ago(), "sampledValue": samples})
    session = session_of(root, number)
    assert (session["power_w"], session["soc"]) == (11040, 62)


@pytest.mark.parametrize("text", ['"\\ud800"', '"a\\u0000b"', '"\\u202egpj.exe"', '"<script>alert(1)</script>"'])
def test_hostile_text_is_kept_inert(charger: Charger, number: int, root: Api, text: str) -> None:
    frame = (
        f'[2,"hostile","MeterValues",{{"connectorId":1,"transactionId":{number},"meterValue":[{{"timestamp":"{ago()}",'
        f'"sampledValue":[{{"value":{text},"context":{text},"unit":{text},"measurand":{text}}}]}}]}}]'
    )
    charger.send(frame)
    assert charger.receive() == [3, "hostile", {}]
    (kept,) = series_of(root, session_of(root, number))
    assert kept["sampled"][0]["value"] in (json.loads(text), "\ufffd")


def test_sixty_kilobytes_in_one_message_are_kept(charger: Charger, number: int, root: Api) -> None:
    values = [value(str(1000 + n), ago(minutes=20, seconds=-n)) for n in range(400)]
    assert len(json.dumps(values)) > 40_000
    meter(charger, number, *values)
    session = session_of(root, number)
    assert session["energy_wh"] == 399
    assert len(series_of(root, session)) == 400


def test_a_message_without_values_is_answered(charger: Charger, number: int) -> None:
    meter(charger, number)


def test_two_transactions_of_one_tag_keep_their_values_apart(charger: Charger, root: Api) -> None:
    tag = new_tag(root, concurrent_limit=2)
    one = start(charger, tag, connector_id=1)["transactionId"]
    other = start(charger, tag, connector_id=2)["transactionId"]
    meter(charger, one, value("1100"), connector_id=1)
    meter(charger, other, value("1700"), connector_id=2)
    assert (energy(root, one), energy(root, other)) == (100, 700)
