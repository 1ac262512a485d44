"""StartTransaction: always answered with an id, booked once, whatever is thought of the tag."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.app.charging import (
    ago,
    meter,
    new_tag,
    reasons,
    series_of,
    session_of,
    sessions_on,
    set_aside,
    start,
    stop,
    value,
    verdict,
)
from tests.live import Api, Charger


def request_start(driver: Api, charger: Charger, connector_id: int = 1, **fields: Any) -> str:
    """Press start in the app while the charge point answers; return the session's id."""
    with ThreadPoolExecutor(1) as pool:
        served = pool.submit(charger.serve)
        body = {"evse_id": charger.charge_point_id, "connector_id": connector_id, **fields}
        answer = driver.post("/api/start_charging", body)
        served.result()
    assert answer.status_code == 200, answer.text
    return str(answer.json()["session_id"])


def booted(connect: Callable[..., Charger], charge_point: tuple[str, str | None]) -> Charger:
    charger = connect(*charge_point)
    charger.boot()
    return charger


# A retry


def test_a_retry_with_another_message_id_gets_the_first_answer(charger: Charger, id_tag: str, root: Api) -> None:
    at = ago()
    first = start(charger, id_tag, timestamp=at)
    assert verdict(first) == "Accepted"
    assert start(charger, id_tag, timestamp=at) == first
    assert len(sessions_on(root, charger)) == 1


def test_a_retry_with_the_same_message_id_gets_the_first_answer(charger: Charger, id_tag: str, root: Api) -> None:
    payload = {"connectorId": 1, "idTag": id_tag, "meterStart": 0, "timestamp": ago()}
    first = charger.call("StartTransaction", payload, message_id="1")
    assert charger.call("StartTransaction", payload, message_id="1") == first
    assert len(sessions_on(root, charger)) == 1


def test_an_old_message_id_with_another_content_is_another_message(charger: Charger, root: Api) -> None:
    tag = new_tag(root, concurrent_limit=2)
    payload = {"connectorId": 1, "idTag": tag, "meterStart": 0, "timestamp": ago()}
    first = charger.call("StartTransaction", payload, message_id="1")
    second = charger.call("StartTransaction", {**payload, "connectorId": 2}, message_id="1")
    assert first["transactionId"] != second["transactionId"]
    assert len(sessions_on(root, charger)) == 2


def test_a_retry_on_a_new_socket_gets_the_first_answer(
    new_charge_point: Callable[..., Any], connect: Callable[..., Charger], id_tag: str, root: Api
) -> None:
    charge_point = new_charge_point()
    before, at = booted(connect, charge_point), ago()
    first = start(before, id_tag, timestamp=at)
    before.socket.socket.close()  # the network is gone, nobody says goodbye
    again = connect(*charge_point)
    assert start(again, id_tag, timestamp=at) == first
    assert len(sessions_on(root, again)) == 1


def test_an_answer_nobody_read_is_given_again(
    new_charge_point: Callable[..., Any], connect: Callable[..., Charger], id_tag: str, root: Api
) -> None:
    charge_point = new_charge_point()
    before, at = booted(connect, charge_point), ago()
    payload = {"connectorId": 1, "idTag": id_tag, "meterStart": 1000, "timestamp": at}
    before.send([2, "unread", "StartTransaction", payload])
    before.close()
    again = connect(*charge_point)
    answer = start(again, id_tag, timestamp=at)
    assert [s["transaction_id"] for s in sessions_on(root, again)] == [answer["transactionId"]]


def test_a_retry_in_parallel_on_two_sockets_is_booked_once(
    new_charge_point: Callable[..., Any], connect: Callable[..., Charger], id_tag: str, root: Api
) -> None:
    charge_point = new_charge_point()
    old = booted(connect, charge_point)
    payload = {"connectorId": 1, "idTag": id_tag, "meterStart": 0, "timestamp": ago()}
    for message_id in ("a", "b", "c"):
        old.send([2, message_id, "StartTransaction", payload])
    new = connect(*charge_point)
    answer = new.call("StartTransaction", payload)
    assert verdict(answer) == "Accepted"
    assert [s["transaction_id"] for s in sessions_on(root, new)] == [answer["transactionId"]]


