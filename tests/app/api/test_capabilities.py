"""What a charge point can do, and commands that it is known to refuse."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.app.stories import meanwhile, problem
from tests.live import Api, Charger, Server

NOT_KNOWN = ["NotSupported", "", {}]
LOCAL_LIST = {"listVersion": 1, "updateType": "Full"}


@pytest.fixture(scope="module")
def staff(server: Server, root: Api) -> Iterator[Api]:
    root.post("/api/users", username="staff-of-capabilities", password="long enough", role="staff")
    api = server.log_in("staff-of-capabilities", "long enough")
    yield api
    api.close()


def ask(api: Api, charger: Charger, action: str, payload: dict[str, Any], **query: Any) -> httpx.Response:
    path = f"/api/charge_points/{charger.charge_point_id}/commands/{action}"
    return api.http.post(path, json=payload, params=query)


def answer(api: Api, charger: Charger, action: str, payload: dict[str, Any], said: Any, **query: Any) -> httpx.Response:
    """Send a command and let the charge point say this."""
    charger.answers[action] = said
    sent = meanwhile(lambda: ask(api, charger, action, payload, **query))
    charger.serve(1)
    return sent()


def declare(api: Api, charger: Charger, **values: str) -> None:
    entries = [{"key": key, "readonly": True, "value": value} for key, value in values.items()]
    assert answer(api, charger, "GetConfiguration", {}, {"configurationKey": entries}).status_code == 200


def capabilities(api: Api, charger: Charger) -> dict[str, Any]:
    told = api.get(f"/api/charge_points/{charger.charge_point_id}/capabilities")
    assert told.status_code == 200, told.text
    document: dict[str, Any] = told.json()
    return document


def supported(api: Api, charger: Charger, action: str) -> tuple[str, str]:
    (one,) = [each for each in capabilities(api, charger)["actions"] if each["action"] == action]
    return one["supported"], one["reason"]


def boot(charger: Charger, firmware: str) -> None:
    facts = {"chargePointVendor": "Test", "chargePointModel": "Frame by frame", "firmwareVersion": firmware}
    charger.call("BootNotification", facts)


def test_of_one_that_told_nothing_the_core_is_known(staff: Api, charger: Charger) -> None:
    told = capabilities(staff, charger)
    assert told["limits"] == {}
    assert "feature_profiles" not in told
    assert supported(staff, charger, "Reset")[0] == "yes"
    assert supported(staff, charger, "ReserveNow")[0] == "unknown"


def test_what_it_declares_is_shown_and_what_it_does_not_is_refused_at_once(root: Api, charger: Charger) -> None:
    declare(root, charger, SupportedFeatureProfiles="Core,SmartCharging", ChargeProfileMaxStackLevel="8")
    told = capabilities(root, charger)
    assert told["feature_profiles"] == ["Core", "SmartCharging"]
    assert told["limits"] == {"ChargeProfileMaxStackLevel": 8}
    assert supported(root, charger, "SetChargingProfile")[0] == "yes"

    trigger = {"requestedMessage": "Heartbeat"}
    refused = problem(ask(root, charger, "TriggerMessage", trigger), 409, "not_supported_by_charge_point")
    assert refused["reason"] == "SupportedFeatureProfiles does not list RemoteTrigger"
    assert refused["reason"] in refused["detail"]
    problem(ask(root, charger, "TriggerMessage", {}), 422, "bad_input")

    forced = answer(root, charger, "TriggerMessage", trigger, {"status": "Accepted"}, force="true")
    assert forced.json()["status"] == "Accepted"
    assert supported(root, charger, "TriggerMessage") == ("yes", "it has answered it")
    assert answer(root, charger, "TriggerMessage", trigger, {"status": "NotImplemented"}).status_code == 200


@pytest.mark.parametrize("said", [NOT_KNOWN, ["NotImplemented", "what?", {}], {"status": "NotSupported"}], ids=str)
def test_a_refusal_is_learnt_and_told_until_it_is_refuted(root: Api, charger: Charger, said: Any) -> None:
    answer(root, charger, "SendLocalList", LOCAL_LIST, said)
    assert supported(root, charger, "SendLocalList")[0] == "no"
    refused = problem(ask(root, charger, "SendLocalList", LOCAL_LIST), 409, "not_supported_by_charge_point")
    assert refused["reason"].startswith("it answered with")
    sent = answer(root, charger, "SendLocalList", LOCAL_LIST, {"status": "Accepted"}, force="true")
    assert sent.status_code == 200
    assert supported(root, charger, "SendLocalList")[0] == "yes"


def test_an_error_that_is_not_about_the_action_teaches_nothing(root: Api, charger: Charger) -> None:
    failed = answer(root, charger, "ReserveNow", RESERVATION, ["InternalError", "", {}])
    problem(failed, 502, "call_error")
    assert supported(root, charger, "ReserveNow")[0] == "unknown"


RESERVATION = {"connectorId": 1, "idTag": "X", "reservationId": 1, "expiryDate": "2090-01-01T00:00:00Z"}


def test_another_firmware_version_forgets_what_was_learnt(root: Api, charger: Charger) -> None:
    boot(charger, "1.0")
    declare(root, charger, SupportedFeatureProfiles="Core")
    answer(root, charger, "ClearCache", {}, NOT_KNOWN)
    boot(charger, "1.0")
    assert supported(root, charger, "ClearCache")[0] == "no"
    boot(charger, "2.0")
    told = capabilities(root, charger)
    assert (told["firmware_version"], "feature_profiles" in told) == ("2.0", False)
    assert supported(root, charger, "ClearCache")[0] == "yes"


def test_so_does_an_installation_for_not_every_charge_point_tells_its_version(root: Api, charger: Charger) -> None:
    answer(root, charger, "ClearCache", {}, NOT_KNOWN)
    charger.call("FirmwareStatusNotification", {"status": "Installing"})
    assert supported(root, charger, "ClearCache")[0] == "no"
    charger.call("FirmwareStatusNotification", {"status": "Installed"})
    assert supported(root, charger, "ClearCache")[0] == "yes"


def test_and_a_changed_key_for_it_may_have_switched_something_on(root: Api, charger: Charger) -> None:
    answer(root, charger, "SendLocalList", LOCAL_LIST, {"status": "NotSupported"})
    change = {"key": "LocalAuthListEnabled", "value": "true"}
    answer(root, charger, "ChangeConfiguration", change, {"status": "Rejected"})
    assert supported(root, charger, "SendLocalList")[0] == "no"
    answer(root, charger, "ChangeConfiguration", change, {"status": "Accepted"})
    assert supported(root, charger, "SendLocalList")[0] == "unknown"


def test_starts_and_stops_are_sent_whatever_was_answered(root: Api, charger: Charger) -> None:
    for _ in range(2):
        failed = answer(root, charger, "RemoteStopTransaction", {"transactionId": 1}, NOT_KNOWN)
        assert problem(failed, 502, "call_error")["ocpp_error"] == "NotSupported"
