"""A reservation follows what is true at the charge point: its answers, statuses, transactions, and the clock."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.app.charging import ago, events_of, new_tag, session_of, start, verdict
from tests.app.reservation_stories import (
    ask_to_reserve,
    cancel,
    held,
    look,
    reserve,
    soon,
    state_of,
    until_state,
)
from tests.app.stories import Meanwhile, meanwhile, new_charger, press_start, problem
from tests.live import Api, Charger, Server


def used_by_start(root: Api, number: int, answer: dict[str, Any]) -> None:
    """Check that a reservation was used up by the transaction of this StartTransaction.conf."""
    reservation = look(root, number)
    assert reservation["state"] == "used"
    assert reservation["session_id"] == session_of(root, answer["transactionId"])["session_id"]


def disregarded(root: Api, charger: Charger) -> list[str]:
    events = events_of(root, charger)
    return [event["reservation_id"] for event in events if event["kind"] == "reservation_disregarded"]


# The answer to ReserveNow


@pytest.mark.parametrize("says", ["Faulted", "Occupied", "Unavailable", "Rejected"])
def test_a_refusal_is_kept_with_a_hint_and_holds_nothing(driver: Api, charger: Charger, says: str) -> None:
    reservation = reserve(driver, charger, says=says)
    assert (reservation["state"], reservation["reserve_status"]) == ("refused", says)
    assert reservation["hint"]
    assert reserve(driver, charger)["state"] == "reserved"


@pytest.mark.parametrize(
    ("answer", "code"),
    [(["InternalError", "what?", {}], "call_error"), ({"status": 17}, "invalid_answer")],
)
def test_no_usable_answer_is_a_failure_and_holds_nothing(driver: Api, charger: Charger, answer: Any, code: str) -> None:
    charger.answers["ReserveNow"] = answer
    asked = meanwhile(lambda: ask_to_reserve(driver, charger))
    charger.serve()
    number = problem(asked(), 502, code)["reservation_id"]
    assert look(driver, number).items() >= {"state": "failed"}.items()
    assert reserve(driver, charger)["state"] == "reserved"


def test_a_status_that_overtakes_the_answer_changes_nothing(driver: Api, charger: Charger) -> None:
    asked, frame = begun(driver, charger)
    charger.status(1, "Reserved")
    charger.send([3, frame[1], {"status": "Accepted"}])
    assert asked().json().items() >= {"state": "reserved", "reserve_status": "Accepted"}.items()


@pytest.mark.parametrize("status", ["Reserved", "Faulted"])
def test_a_refusal_has_the_last_word_whatever_overtakes_it(driver: Api, charger: Charger, status: str) -> None:
    asked, frame = begun(driver, charger)
    charger.status(1, status)
    charger.send([3, frame[1], {"status": "Faulted"}])
    assert asked().json()["state"] == "refused"


def begun(api: Api, charger: Charger) -> tuple[Meanwhile[Any], Any]:
    """Ask for a reservation that the charge point has heard of and not answered yet."""
    asked = meanwhile(lambda: ask_to_reserve(api, charger))
    frame = charger.receive()
    assert frame[2] == "ReserveNow"
    return asked, frame


# No answer in time


@pytest.fixture
def mute(impatient_server: Server, impatient_root: Api) -> Iterator[Charger]:
    """A charge point of the impatient server."""
    charger = new_charger(impatient_server, impatient_root)
    yield charger
    charger.close()


def unanswered(api: Api, charger: Charger, **more: Any) -> tuple[int, Any]:
    """Reserve without getting an answer; return the reservation's id and the charge point's question."""
    asked = meanwhile(lambda: ask_to_reserve(api, charger, **more))
    frame = charger.receive()
    number = problem(asked(), 504, "charge_point_timeout")["reservation_id"]
    reservation = look(api, number)
    assert reservation["state"] == "requested"
    assert reservation["reason"]
    assert reservation["hint"]
    return number, frame


def test_without_an_answer_nobody_knows_until_a_late_one_says(impatient_driver: Api, mute: Charger) -> None:
    number, frame = unanswered(impatient_driver, mute)
    problem(ask_to_reserve(impatient_driver, mute, 2), 409, "reservation_open")
    mute.send([3, frame[1], {"status": "Accepted"}])
    reservation = until_state(impatient_driver, number, "reserved")
    assert reservation["reserve_status"] == "Accepted"
    assert not {"reason", "hint"} & reservation.keys()


def test_a_late_refusal_frees_the_driver(impatient_driver: Api, mute: Charger) -> None:
    number, frame = unanswered(impatient_driver, mute)
    mute.send([3, frame[1], {"status": "Occupied"}])
    until_state(impatient_driver, number, "refused")


def test_without_an_answer_the_status_tells(impatient_driver: Api, mute: Charger) -> None:
    number, _frame = unanswered(impatient_driver, mute)
    mute.status(1, "Reserved")
    reservation = look(impatient_driver, number)
    assert reservation["state"] == "reserved"
    assert not {"reason", "hint"} & reservation.keys()


def test_what_is_never_answered_ends_with_its_time(impatient_driver: Api, mute: Charger) -> None:
    number, _frame = unanswered(impatient_driver, mute, expires_at=soon(1))
    assert "never answered" in until_state(impatient_driver, number, "expired")["reason"]


def test_a_late_answer_to_a_cancellation_counts(impatient_driver: Api, mute: Charger) -> None:
    number = held(impatient_driver, mute)
    asked = meanwhile(lambda: impatient_driver.delete(f"/api/reservations/{number}"))
    frame = mute.receive()
    problem(asked(), 504, "charge_point_timeout")
    assert state_of(impatient_driver, number) == "reserved"
    mute.send([3, frame[1], {"status": "Accepted"}])
    until_state(impatient_driver, number, "cancelled")


# Cancelled


def test_a_cancelled_one_is_over(driver: Api, charger: Charger) -> None:
    number = held(driver, charger)
    reservation = cancel(driver, charger, number).json()
    assert (reservation["state"], reservation["cancel_status"]) == ("cancelled", "Accepted")
    assert charger.called[-1] == ("CancelReservation", {"reservationId": number})
    problem(driver.delete(f"/api/reservations/{number}"), 409, "reservation_ended")
    charger.status(1, "Available")
    assert state_of(driver, number) == "cancelled"


def test_a_connector_that_is_free_before_the_cancellation_is_answered_was_cancelled(
    driver: Api, charger: Charger
) -> None:
    number = held(driver, charger)
    asked = meanwhile(lambda: driver.delete(f"/api/reservations/{number}"))
    frame = charger.receive()
    charger.status(1, "Available")
    charger.send([3, frame[1], {"status": "Accepted"}])
    reservation = asked().json()
    assert (reservation["state"], reservation["cancel_status"]) == ("cancelled", "Accepted")
    assert not {"reason", "hint"} & reservation.keys()


def test_a_cancellation_that_is_rejected_finds_it_over(driver: Api, charger: Charger) -> None:
    number = held(driver, charger)
    reservation = cancel(driver, charger, number, says="Rejected").json()
    assert (reservation["state"], reservation["cancel_status"]) == ("ended", "Rejected")
    assert reservation["hint"]


def test_a_start_that_overtakes_the_cancellation_wins(driver: Api, root: Api, charger: Charger) -> None:
    number = held(driver, charger)
    asked = meanwhile(lambda: driver.delete(f"/api/reservations/{number}"))
    frame = charger.receive()
    answer = start(charger, driver.id_tag, reservationId=number)
    charger.send([3, frame[1], {"status": "Rejected"}])
    assert asked().json()["state"] == "used"
    used_by_start(root, number, answer)


def test_a_start_that_comes_after_the_rejected_cancellation_tells_why_it_was(
    driver: Api, root: Api, charger: Charger
) -> None:
    number = held(driver, charger)
    cancel(driver, charger, number, says="Rejected")
    used_by_start(root, number, start(charger, driver.id_tag))


def test_an_operators_own_command_cancels_too(driver: Api, root: Api, charger: Charger) -> None:
    number = held(driver, charger)
    command = f"/api/charge_points/{charger.charge_point_id}/commands/CancelReservation"
    answer = meanwhile(lambda: root.post(command, reservationId=number))
    charger.serve()
    assert answer().json()["status"] == "Accepted"
    assert state_of(driver, number) == "cancelled"


def test_an_operators_own_reservation_under_its_number_changes_nothing(
    driver: Api, root: Api, charger: Charger
) -> None:
    number = held(driver, charger)
    charger.answers["ReserveNow"] = {"status": "Rejected"}
    command = f"/api/charge_points/{charger.charge_point_id}/commands/ReserveNow"
    own = {"connectorId": 2, "idTag": "OTHER", "expiryDate": soon(600), "reservationId": number}
    answer = meanwhile(lambda: root.post(command, own))
    charger.serve()
    assert answer().json()["status"] == "Rejected"
    assert state_of(driver, number) == "reserved"


# Used


def test_a_start_that_names_it_uses_it(driver: Api, root: Api, charger: Charger) -> None:
    number = held(driver, charger)
    answer = start(charger, driver.id_tag, reservationId=number)
    assert verdict(answer) == "Accepted"
    used_by_start(root, number, answer)
    problem(driver.delete(f"/api/reservations/{number}"), 409, "reservation_ended")
    assert disregarded(root, charger) == []


@pytest.mark.parametrize("unnamed", [{}, {"reservationId": 0}, {"reservationId": -1}])
def test_a_start_by_its_tag_uses_it_though_it_does_not_say_so(
    driver: Api, root: Api, charger: Charger, unnamed: dict[str, int]
) -> None:
    number = held(driver, charger)
    used_by_start(root, number, start(charger, driver.id_tag.lower(), **unnamed))


def test_a_start_by_the_family_uses_it(driver: Api, root: Api, charger: Charger) -> None:
    parent = new_tag(root)
    sibling = new_tag(root, parent_id_tag=parent)
    root.patch(f"/api/id_tags/{driver.id_tag}", parent_id_tag=parent)
    number = held(driver, charger)
    used_by_start(root, number, start(charger, sibling))


def test_what_an_account_reserves_its_vehicle_uses(driver: Api, root: Api, charger: Charger) -> None:
    vehicle = driver.post("/api/me/vehicles", name="Red").json()
    number = held(driver, charger)
    assert charger.called[-1][1].items() >= {"idTag": driver.id_tag, "parentIdTag": driver.id_tag}.items()
    assert press_start(driver, charger, vehicle_id=vehicle["vehicle_id"]).json()["status"] == "Accepted"
    used_by_start(root, number, start(charger, vehicle["idTag"]))


def test_one_for_any_connector_is_used_at_any(driver: Api, root: Api, charger: Charger) -> None:
    number = reserve(driver, charger, 0)["reservation_id"]
    assert charger.called[-1][1]["connectorId"] == 0
    used_by_start(root, number, start(charger, driver.id_tag, connector_id=2))


def test_a_start_at_another_connector_leaves_it(driver: Api, root: Api, charger: Charger) -> None:
    number = held(driver, charger)
    start(charger, driver.id_tag, connector_id=2)
    assert state_of(driver, number) == "reserved"


def test_the_drivers_remote_start_uses_it(driver: Api, root: Api, charger: Charger) -> None:
    number = held(driver, charger)
    session_id = press_start(driver, charger).json()["session_id"]
    start(charger, driver.id_tag)
    assert look(driver, number).items() >= {"state": "used", "session_id": session_id}.items()


def test_a_retry_of_the_start_uses_it_once(driver: Api, charger: Charger) -> None:
    number, at = held(driver, charger), ago()
    first = start(charger, driver.id_tag, timestamp=at)
    used = look(driver, number)
    assert start(charger, driver.id_tag, timestamp=at) == first
    assert look(driver, number) == used


def test_a_start_by_somebody_else_is_booked_and_noted(driver: Api, root: Api, charger: Charger, id_tag: str) -> None:
    number = held(driver, charger)
    assert verdict(start(charger, id_tag)) == "Accepted"
    assert state_of(driver, number) == "reserved"
    assert disregarded(root, charger) == [str(number)]


def test_a_start_from_before_the_reservation_is_none_of_its_business(
    driver: Api, root: Api, charger: Charger, id_tag: str
) -> None:
    number = held(driver, charger)
    for tag in (driver.id_tag, id_tag):
        start(charger, tag, timestamp=ago(hours=1))
    assert state_of(driver, number) == "reserved"
    assert disregarded(root, charger) == []


def test_a_reservation_of_another_charge_point_is_not_used_by_its_number(
    driver: Api, server: Server, root: Api, charger: Charger, id_tag: str
) -> None:
    number = held(driver, charger)
    elsewhere = new_charger(server, root)
    assert verdict(start(elsewhere, id_tag, reservationId=number)) == "Accepted"
    elsewhere.close()
    assert state_of(driver, number) == "reserved"


# Over


def test_it_expires_without_a_word_to_the_charge_point_and_a_start_held_back_still_uses_it(
    driver: Api, root: Api, charger: Charger
) -> None:
    reservation = reserve(driver, charger, expires_at=soon(1))
    number, begun_at = reservation["reservation_id"], ago()
    expired = until_state(driver, number, "expired")
    assert expired["ended_at"] == expired["expires_at"]
    assert [action for action, _ in charger.called] == ["ReserveNow"]
    used_by_start(root, number, start(charger, driver.id_tag, reservationId=number, timestamp=begun_at))


def test_it_has_expired_when_the_charge_point_says_so_first(driver: Api, charger: Charger) -> None:
    number = held(driver, charger, expires_at=soon(25))
    charger.status(1, "Available")
    assert look(driver, number).items() >= {"state": "expired", "reason": "nobody came in time"}.items()


@pytest.mark.parametrize("status", ["Faulted", "Unavailable"])
@pytest.mark.parametrize("connector_id", [0, 1])
def test_a_connector_out_of_order_ends_it_with_the_reason(
    driver: Api, charger: Charger, status: str, connector_id: int
) -> None:
    number = held(driver, charger)
    charger.status(connector_id, status)
    reservation = look(driver, number)
    assert reservation["state"] == "ended"
    assert status in reservation["reason"]
    assert reservation["hint"]


@pytest.mark.parametrize("status", ["Faulted", "Unavailable", "Available"])
def test_another_connectors_trouble_ends_nothing(driver: Api, charger: Charger, status: str) -> None:
    number = held(driver, charger)
    charger.status(2, status)
    assert state_of(driver, number) == "reserved"


def test_one_connectors_trouble_does_not_end_one_for_any(driver: Api, charger: Charger) -> None:
    number = reserve(driver, charger, 0)["reservation_id"]
    charger.status(1, "Reserved")
    charger.status(1, "Faulted")
    charger.status(2, "Available")
    assert state_of(driver, number) == "reserved"
    charger.status(0, "Unavailable")
    assert state_of(driver, number) == "ended"


def test_one_for_any_connector_follows_the_charge_point_as_a_whole(driver: Api, charger: Charger) -> None:
    number = reserve(driver, charger, 0)["reservation_id"]
    charger.status(0, "Available")
    assert state_of(driver, number) == "reserved"
    charger.status(0, "Reserved")
    charger.status(0, "Available")
    assert look(driver, number)["reason"] == "the charge point released it"


def test_a_charge_point_that_is_removed_holds_nothing(driver: Api, root: Api, charger: Charger) -> None:
    number = held(driver, charger)
    assert root.delete(f"/api/charge_points/{charger.charge_point_id}").status_code == 204
    assert look(driver, number)["reason"] == "the charge point was removed"


def test_trouble_from_before_it_ends_nothing(driver: Api, charger: Charger) -> None:
    number = reserve(driver, charger, 2)["reservation_id"]
    charger.status(2, "Faulted", timestamp=ago(hours=1))
    assert state_of(driver, number) == "reserved"


def test_a_connector_that_was_never_reserved_is_not_released(driver: Api, charger: Charger) -> None:
    number = reserve(driver, charger)["reservation_id"]
    charger.status(1, "Available")
    assert state_of(driver, number) == "reserved"


def test_a_connector_released_early_ends_it_and_frees_driver_and_connector(driver: Api, charger: Charger) -> None:
    number = held(driver, charger)
    charger.status(1, "Available")
    reservation = look(driver, number)
    assert (reservation["state"], reservation["reason"]) == ("ended", "the charge point released it")
    assert reserve(driver, charger)["state"] == "reserved"


def test_a_connector_released_for_its_driver_is_used_by_him(driver: Api, root: Api, charger: Charger) -> None:
    number = held(driver, charger)
    charger.status(1, "Available")
    used_by_start(root, number, start(charger, driver.id_tag))


def test_a_restart_of_the_charge_point_does_not_lose_it(
    driver: Api, new_charge_point: Callable[..., Any], connect: Callable[..., Charger]
) -> None:
    charge_point = new_charge_point()
    before = connect(*charge_point)
    before.boot()
    number = held(driver, before)
    before.close()
    after = connect(*charge_point)
    after.boot()
    assert state_of(driver, number) == "reserved"
    # First what every connector says, then what it remembers.
    after.status(1, "Available")
    assert state_of(driver, number) == "ended"
    after.status(1, "Reserved")
    reservation = look(driver, number)
    assert reservation["state"] == "reserved"
    assert "ended_at" not in reservation


def test_what_was_released_stays_so_when_the_driver_has_reserved_elsewhere(driver: Api, charger: Charger) -> None:
    number = held(driver, charger)
    charger.status(1, "Available")
    reserve(driver, charger, 2)
    charger.status(1, "Reserved")
    assert state_of(driver, number) == "ended"