def test_a_retry_is_never_concurrent_with_itself(charger: Charger, root: Api) -> None:
    tag, at = new_tag(root, concurrent_limit=1), ago()
    assert verdict(start(charger, tag, timestamp=at)) == "Accepted"
    assert verdict(start(charger, tag, timestamp=at)) == "Accepted"


def test_a_retry_after_the_tag_was_blocked_gets_the_first_answer(charger: Charger, root: Api) -> None:
    tag, at = new_tag(root), ago()
    first = start(charger, tag, timestamp=at)
    root.patch(f"/api/id_tags/{tag}", status="Blocked")
    assert start(charger, tag, timestamp=at) == first


def test_a_clock_that_begins_at_1970_with_every_boot_does_not_hide_a_new_transaction(
    charger: Charger, id_tag: str, root: Api
) -> None:
    first = start(charger, id_tag, timestamp="1970-01-01T00:00:35Z")
    stop(charger, first["transactionId"], timestamp="1970-01-01T00:10:00Z")
    second = start(charger, id_tag, timestamp="1970-01-01T00:00:35Z")
    assert first["transactionId"] != second["transactionId"]
    assert len(sessions_on(root, charger)) == 2


# What is refused is recorded all the same


def test_an_unknown_tag_is_recorded_with_an_id(charger: Charger, root: Api) -> None:
    answer = start(charger, "NOBODY")
    assert verdict(answer) == "Invalid"
    session = session_of(root, answer["transactionId"])
    assert (session["state"], session["idTag"]) == ("charging", "NOBODY")
    assert session["reason"] == "the tag is not known here"


def test_a_refused_start_ends_nothing_that_runs(charger: Charger, id_tag: str, root: Api) -> None:
    running = start(charger, id_tag)
    refused = start(charger, "NOBODY")
    assert verdict(refused) == "Invalid"
    assert session_of(root, running["transactionId"])["state"] == "charging"


def test_an_accepted_start_closes_the_zombie_on_its_connector_and_no_other(charger: Charger, root: Api) -> None:
    tag = new_tag(root, concurrent_limit=5)
    zombie, neighbour = start(charger, tag), start(charger, tag, connector_id=2)
    start(charger, tag)
    closed = session_of(root, zombie["transactionId"])
    assert (closed["state"], closed["reason"]) == ("completed", "superseded")
    assert session_of(root, neighbour["transactionId"])["state"] == "charging"


def test_a_late_stop_of_a_superseded_transaction_has_the_last_word(charger: Charger, id_tag: str, root: Api) -> None:
    zombie = start(charger, id_tag)
    start(charger, id_tag, meterStart=1200)
    stop(charger, zombie["transactionId"], meterStop=1200, reason="PowerLoss")
    closed = session_of(root, zombie["transactionId"])
    assert (closed["energy_wh"], closed["energy_source"], closed["stop_reason"]) == (200, "meter", "PowerLoss")
    assert (closed["reason_code"], closed["reason"]) == ("power_loss", "the charge point lost its power")
    assert set_aside(root, charger) == []


def test_a_start_queued_from_before_the_running_one_does_not_end_it(charger: Charger, id_tag: str, root: Api) -> None:
    running = start(charger, id_tag)
    start(charger, id_tag, timestamp=ago(hours=5))
    assert session_of(root, running["transactionId"])["state"] == "charging"


# Offline, and by clocks that are wrong


def test_a_transaction_held_offline_keeps_the_chargers_times(charger: Charger, id_tag: str, root: Api) -> None:
    begun, ended = ago(days=7), ago(days=6)
    answer = start(charger, id_tag, timestamp=begun)
    stop(charger, answer["transactionId"], timestamp=ended, reason="Local")
    session = session_of(root, answer["transactionId"])
    assert (session["state"], session["energy_wh"]) == ("completed", 2500)
    assert session["started_at"].removesuffix("Z") == begun.removesuffix("+00:00")
    assert session["stopped_at"].removesuffix("Z") == ended.removesuffix("+00:00")


