"""What OCPP 1.6 and its errata say of transactions and must never break, section by section."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.app.charging import (
    ago,
    meter,
    new_tag,
    reasons,
    session_of,
    sessions_on,
    start,
    stop,
    value,
    verdict,
)
from tests.app.list_station import ListStation
from tests.live import Api, Charger, until


@pytest.mark.parametrize(
    "changes",
    [
        {"connectorId": -5},
        {"connectorId": 1634030126},
        {"meterStart": -1},
        {"meterStart": 2**70},
        {"timestamp": "banana"},
        {"timestamp": "2099-01-01T00:00:00Z"},
        {"idTag": "NOBODY"},
        {"idTag": ""},
        {"reservationId": 0},
    ],
)
def test_3_7_1_an_odd_start_is_answered_with_an_id(charger: Charger, id_tag: str, changes: dict[str, Any]) -> None:
    payload = {"connectorId": 1, "idTag": id_tag, "meterStart": 0, "timestamp": ago(), **changes}
    answer = charger.call("StartTransaction", payload)
    assert answer["transactionId"] > 0
    assert answer["idTagInfo"]["status"] in ("Accepted", "Invalid")


@pytest.mark.parametrize(
    "changes",
    [
        {"transactionId": 2_000_000_000},
        {"transactionId": 0},
        {"transactionId": -1},
        {"transactionId": 2**63 - 1},
        {"meterStop": -1},
        {"meterStop": 0},
        {"timestamp": "1970-01-01T00:00:00Z"},
        {"timestamp": ago(days=30)},
        {"timestamp": ago(days=-30)},
        {"idTag": "NOBODY"},
        {"reason": "VendorReason"},
        {"transactionData": []},
    ],
)
def test_3_7_1_an_odd_stop_is_answered(charger: Charger, id_tag: str, changes: dict[str, Any]) -> None:
    number = start(charger, id_tag)["transactionId"]
    answer = charger.call(
        "StopTransaction", {"transactionId": number, "meterStop": 9, "timestamp": ago(), "idTag": id_tag, **changes}
    )
    assert set(answer) == {"idTagInfo"}


@pytest.mark.parametrize("transaction_id", [None, 0, -1, 2_000_000_000, 2**63 - 1])
def test_3_7_1_odd_meter_values_are_answered(charger: Charger, transaction_id: int | None) -> None:
    for connector_id in (0, 1, -5, 99, 1634030126):
        meter(charger, transaction_id, value("1"), connector_id=connector_id)


def test_3_7_messages_from_days_offline_are_booked_in_their_order(charger: Charger, root: Api) -> None:
    tag = new_tag(root)
    for days in (3, 2, 1):
        number = start(charger, tag, timestamp=ago(days=days), meterStart=1000 * (9 - days))["transactionId"]
        meter(charger, number, value(str(1000 * (9 - days) + 100), ago(days=days, minutes=-10)))
        stop(charger, number, timestamp=ago(days=days, hours=-1), meterStop=1000 * (9 - days) + 200)
    sessions = sessions_on(root, charger)
    assert [s["energy_wh"] for s in sessions] == [200, 200, 200]
    assert [s["started_at"] for s in sessions] == sorted((s["started_at"] for s in sessions), reverse=True)
    assert reasons(root, charger) == []


@pytest.mark.parametrize("retries", [3])
def test_3_7_1_a_start_sent_again_and_again_is_one_transaction(charger: Charger, id_tag: str, retries: int) -> None:
    at = ago()
    answers = [start(charger, id_tag, timestamp=at) for _ in range(1 + retries)]
    assert answers == answers[:1] * (1 + retries)


def test_4_2_nothing_is_started_or_stopped_on_a_pending_charge_point(
    new_charge_point: Callable[..., Any], connect: Callable[..., Charger], root: Api
) -> None:
    charge_point = new_charge_point()
    path = f"/api/charge_points/{charge_point[0]}"
    root.patch(path, registration="Pending")
    assert connect(*charge_point).boot()["status"] == "Pending"
    for action, payload in (
        ("RemoteStartTransaction", {"idTag": "X", "connectorId": 1}),
        ("RemoteStopTransaction", {"transactionId": 1}),
    ):
        answer = root.post(f"{path}/commands/{action}", payload)
        assert (answer.status_code, answer.json()["code"]) == (409, "charge_point_not_accepted")


def test_4_2_a_pending_charge_point_may_be_configured_and_a_rejected_one_is_sent_nothing(
    new_charge_point: Callable[..., Any], connect: Callable[..., Charger], root: Api
) -> None:
    charge_point = new_charge_point()
    path = f"/api/charge_points/{charge_point[0]}"
    commands = {"GetConfiguration": {}, "Reset": {"type": "Soft"}, "TriggerMessage": {"requestedMessage": "Heartbeat"}}
    root.patch(path, registration="Pending")
    pending = connect(*charge_point)
    pending.answers["GetConfiguration"] = {}
    assert pending.boot()["status"] == "Pending"
    with ThreadPoolExecutor(1) as pool:
        served = pool.submit(pending.serve, len(commands))
        answers = [root.post(f"{path}/commands/{action}", payload) for action, payload in commands.items()]
        assert ([answer.status_code for answer in answers], served.result()) == ([200] * 3, list(commands.items()))
    root.patch(path, registration="Rejected")
    rejected = connect(*charge_point)
    assert rejected.boot()["status"] == "Rejected"
    for action, payload in commands.items():
        answer = root.post(f"{path}/commands/{action}", payload)
        assert (answer.status_code, answer.json()["code"]) == (409, "charge_point_not_accepted")
    assert rejected.boot()["status"] == "Rejected"
    assert rejected.called == []


def test_4_6_any_message_is_a_sign_of_life(charger: Charger, root: Api) -> None:
    meter(charger, None, value("1"))
    assert root.get(f"/api/charge_points/{charger.charge_point_id}").json()["online"] is True


def test_errata_3_18_meter_values_of_transaction_minus_one_are_of_what_runs(
    charger: Charger, id_tag: str, root: Api
) -> None:
    number = start(charger, id_tag)["transactionId"]
    meter(charger, -1, value("1700"))
    assert session_of(root, number)["energy_wh"] == 700


def test_4_7_meter_values_of_no_transaction_are_answered(charger: Charger) -> None:
    meter(charger, None, value("1"), connector_id=0)


def test_4_8_a_tag_blocked_after_its_authorization_is_refused_at_the_start(
    charger: Charger, id_tag: str, root: Api
) -> None:
    assert charger.call("Authorize", {"idTag": id_tag})["idTagInfo"]["status"] == "Accepted"
    root.patch(f"/api/id_tags/{id_tag}", status="Blocked")
    answer = start(charger, id_tag)
    assert verdict(answer) == "Blocked"
    assert answer["transactionId"] > 0


def test_4_10_the_central_system_cannot_prevent_a_stop(charger: Charger, id_tag: str, root: Api) -> None:
    number = start(charger, id_tag)["transactionId"]
    stop(charger, number, idTag=new_tag(root, status="Blocked"), meterStop=0, timestamp=ago(days=1))
    assert session_of(root, number)["state"] == "completed"
    assert set(reasons(root, charger)) == {"meter_stop_below_start", "stop_before_start", "stop_tag_unrelated"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"transactionId": 1_999_999_999}, "unknown_transaction"),
        ({"meterStop": 0}, "meter_stop_below_start"),
        ({"timestamp": ago(days=1)}, "stop_before_start"),
        ({"idTag": "SOMEBODY ELSES"}, "stop_tag_unrelated"),
        ({"meterStop": -1}, "meter_stop_unknown"),
    ],
)
def test_4_10_what_is_wrong_with_a_stop_waits_for_a_person(
    charger: Charger, id_tag: str, root: Api, changes: dict[str, Any], reason: str
) -> None:
    number = start(charger, id_tag)["transactionId"]
    payload = {"transactionId": number, "meterStop": 3500, "timestamp": ago(), **changes}
    assert isinstance(charger.call("StopTransaction", payload), dict)
    assert reasons(root, charger) == [reason]


def test_4_10_a_second_stop_of_a_transaction_waits_for_a_person(charger: Charger, id_tag: str, root: Api) -> None:
    number = start(charger, id_tag)["transactionId"]
    stop(charger, number, meterStop=3500)
    stop(charger, number, meterStop=9000)
    assert session_of(root, number)["energy_wh"] == 2500
    assert reasons(root, charger) == ["already_stopped"]


def test_3_7_times_in_the_future_are_put_right_and_nothing_to_judge(charger: Charger, id_tag: str, root: Api) -> None:
    number = start(charger, id_tag)["transactionId"]
    charger.status(1, "Charging", timestamp=ago(days=-2))
    meter(charger, number, value("1700", ago(days=-2)))
    stop(charger, number, timestamp=ago(days=-2))
    session = session_of(root, number)
    assert session["state"] == "completed"
    assert session["stopped_at"] < ago(minutes=-1)
    assert reasons(root, charger) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"meterStart": -1}, "meter_start_unknown"), ({"connectorId": 0}, "connector_unknown")],
)
def test_4_8_what_is_wrong_with_a_start_waits_for_a_person(
    charger: Charger, id_tag: str, root: Api, changes: dict[str, Any], reason: str
) -> None:
    charger.call(
        "StartTransaction", {"connectorId": 1, "idTag": id_tag, "meterStart": 0, "timestamp": ago(), **changes}
    )
    assert reasons(root, charger) == [reason]


def test_5_16_2_a_charging_profile_of_a_remote_start_reaches_the_charge_point(charger: Charger, root: Api) -> None:
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0}]},
    }
    request = {"idTag": "TAG", "connectorId": 1, "chargingProfile": profile}
    path = f"/api/charge_points/{charger.charge_point_id}/commands/RemoteStartTransaction"
    with ThreadPoolExecutor(1) as pool:
        served = pool.submit(charger.serve)
        assert root.post(path, request).json()["status"] == "Accepted"
        assert served.result() == [("RemoteStartTransaction", request)]


@pytest.mark.parametrize("timestamp", ["2026-01-05T10:00:00.123456Z", "2026-01-05T12:00:00+02:00"])
def test_errata_3_10_fractions_and_offsets_are_understood(
    charger: Charger, id_tag: str, root: Api, timestamp: str
) -> None:
    number = start(charger, id_tag, timestamp=timestamp)["transactionId"]
    assert session_of(root, number)["started_at"].startswith("2026-01-05T10:00:00.")


def test_errata_3_18_a_stop_of_transaction_minus_one_is_answered_as_if_it_were_valid(
    charger: Charger, id_tag: str, root: Api
) -> None:
    number = start(charger, id_tag)["transactionId"]
    assert verdict(stop(charger, -1, idTag=id_tag)) == "Accepted"
    assert session_of(root, number)["state"] == "completed"


def test_errata_3_54_transaction_ids_are_unique_positive_integers(charger: Charger, root: Api) -> None:
    tag = new_tag(root, concurrent_limit=10)
    numbers = [start(charger, tag, connector_id=n)["transactionId"] for n in range(1, 6)]
    assert numbers == sorted(set(numbers))
    assert all(type(number) is int and 1 <= number < 2**31 for number in numbers)


def test_errata_3_74_a_tag_is_the_same_in_any_case(charger: Charger, root: Api) -> None:
    tag = new_tag(root)
    number = start(charger, tag.lower())["transactionId"]
    assert verdict(stop(charger, number, idTag=tag.swapcase())) == "Accepted"
    assert reasons(root, charger) == []


def test_a_power_failure_in_the_middle_is_told_afterwards(
    new_charge_point: Callable[..., Any], connect: Callable[..., Charger], id_tag: str, root: Api
) -> None:
    charge_point = new_charge_point()
    charger = connect(*charge_point)
    charger.boot()
    number = start(charger, id_tag, timestamp=ago(minutes=30))["transactionId"]
    charger.socket.socket.close()
    back = connect(*charge_point)
    back.boot()
    back.status(1, "Finishing")
    stop(back, number, reason="PowerLoss", timestamp=ago(minutes=20))
    until(lambda: session_of(root, number)["state"] == "completed")
    assert session_of(root, number)["stop_reason"] == "PowerLoss"


@pytest.mark.parametrize("held", [-1, 0, 2**31 - 1])
def test_errata_3_52_no_local_list_has_the_version_0_or_minus_1(charger: Charger, root: Api, held: int) -> None:
    """Even where the charge point has come to the highest number there is."""
    station = ListStation(charger, version=held)
    station.want(root, new_tag(root))
    station.synced(root)
    assert all(1 <= sent["listVersion"] < 2**31 for sent in station.sent)
    assert bool(station.sent) == (held != -1)
