"""OCPP-J 1.6 and its errata, section by section, on the server as deployed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from websockets.exceptions import InvalidStatus

from tests.app.charging import ago, connector, sessions_on, start, stop, verdict
from tests.app.secure import configure
from tests.live import Api, Charger, Server, basic


def refused(connect: Callable[..., Charger], *args: Any, **options: Any) -> int:
    with pytest.raises(InvalidStatus) as refusal:
        connect(*args, **options)
    return refusal.value.response.status_code


def code_of(answer: Any) -> str:
    """Return the code of a CALLERROR, whose details are an empty object."""
    kind, _message_id, code, description, details = answer
    assert (kind, details) == (4, {})
    assert isinstance(description, str)
    return str(code)


# 3: the connection


def test_3_1_1_the_id_at_the_end_of_the_url_is_percent_decoded(root: Api, connect: Callable[..., Charger]) -> None:
    spaced = f"RDAM {uuid4().hex[:6]}"
    password = root.post("/api/charge_points", id=spaced).json()["password"]
    assert connect(spaced, password, path=spaced.replace(" ", "%20")).boot()["status"] == "Accepted"


def test_3_2_an_unknown_id_is_404(connect: Callable[..., Charger]) -> None:
    assert refused(connect, f"NOBODY-{uuid4().hex[:6]}") == 404


def test_3_2_without_an_agreed_subprotocol_there_is_no_upgrade(
    new_charge_point: Callable[..., Any], connect: Callable[..., Charger]
) -> None:
    charge_point = new_charge_point()
    assert refused(connect, *charge_point, subprotocols=["ocpp0.1"]) == 400
    assert connect(*charge_point, subprotocols=["ocpp0.1", "ocpp1.6"]).socket.subprotocol == "ocpp1.6"


# 4: the messages


def test_4_1_1_one_call_of_ours_is_outstanding_at_a_time(charger: Charger, root: Api) -> None:
    charger.answers["Reset"] = None
    path = f"/api/charge_points/{charger.charge_point_id}/commands/Reset"
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(root.post, path, type=kind) for kind in ("Soft", "Hard")]
        first = charger.receive()
        # A Heartbeat's answer comes next: the second Reset waits for the first one's answer.
        charger.send([2, "beat", "Heartbeat", {}])
        assert charger.receive()[:2] == [3, "beat"]
        charger.send([3, first[1], {"status": "Accepted"}])
        second = charger.receive()
        charger.send([3, second[1], {"status": "Rejected"}])
        statuses = {answer.result().json()["status"] for answer in asked}
    assert statuses == {"Accepted", "Rejected"}
    assert {first[3]["type"], second[3]["type"]} == {"Soft", "Hard"}


def test_4_1_1_a_charge_point_may_call_while_it_owes_an_answer(charger: Charger, root: Api, id_tag: str) -> None:
    charger.answers["TriggerMessage"] = None
    path = f"/api/charge_points/{charger.charge_point_id}/commands/TriggerMessage"
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(root.post, path, requestedMessage="Heartbeat")
        frame = charger.receive()
        assert charger.call("Authorize", {"idTag": id_tag})["idTagInfo"]["status"] == "Accepted"
        charger.send([3, frame[1], {"status": "Accepted"}])
        assert asked.result().json()["status"] == "Accepted"


def test_4_1_1_who_does_not_answer_keeps_nobody_else_waiting(
    charger: Charger, new_charge_point: Callable[..., Any], connect: Callable[..., Charger], root: Api
) -> None:
    quick = connect(*new_charge_point())
    quick.boot()
    with ThreadPoolExecutor(2) as pool:
        silent = pool.submit(root.post, f"/api/charge_points/{charger.charge_point_id}/commands/Reset", type="Soft")
        charger.receive()
        served = pool.submit(quick.serve)
        answer = root.post(f"/api/charge_points/{quick.charge_point_id}/commands/Reset", type="Soft")
        assert answer.json()["status"] == "Accepted"
        assert not silent.done()
        served.result()
        charger.close()
        assert silent.result().json()["code"] == "charge_point_disconnected"


def test_4_1_3_an_unknown_message_type_is_ignored(charger: Charger) -> None:
    charger.send([5, "1", {}])
    charger.send([17, "2", "Heartbeat", {}])
    assert "currentTime" in charger.call("Heartbeat", {})


@pytest.mark.parametrize("message_id", ["1", "x" * 36, "ein Umlaut: ä", "dd92e39d-ff7d-477c-a250-c4d82665eea8"])
def test_4_1_4_any_text_of_36_characters_is_a_message_id(charger: Charger, message_id: str) -> None:
    assert "currentTime" in charger.call("Heartbeat", {}, message_id=message_id)


def test_4_1_4_a_message_id_that_is_too_long_is_refused_under_its_own_name(charger: Charger) -> None:
    assert code_of(charger.call("Heartbeat", {}, message_id="x" * 37)) == "FormationViolation"


@pytest.mark.parametrize("message_id", [7, None, {"a": 1}, ["x"], ""])
def test_4_1_4_what_is_no_message_id_is_never_echoed(charger: Charger, message_id: Any) -> None:
    charger.send([2, message_id, "Heartbeat", {}])
    charger.send([2, "after", "Heartbeat", {}])
    answers = [charger.receive()]
    if answers[0][1] != "after":
        assert (answers[0][0], answers[0][1]) == (4, "")
        answers.append(charger.receive())
    assert answers[-1][:2] == [3, "after"]


def test_4_1_4_a_call_whose_id_is_in_hand_already_is_refused_and_the_first_is_answered(
    charger: Charger, id_tag: str
) -> None:
    start_it = [2, "same", "StartTransaction", {"connectorId": 1, "idTag": id_tag, "meterStart": 0, "timestamp": ago()}]
    for _ in range(2):
        charger.send(start_it)
    kinds = sorted(charger.receive()[0] for _ in range(2))
    # The second may also have come when the first was done with; then it is a retry.
    assert kinds in ([3, 4], [3, 3])


def test_4_1_4_and_errata_3_1_our_message_ids_are_used_once_on_all_connections_together(
    new_charge_point: Callable[..., Any], connect: Callable[..., Charger], root: Api
) -> None:
    charge_point = new_charge_point()
    path = f"/api/charge_points/{charge_point[0]}/commands/ClearCache"
    message_ids = []
    for _connection in range(3):
        charger = connect(*charge_point)
        charger.boot()
        for _command in range(3):
            with ThreadPoolExecutor(1) as pool:
                asked = pool.submit(root.post, path, {})
                frame = charger.receive()
                charger.send([3, frame[1], {"status": "Accepted"}])
                assert asked.result().json()["status"] == "Accepted"
            message_ids.append(frame[1])
        charger.close()
    assert len(set(message_ids)) == 9
    assert all(0 < len(message_id) <= 36 for message_id in message_ids)


@pytest.mark.parametrize("payload", [None, {}])
def test_4_2_2_an_empty_answer_may_be_null(charger: Charger, root: Api, server: Server, payload: Any) -> None:
    order = {"location": f"{server.url}/files/firmware/{'0' * 40}/x.bin", "retrieveDate": "2030-01-01T00:00:00Z"}
    path = f"/api/charge_points/{charger.charge_point_id}/commands/UpdateFirmware"
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(root.post, path, order)
        charger.send([3, charger.receive()[1], payload])
        assert (asked.result().status_code, asked.result().json()["response"]) == (200, {})


@pytest.mark.parametrize(
    "code",
    [
        "NotImplemented",
        "NotSupported",
        "InternalError",
        "ProtocolError",
        "SecurityError",
        "FormationViolation",
        "PropertyConstraintViolation",
        "OccurenceConstraintViolation",
        "TypeConstraintViolation",
        "GenericError",
        # As OCPP 2 spells them, and some charge points of 1.6.
        "FormatViolation",
        "OccurrenceConstraintViolation",
    ],
)
def test_4_2_3_a_charge_points_call_error_is_told_as_it_is(charger: Charger, root: Api, code: str) -> None:
    charger.answers["ClearCache"] = [code, "why", {}]
    path = f"/api/charge_points/{charger.charge_point_id}/commands/ClearCache"
    with ThreadPoolExecutor(1) as pool:
        served = pool.submit(charger.serve)
        answer = root.post(path, {})
        served.result()
    assert (answer.status_code, answer.json()["code"], answer.json()["ocpp_error"]) == (502, "call_error", code)


@pytest.mark.parametrize("payload", [None, {}])
def test_4_2_1_an_empty_payload_may_be_null(charger: Charger, payload: Any) -> None:
    assert "currentTime" in charger.call("Heartbeat", payload)


def test_4_2_3_an_action_ocpp_does_not_know_is_not_implemented(charger: Charger) -> None:
    assert code_of(charger.call("MakeCoffee", {})) == "NotImplemented"


@pytest.mark.parametrize("action", ["RemoteStartTransaction", "UnlockConnector", "ClearCache"])
def test_4_2_3_an_action_we_do_not_serve_is_not_supported(charger: Charger, action: str) -> None:
    assert code_of(charger.call(action, {})) == "NotSupported"


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('[2,"x","Heartbeat",{}', "FormationViolation"),
        ('[2,"x","Heartbeat",{},"more"]', "FormationViolation"),
        ('[2,"x","Heartbeat",[]]', "FormationViolation"),
        ('[2,"x",["Heartbeat"],{}]', "FormationViolation"),
        ('[2,"x","Authorize",{"idTag":"A","idTag":"B"}]', "FormationViolation"),
        ('[2,"x","Heartbeat"]', "ProtocolError"),
        ('[2,"x"]', "ProtocolError"),
        ('[2,"x","Authorize",{}]', "OccurenceConstraintViolation"),
        ('[2,"x","Authorize",{"idTag":7}]', "TypeConstraintViolation"),
        ('[2,"x","MeterValues",{"connectorId":1,"meterValue":{}}]', "TypeConstraintViolation"),
        ('[2,"x","MeterValues",{"connectorId":"one","meterValue":[]}]', "PropertyConstraintViolation"),
    ],
)
def test_4_2_3_a_fault_of_form_is_told_by_its_name(charger: Charger, frame: str, code: str) -> None:
    charger.send(frame)
    answer = charger.receive()
    assert (answer[1], code_of(answer)) == ("x", code)
    assert "currentTime" in charger.call("Heartbeat", {})


def test_4_2_3_a_business_outcome_is_never_a_call_error(charger: Charger) -> None:
    assert verdict(start(charger, "NOBODY")) == "Invalid"
    assert stop(charger, 2_000_000_000) == {}
    assert charger.call("DataTransfer", {"vendorId": "X"}) == {"status": "UnknownVendorId"}


# 5: what follows from a lasting connection


def test_5_3_a_heartbeat_is_a_clock_and_its_interval_is_handed_out_at_boot(charger: Charger) -> None:
    answer = charger.boot()
    assert 0 < answer["interval"] <= 24 * 3600
    assert charger.call("Heartbeat", {})["currentTime"] >= answer["currentTime"]


def test_5_4_a_reconnection_needs_no_boot(
    new_charge_point: Callable[..., Any], connect: Callable[..., Charger], root: Api
) -> None:
    charge_point = new_charge_point()
    first = connect(*charge_point)
    first.boot()
    first.close()
    again = connect(*charge_point)
    again.status(1, "Available")
    assert connector(root, again)["status"] == "Available"
    assert root.get(f"/api/charge_points/{charge_point[0]}").json()["online"] is True


# 6: security


@pytest.mark.parametrize(("answer", "opens", "closed"), [("Accepted", "new", "old"), ("Rejected", "old", "new")])
def test_6_2_2_a_key_that_was_accepted_replaces_the_old_one_and_a_refused_one_does_not(
    new_charge_point: Callable[..., Any],
    connect: Callable[..., Charger],
    root: Api,
    answer: str,
    opens: str,
    closed: str,
) -> None:
    charge_point, old = new_charge_point()
    keys = {"old": old, "new": "0f1e2d3c4b5a69788796a5b4c3d2e1f001122334"}
    charger = connect(charge_point, old)
    charger.boot()
    configure(root, charger, "AuthorizationKey", keys["new"], {"status": answer})
    connect(charge_point, keys[opens]).boot()
    assert refused(connect, charge_point, keys[closed]) == 401


def test_6_2_2_the_key_is_write_only(charger: Charger, root: Api) -> None:
    secret = "fe" * 20
    path = f"/api/charge_points/{charger.charge_point_id}/commands/GetConfiguration"
    key = {"key": "AuthorizationKey", "readonly": False, "value": secret}
    charger.answers["GetConfiguration"] = {"configurationKey": [key]}
    with ThreadPoolExecutor(1) as pool:
        served = pool.submit(charger.serve)
        answer = root.post(path, {})
        served.result()
    assert answer.status_code == 200
    for text in (answer.text, root.get(f"/api/commands/{answer.json()['command_id']}").text):
        assert "AuthorizationKey" in text
        assert secret not in text


@pytest.mark.parametrize("as_bytes", [True, False])
def test_6_2_2_a_key_may_come_as_binary_or_as_its_hex_form(
    new_charge_point: Callable[..., Any], connect: Callable[..., Charger], as_bytes: bool
) -> None:
    key = "ff00" * 10
    charge_point, _ = new_charge_point(password=key)
    shown = bytes.fromhex(key) if as_bytes else key
    assert connect(charge_point, headers={"Authorization": basic(charge_point, shown)}).boot()["status"] == "Accepted"


def test_6_2_2_the_user_name_is_the_charge_points_id(
    new_charge_point: Callable[..., Any], connect: Callable[..., Charger]
) -> None:
    charge_point, password = new_charge_point()
    assert refused(connect, charge_point, headers={"Authorization": basic("other", password)}) == 401
    assert refused(connect, charge_point) == 401


# The errata


@pytest.mark.parametrize("action", ["StopTransaction", "MeterValues"])
@pytest.mark.parametrize("unit", ["Celsius", "Celcius"])
def test_errata_2_1_both_spellings_of_celsius_are_taken(charger: Charger, id_tag: str, action: str, unit: str) -> None:
    number = start(charger, id_tag)["transactionId"]
    sample = {"value": "31", "measurand": "Temperature", "unit": unit}
    values = [{"timestamp": ago(), "sampledValue": [sample]}]
    if action == "MeterValues":
        payload = {"connectorId": 1, "transactionId": number, "meterValue": values}
    else:
        payload = {"transactionId": number, "meterStop": 1, "timestamp": ago(), "transactionData": values}
    assert charger.call(action, payload) == {}


def test_errata_2_6_a_stop_needs_no_reason(charger: Charger, id_tag: str) -> None:
    number = start(charger, id_tag)["transactionId"]
    assert charger.call("StopTransaction", {"transactionId": number, "meterStop": 1, "timestamp": ago()}) == {}


def test_errata_3_1_the_same_message_id_after_a_boot_is_another_message(charger: Charger, id_tag: str) -> None:
    payload = {"connectorId": 1, "idTag": id_tag, "meterStart": 0}
    first = charger.call("StartTransaction", {**payload, "timestamp": ago(minutes=9)}, message_id="1")
    charger.boot()
    second = charger.call("StartTransaction", {**payload, "timestamp": ago()}, message_id="1")
    assert first["transactionId"] != second["transactionId"]


def test_errata_3_7_a_call_sent_again_under_its_id_is_the_same_call(charger: Charger, id_tag: str, root: Api) -> None:
    payload = {"connectorId": 1, "idTag": id_tag, "meterStart": 0, "timestamp": ago()}
    answers = [charger.call("StartTransaction", payload, message_id="again") for _ in range(3)]
    assert answers == answers[:1] * 3
    assert len(sessions_on(root, charger)) == 1


def test_errata_3_5_charge_points_are_answered_each_by_itself(
    charger: Charger, new_charge_point: Callable[..., Any], connect: Callable[..., Charger]
) -> None:
    neighbour = connect(*new_charge_point())
    neighbour.boot()
    for n in range(50):
        charger.send([2, str(n), "Authorize", {"idTag": "X"}])
    assert "currentTime" in neighbour.call("Heartbeat", {}, seconds=2)
    assert [charger.receive()[1] for _ in range(50)] == [str(n) for n in range(50)]


def test_errata_3_10_a_call_before_the_boot_is_a_security_error(
    new_charge_point: Callable[..., Any], connect: Callable[..., Charger]
) -> None:
    charger = connect(*new_charge_point())
    assert code_of(charger.call("Heartbeat", {})) == "SecurityError"
    charger.boot()
    assert "currentTime" in charger.call("Heartbeat", {})