def test_a_start_queued_from_yesterday_does_not_fulfil_a_fresh_request(
    charger: Charger, driver: Api, root: Api
) -> None:
    session_id = request_start(driver, charger)
    queued = start(charger, driver.id_tag, timestamp=ago(days=1))
    assert driver.get(f"/api/sessions/{session_id}").json()["state"] == "waiting_for_vehicle"
    stop(charger, queued["transactionId"], timestamp=ago(hours=23))
    fresh = start(charger, driver.id_tag)
    assert driver.get(f"/api/sessions/{session_id}").json()["transaction_id"] == fresh["transactionId"]


@pytest.mark.parametrize(
    "timestamp",
    [
        *("1970-01-01T00:00:35Z", "2099-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "222222017-10-27T19:10:11.000Z"),
        *("banana", "2022-02-29T10:00:00Z", "2024-06-15T12:00:00+99:99", ""),
    ],
)
def test_a_start_by_an_unbelievable_clock_happens_now(charger: Charger, id_tag: str, root: Api, timestamp: str) -> None:
    before = ago()
    answer = start(charger, id_tag, timestamp=timestamp)
    assert verdict(answer) == "Accepted"
    assert before[:19] <= session_of(root, answer["transactionId"])["started_at"][:19] <= ago()[:19]


@pytest.mark.parametrize(
    ("timestamp", "begun"),
    [
        ("2025-06-30T12:00:00", "2025-06-30T12:00:00.000Z"),
        ("2025-07-01T02:00:00+14:00", "2025-06-30T12:00:00.000Z"),
        ("2025-06-30T12:00:00.123456Z", "2025-06-30T12:00:00.123Z"),
        ("2025-06-30T23:59:60Z", "2025-07-01T00:00:00.000Z"),
    ],
)
def test_a_start_with_an_unusual_but_clear_time_happened_then(
    charger: Charger, id_tag: str, root: Api, timestamp: str, begun: str
) -> None:
    answer = start(charger, id_tag, timestamp=timestamp)
    assert session_of(root, answer["transactionId"])["started_at"] == begun


def test_a_start_two_hours_in_the_future_is_closed_when_the_connector_is_free(
    charger: Charger, id_tag: str, root: Api
) -> None:
    answer = start(charger, id_tag, timestamp=ago(hours=-2))
    charger.status(1, "Available")
    assert session_of(root, answer["transactionId"])["state"] == "completed"


# Odd numbers


@pytest.mark.parametrize(("meter_start", "energy"), [(1000.4, 2500), ("1000", 2500), ("1000,2", 2500)])
def test_a_meter_reading_may_be_written_in_any_way(
    charger: Charger, id_tag: str, root: Api, meter_start: Any, energy: int
) -> None:
    answer = start(charger, id_tag, meterStart=meter_start)
    stop(charger, answer["transactionId"], meterStop=3500)
    assert session_of(root, answer["transactionId"])["energy_wh"] == energy
    assert set_aside(root, charger) == []


@pytest.mark.parametrize("meter_start", [-1, -500, 2**70, 2**63 - 1])
def test_a_reading_that_cannot_be_is_not_billed_from_zero(
    charger: Charger, id_tag: str, root: Api, meter_start: int
) -> None:
    answer = start(charger, id_tag, meterStart=meter_start)
    number = answer["transactionId"]
    meter(charger, number, value("1000000"), value("1000900"))
    stop(charger, number, meterStop=1_001_000)
    session = session_of(root, number)
    assert "meter_start" not in session
    assert (session["energy_wh"], session["energy_source"]) == (900, "samples")
    assert reasons(root, charger) == ["meter_start_unknown"]


@pytest.mark.parametrize("connector_id", [0, -5, 1634030126])
def test_a_connector_that_cannot_be_is_recorded_as_none(
    charger: Charger, id_tag: str, root: Api, connector_id: int
) -> None:
    answer = start(charger, id_tag, connector_id=connector_id)
    assert verdict(answer) == "Accepted"
    assert session_of(root, answer["transactionId"])["connector_id"] == 0
    assert reasons(root, charger) == ["connector_unknown"]


def test_a_connector_that_was_never_heard_of_is_taken_as_it_comes(charger: Charger, id_tag: str, root: Api) -> None:
    answer = start(charger, id_tag, connector_id=99)
    assert session_of(root, answer["transactionId"])["connector_id"] == 99
    assert set_aside(root, charger) == []


@pytest.mark.parametrize("reservation_id", [0, -1, 17, 2**40])
def test_a_reservation_nobody_made_is_no_obstacle(charger: Charger, id_tag: str, reservation_id: int) -> None:
    assert verdict(start(charger, id_tag, reservationId=reservation_id)) == "Accepted"


def test_a_tag_of_fifty_kilobytes_is_answered_and_cut_short(charger: Charger, root: Api) -> None:
    answer = start(charger, "x" * 50_000)
    assert verdict(answer) == "Invalid"
    assert len(session_of(root, answer["transactionId"])["idTag"]) <= 64


# After a remote start


def test_a_remote_start_becomes_the_drivers_session(charger: Charger, driver: Api) -> None:
    session_id = request_start(driver, charger)
    answer = start(charger, driver.id_tag.lower())
    session = driver.get(f"/api/sessions/{session_id}").json()
    assert (session["state"], session["transaction_id"]) == ("charging", answer["transactionId"])
    assert "deadline_at" not in session


@pytest.mark.parametrize("no_tag", [{}, {"idTag": None}, {"idTag": ""}])
def test_a_start_without_a_tag_after_a_remote_start_is_the_drivers(
    charger: Charger, driver: Api, no_tag: dict[str, Any]
) -> None:
    session_id = request_start(driver, charger)
    answer = start(charger, None, **no_tag)
    assert verdict(answer) == "Accepted"
    session = driver.get(f"/api/sessions/{session_id}").json()
    assert (session["state"], session["transaction_id"]) == ("charging", answer["transactionId"])


def test_a_start_without_a_tag_and_without_a_request_is_invalid_and_recorded(charger: Charger, root: Api) -> None:
    answer = start(charger, None)
    assert verdict(answer) == "Invalid"
    assert session_of(root, answer["transactionId"])["idTag"] == ""


def test_a_start_that_overtakes_the_answer_to_the_remote_start_is_the_same_session(
    charger: Charger, driver: Api
) -> None:
    """The charge point sends StartTransaction first and answers RemoteStartTransaction afterwards."""
    charger.answers["RemoteStartTransaction"] = None
    body = {"evse_id": charger.charge_point_id, "connector_id": 1}
    with ThreadPoolExecutor(1) as pool:
        pressed = pool.submit(driver.post, "/api/start_charging", body)
        frame = charger.receive()
        answer = start(charger, driver.id_tag)
        charger.send([3, frame[1], {"status": "Accepted"}])
        accepted = pressed.result().json()
    assert accepted["status"] == "Accepted"
    session = driver.get(f"/api/sessions/{accepted['session_id']}").json()
    assert (session["state"], session["transaction_id"]) == ("charging", answer["transactionId"])


def test_a_start_by_another_tag_leaves_the_request_waiting(charger: Charger, driver: Api, root: Api) -> None:
    session_id = request_start(driver, charger)
    answer = start(charger, new_tag(root))
    assert verdict(answer) == "Accepted"
    assert driver.get(f"/api/sessions/{session_id}").json()["state"] == "waiting_for_vehicle"


# Values that belong to it


def test_values_from_between_are_the_sessions_series(charger: Charger, id_tag: str, root: Api) -> None:
    answer = start(charger, id_tag, timestamp=ago(minutes=10))
    meter(charger, answer["transactionId"], value("1100", ago(minutes=5)))
    stop(charger, answer["transactionId"])
    assert [v["energy_wh"] for v in series_of(root, session_of(root, answer["transactionId"]))] == [1100]
