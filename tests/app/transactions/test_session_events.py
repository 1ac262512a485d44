"""StatusNotification: the newest word of each connector is kept, and its session follows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.charge_points import ChargePoint, Connector
from app.domain.sessions import RUNNING, Session, State
from app.follow_ups import FollowUps
from app.late_answers import follow_late_answer
from app.storage.commands import CommandRecord
from app.storage.database import Storage
from app.transactions.session_events import close_silent
from tests.app.charging import ago, connector, meter, session_of, start, stop, value
from tests.live import Api, Charger


def state(root: Api, number: int) -> str:
    return str(session_of(root, number)["state"])


# Kept


def test_an_old_status_never_overwrites_a_newer_one(charger: Charger, root: Api) -> None:
    charger.status(1, "Charging", timestamp=ago(seconds=-1))
    charger.status(1, "Preparing", timestamp=ago(hours=3))
    assert connector(root, charger)["status"] == "Charging"


def test_of_two_statuses_of_one_second_the_later_to_come_is_kept(charger: Charger, root: Api) -> None:
    at = ago(seconds=-1)
    charger.status(1, "SuspendedEVSE", timestamp=at)
    charger.status(1, "Charging", timestamp=at)
    assert connector(root, charger)["status"] == "Charging"


def test_a_status_without_a_time_is_of_now(charger: Charger, root: Api) -> None:
    charger.status(1, "Preparing")
    kept = connector(root, charger)
    assert kept["status"] == "Preparing"
    assert ago(minutes=1) <= kept["status_at"]


@pytest.mark.parametrize("timestamp", ["1970-01-01T00:00:00Z", "banana", "2099-01-01T00:00:00Z", "two hours ahead"])
def test_a_status_by_a_wrong_clock_neither_gets_lost_nor_shuts_out_the_next(
    charger: Charger, root: Api, timestamp: str
) -> None:
    charger.status(1, "Preparing", timestamp=ago(hours=-2) if timestamp == "two hours ahead" else timestamp)
    assert connector(root, charger)["status"] == "Preparing"
    charger.status(1, "Available", timestamp=ago(seconds=-1))
    assert connector(root, charger)["status"] == "Available"


def test_a_fault_is_kept_with_what_the_vendor_says_of_it(charger: Charger, root: Api) -> None:
    charger.status(1, "Faulted", errorCode="ConnectorLockFailure", info="lock", vendorId="Acme", vendorErrorCode="E-17")
    kept = connector(root, charger)
    assert (kept["status"], kept["error_code"]) == ("Faulted", "ConnectorLockFailure")
    assert (kept["info"], kept["vendor_error_code"]) == ("lock", "E-17")


def test_a_vendors_own_words_are_kept_as_they_come(charger: Charger, root: Api) -> None:
    charger.status(1, "Avalaible", errorCode="GroundHogDay", vendorErrorCode=17)
    kept = connector(root, charger)
    assert (kept["status"], kept["error_code"], kept["vendor_error_code"]) == ("Avalaible", "GroundHogDay", "17")


def test_hostile_words_are_kept_inert(charger: Charger, root: Api) -> None:
    charger.send(
        '[2,"x","StatusNotification",{"connectorId":1,"status":"\\ud800","errorCode":"a\\u0000b",'
        '"info":"<script>alert(1)</script>","vendorErrorCode":"\\u202egpj"}]'
    )
    assert charger.receive() == [3, "x", {}]
    kept = connector(root, charger)
    assert kept["info"] == "<script>alert(1)</script>"
    assert (kept["error_code"], kept["vendor_error_code"]) == ("a\x00b", "\u202egpj")


def test_endless_words_are_cut_short(charger: Charger, root: Api) -> None:
    charger.status(1, "x" * 20_000, info="y" * 20_000)
    kept = connector(root, charger)
    assert (len(kept["status"]), len(kept["info"])) == (50, 200)


def test_an_unknown_connector_is_there_from_its_first_word_on(charger: Charger, root: Api) -> None:
    charger.status(7, "Available")
    assert connector(root, charger, 7)["status"] == "Available"


@pytest.mark.parametrize("connector_id", [-5, 101, 1634030126, 2**63])
def test_a_connector_that_cannot_be_is_answered_and_not_made(charger: Charger, root: Api, connector_id: int) -> None:
    assert charger.status(connector_id, "Available") == {}
    connectors = root.get(f"/api/charge_points/{charger.charge_point_id}").json()["connectors"]
    assert [c["connector_id"] for c in connectors] == [0, 1, 2]


def test_connector_zero_is_the_charge_point_and_masks_no_connector(charger: Charger, root: Api) -> None:
    charger.status(0, "Unavailable")
    assert connector(root, charger, 0)["status"] == "Unavailable"
    assert connector(root, charger, 1)["status"] == "Available"
    charger.status(1, "Charging")
    assert connector(root, charger, 0)["status"] == "Unavailable"


def test_the_first_statuses_all_at_once_are_all_kept(
    new_charge_point: Callable[..., Any], connect: Callable[..., Charger], root: Api
) -> None:
    charger = connect(*new_charge_point())
    charger.boot()
    payload = {"status": "Available", "errorCode": "NoError"}
    for n in range(21):
        charger.send([2, str(n), "StatusNotification", {"connectorId": n, **payload}])
    assert [charger.receive() for _ in range(21)] == [[3, str(n), {}] for n in range(21)]
    connectors = root.get(f"/api/charge_points/{charger.charge_point_id}").json()["connectors"]
    assert [c["connector_id"] for c in connectors] == list(range(21))


# Followed by the session


def test_a_paused_session_is_suspended_and_goes_on(charger: Charger, id_tag: str, root: Api) -> None:
    number = start(charger, id_tag)["transactionId"]
    charger.status(1, "SuspendedEV")
    session = session_of(root, number)
    assert (session["state"], session["reason"]) == ("suspended", "paused by the vehicle")
    charger.status(1, "Charging")
    session = session_of(root, number)
    assert session["state"] == "charging"
    assert "reason" not in session
    charger.status(1, "SuspendedEVSE")
    assert session_of(root, number)["reason"] == "paused by the charge point"


def test_a_status_of_another_connector_moves_nothing(charger: Charger, id_tag: str, root: Api) -> None:
    number = start(charger, id_tag)["transactionId"]
    charger.status(2, "SuspendedEV")
    charger.status(2, "Available")
    charger.status(0, "Available")
    assert state(root, number) == "charging"


def test_an_old_status_moves_nothing(charger: Charger, id_tag: str, root: Api) -> None:
    charger.status(1, "Charging")
    number = start(charger, id_tag)["transactionId"]
    charger.status(1, "SuspendedEV", timestamp=ago(hours=1))
    assert state(root, number) == "charging"


def test_charging_before_its_start_is_no_trouble(charger: Charger, id_tag: str, root: Api) -> None:
    charger.status(1, "Charging")
    number = start(charger, id_tag)["transactionId"]
    assert state(root, number) == "charging"


@pytest.mark.parametrize("status", ["Finishing", "Preparing", "Unavailable", "Faulted", "Reserved"])
def test_only_a_free_connector_ends_a_session(charger: Charger, id_tag: str, root: Api, status: str) -> None:
    number = start(charger, id_tag)["transactionId"]
    charger.status(1, status)
    assert state(root, number) == "charging"


def test_a_free_connector_ends_its_session_until_the_stop_has_the_last_word(
    charger: Charger, id_tag: str, root: Api
) -> None:
    number = start(charger, id_tag, timestamp=ago(minutes=30))["transactionId"]
    meter(charger, number, value("1400", ago(minutes=10)))
    free = ago(minutes=5)
    charger.status(1, "Available")
    session = session_of(root, number)
    assert (session["state"], session["reason"]) == ("completed", "connector_available")
    assert (session["energy_wh"], session["energy_source"]) == (400, "samples")
    stop(charger, number, timestamp=free, reason="EVDisconnected")
    session = session_of(root, number)
    assert (session["energy_wh"], session["energy_source"]) == (2500, "meter")
    assert session["stopped_at"].removesuffix("Z") == free.removesuffix("+00:00")
    assert (session["reason_code"], "hint" in session) == ("unplugged", False)


def test_a_receipt_says_whether_its_end_is_provisional(charger: Charger, id_tag: str, root: Api) -> None:
    number = start(charger, id_tag)["transactionId"]
    charger.status(1, "Available")
    receipt = f"/api/sessions/{session_of(root, number)['session_id']}/receipt"
    assert root.get(receipt).json()["provisional"] is True
    stop(charger, number)
    assert root.get(receipt).json()["provisional"] is False


def test_a_free_connector_from_before_the_start_ends_nothing(charger: Charger, id_tag: str, root: Api) -> None:
    number = start(charger, id_tag)["transactionId"]
    charger.status(1, "Available", timestamp=ago(seconds=5))
    assert state(root, number) == "charging"


def test_charging_again_after_that_does_not_reopen_it(charger: Charger, id_tag: str, root: Api) -> None:
    number = start(charger, id_tag)["transactionId"]
    charger.status(1, "Available")
    charger.status(1, "Charging")
    assert state(root, number) == "completed"


# Silent charge points

NOW = datetime(2036, 6, 15, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("last_seen", "closed"),
    [(NOW - 2 * DAY, True), (NOW - DAY / 2, False), (None, True)],
    ids=["dead", "alive", "never"],
)
def test_what_runs_on_a_charge_point_not_heard_for_a_day_is_closed_provisionally(
    storage: Storage, last_seen: datetime | None, closed: bool
) -> None:
    begun = NOW - 3 * DAY
    storage.charge_points.insert(ChargePoint("CP", created_at=begun, last_seen_at=last_seen))
    storage.sessions.insert(
        Session("s", "CP", 1, "TAG", State.CHARGING, created_at=begun, started_at=begun, metered_at=begun + DAY)
    )
    close_silent(storage, NOW)
    session = storage.sessions.get("s")
    assert session is not None
    assert (session.state is State.COMPLETED, session.provisional_end) == (closed, closed)
    assert session.stopped_at == (begun + DAY if closed else None)
    assert storage.sessions.of_tag("TAG", RUNNING) == ([] if closed else [session])


def test_what_began_today_on_a_charge_point_that_is_off_line_runs_on(storage: Storage) -> None:
    storage.charge_points.insert(ChargePoint("CP", created_at=NOW - 9 * DAY, last_seen_at=NOW - 2 * DAY))
    storage.sessions.insert(Session("s", "CP", 1, "TAG", State.CHARGING, created_at=NOW - DAY / 2, started_at=NOW))
    close_silent(storage, NOW)
    session = storage.sessions.get("s")
    assert session is not None
    assert session.state is State.CHARGING


@pytest.mark.parametrize(
    ("status", "at", "metered", "closed"),
    [
        ("Finishing", NOW - 2 * DAY, NOW - 2 * DAY, True),
        ("Available", NOW - 3 * DAY, None, True),
        ("Charging", NOW - 2 * DAY, None, False),
        ("SuspendedEV", NOW - 2 * DAY, None, False),
        ("Finishing", NOW - DAY / 2, None, False),
        ("Finishing", NOW - 2 * DAY, NOW - DAY / 2, False),
    ],
)
def test_a_transaction_that_its_charge_point_has_forgotten_ends_after_a_day(
    storage: Storage, status: str, at: datetime, metered: datetime | None, closed: bool
) -> None:
    here = {"1": Connector(1, status, at)}
    storage.charge_points.insert(ChargePoint("CP", created_at=NOW - 9 * DAY, last_seen_at=NOW, connectors=here))
    begun = NOW - 2 * DAY
    storage.sessions.insert(
        Session("s", "CP", 1, "TAG", State.CHARGING, created_at=begun, started_at=begun, metered_at=metered)
    )
    close_silent(storage, NOW)
    session = storage.sessions.get("s")
    assert session is not None
    assert (session.state, session.reason_code) == (
        (State.COMPLETED, "forgotten") if closed else (State.CHARGING, None)
    )


# Answers that come late


def given_up(storage: Storage, number: int) -> None:
    """Keep a request on connector `number`, and the command for it that was given up."""
    at = NOW + timedelta(seconds=number)
    storage.commands.insert(
        CommandRecord(f"c{number}", "CP", "RemoteStartTransaction", "{}", "u", at, outcome="timeout")
    )
    storage.sessions.insert(
        Session(f"r{number}", "CP", number, f"TAG{number}", State.REQUESTED, created_at=at, command_id=f"c{number}")
    )


def answered_late(storage: Storage, action: str, status: str) -> None:
    follow_ups = FollowUps()
    follow_late_answer(storage, follow_ups, "CP", action, {"status": status}, NOW + timedelta(minutes=1))
    follow_ups.stop()


def test_a_late_answer_is_the_first_commands_and_moves_its_session_alone(storage: Storage) -> None:
    given_up(storage, 1)
    given_up(storage, 2)
    for status in ("Accepted", "Rejected", "Accepted"):
        answered_late(storage, "RemoteStartTransaction", status)
    states = [session.state for n in (1, 2) if (session := storage.sessions.get(f"r{n}"))]
    assert states == [State.WAITING_FOR_VEHICLE, State.REJECTED]


def test_a_late_answer_does_not_move_a_session_that_has_begun(storage: Storage) -> None:
    given_up(storage, 1)
    begun = storage.sessions.move("r1", (State.REQUESTED,), {"state": State.CHARGING})
    answered_late(storage, "RemoteStartTransaction", "Rejected")
    assert storage.sessions.get("r1") == begun


def test_a_late_answer_to_another_command_is_only_written_down(storage: Storage) -> None:
    storage.commands.insert(CommandRecord("c", "CP", "Reset", "{}", "u", NOW, outcome="timeout"))
    answered_late(storage, "Reset", "Accepted")
    kept = storage.commands.get("c")
    assert kept is not None
    assert (kept.status, kept.outcome) == ("Accepted", "timeout")
