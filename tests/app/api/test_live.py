"""Live updates: who hears what, how soon, and how one goes on after a connection was lost."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.app.stories import begin, finish, press_start
from tests.app.watching import Watcher, ticket_of, watch, watching
from tests.live import Api, Charger, Server

METER = {"measurand": "Energy.Active.Import.Register", "unit": "Wh"}


def meter(charger: Charger, transaction_id: int, wh: int) -> None:
    values = [{"timestamp": datetime.now(UTC).isoformat(), "sampledValue": [{"value": str(wh), **METER}]}]
    payload = {"connectorId": 1, "transactionId": transaction_id, "meterValue": values}
    assert charger.call("MeterValues", payload) == {}


def closed(watcher: Watcher, seconds: float = 5.0) -> tuple[int, str]:
    """Wait for the end of a connection and return its code and reason."""
    with pytest.raises(ConnectionClosed) as ended:
        watcher.until("the end", seconds)
    assert ended.value.rcvd is not None
    return ended.value.rcvd.code, ended.value.rcvd.reason


def test_a_driver_follows_a_session_from_the_request_to_its_end(driver: Api, charger: Charger) -> None:
    with watching(driver) as watcher:
        session_id = press_start(driver, charger).json()["session_id"]
        watcher.until("session.created", session_id=session_id)
        transaction_id = begin(charger, driver.id_tag)["transactionId"]
        watcher.until("session.updated", state="charging", transaction_id=transaction_id)
        meter(charger, transaction_id, 1500)
        assert watcher.until("session.updated", energy_wh=500)["data"]["session_id"] == session_id
        finish(charger, transaction_id)
        ended = watcher.until("session.ended")
        assert ended["data"] == driver.get(f"/api/sessions/{session_id}").json()
        numbers = [int(message["id"].rpartition("-")[2]) for message in watcher.heard]
        assert numbers == sorted(set(numbers))
        versions = [m["data"]["version"] for m in watcher.heard if m["type"].startswith("session.")]
        assert versions == sorted(versions)


def test_a_status_change_at_the_charger_arrives_within_a_second(driver: Api, charger: Charger) -> None:
    with watching(driver) as watcher:
        began = time.monotonic()
        charger.status(1, "Preparing")
        told = watcher.until("connector.status", charge_point_id=charger.charge_point_id)
        assert time.monotonic() - began < 1.0
        assert (told["data"]["connector_id"], told["data"]["status"], told["data"]["online"]) == (1, "Preparing", True)
        assert "error_code" not in told["data"]


def test_staff_hear_of_everybody_and_see_what_staff_see(root: Api, driver: Api, charger: Charger) -> None:
    with watching(root) as staff:
        charger.status(0, "Faulted", errorCode="GroundFailure")
        told = staff.until("connector.status", charge_point_id=charger.charge_point_id, connector_id=0)
        assert told["data"]["error_code"] == "GroundFailure"
        session_id = press_start(driver, charger).json()["session_id"]
        staff.until("session.created", session_id=session_id, username=driver.username)


def test_a_driver_hears_nothing_of_others_sessions_nor_what_only_staff_see(
    server: Server, root: Api, driver: Api, charger: Charger, id_tag: str
) -> None:
    here = {"charge_point_id": charger.charge_point_id}
    with watching(driver) as watcher:
        transaction_id = begin(charger, id_tag)["transactionId"]
        finish(charger, transaction_id)
        charger.status(0, "Unavailable")
        charger.call("DiagnosticsStatusNotification", {"status": "Uploading"})
        root.patch(f"/api/charge_points/{charger.charge_point_id}", name="By the door")
        told = watcher.until("charge_point.updated", id=charger.charge_point_id)
        assert told["data"] == driver.get(f"/api/charge_points/{charger.charge_point_id}").json()
        charger.status(2, "Preparing")
        watcher.until("connector.status", connector_id=2, **here)
        mine = [m for m in watcher.heard if charger.charge_point_id in str(m["data"])]
        assert [m["type"] for m in mine] == ["charge_point.updated", "connector.status"]
        assert not [m for m in watcher.heard if m["type"].startswith("session.")]


def test_coming_going_and_removal_of_a_charge_point_are_told(
    root: Api, driver: Api, new_charge_point: Callable[..., tuple[str, str | None]], connect: Callable[..., Charger]
) -> None:
    with watching(driver) as watcher:
        charge_point_id, password = new_charge_point(name="New")
        watcher.until("charge_point.updated", id=charge_point_id, name="New", online=False)
        charger = connect(charge_point_id, password)
        watcher.until("charge_point.online", id=charge_point_id, online=True)
        charger.close()
        watcher.until("charge_point.offline", id=charge_point_id, online=False)
        assert root.delete(f"/api/charge_points/{charge_point_id.lower()}").status_code == 204
        watcher.until("charge_point.removed", id=charge_point_id)


def test_a_charge_point_out_of_service_is_gone_for_drivers(root: Api, driver: Api, charger: Charger) -> None:
    with watching(driver) as watcher, watching(root) as staff:
        root.patch(f"/api/charge_points/{charger.charge_point_id}", registration="Rejected")
        watcher.until("charge_point.removed", id=charger.charge_point_id)
        staff.until("charge_point.updated", id=charger.charge_point_id, registration="Rejected")
        staff.until("charge_point.offline", id=charger.charge_point_id)
        assert "charge_point.offline" not in watcher.types()


def test_drivers_do_not_hear_of_the_end_of_a_charge_point_that_is_not_theirs_to_see(
    root: Api, driver: Api, charger: Charger, new_charge_point: Callable[..., tuple[str, str | None]]
) -> None:
    charge_point_id, _password = new_charge_point()
    path = f"/api/charge_points/{charge_point_id}"
    root.patch(path, registration="Pending")
    with watching(driver) as watcher, watching(root) as staff:
        root.patch(path, registration="Rejected")
        staff.until("charge_point.updated", id=charge_point_id, registration="Rejected")
        root.delete(path)
        staff.until("charge_point.removed", id=charge_point_id)
        root.patch(f"/api/charge_points/{charger.charge_point_id}", name="Afterwards")
        watcher.until("charge_point.updated", id=charger.charge_point_id, name="Afterwards")
        assert charge_point_id not in str(watcher.heard)


def test_a_ticket_is_good_once(driver: Api) -> None:
    url = ticket_of(driver)
    with watch(url) as watcher:
        assert watcher.next()["type"] == "hello"
    with pytest.raises(InvalidStatus) as refused, watch(url):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("ticket", ["", "?ticket=", "?ticket=unknown", "?last_event_id=1", "?" + "a=1&" * 20])
def test_without_a_good_ticket_nobody_comes_in(server: Server, ticket: str) -> None:
    with pytest.raises(InvalidStatus) as refused, watch(server.ocpp_url.replace("/ocpp", f"/live{ticket}")):
        pass
    assert refused.value.response.status_code == 403


def test_only_our_own_pages_may_watch(server: Server, driver: Api) -> None:
    with pytest.raises(InvalidStatus) as refused, watch(ticket_of(driver), origin="https://evil.example"):
        pass
    assert refused.value.response.status_code == 403
    with watching(driver, origin=server.url):
        pass


def test_who_comes_back_is_told_what_he_missed(driver: Api, charger: Charger) -> None:
    here = {"charge_point_id": charger.charge_point_id}
    with watching(driver) as watcher:
        charger.status(1, "Preparing")
        last = watcher.until("connector.status", status="Preparing", **here)["id"]
        charger.status(2, "Preparing")
        missed = watcher.until("connector.status", connector_id=2, **here)
    charger.status(1, "Available")
    with watching(driver, last) as watcher:
        assert watcher.heard[0]["id"] == last
        assert watcher.until("connector.status", **here) == missed
        watcher.until("connector.status", connector_id=1, status="Available", **here)
        assert "resync" not in watcher.types()
        ids = [message["id"] for message in watcher.heard]
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize("last_event_id", ["0badcafe-1", "nonsense", "0badcafe-99999999999999999999"])
def test_who_comes_back_from_another_time_is_told_to_read_anew(driver: Api, last_event_id: str) -> None:
    with watching(driver, last_event_id) as watcher:
        assert watcher.next()["type"] == "resync"


def test_a_disabled_account_is_cut_off_within_a_second(root: Api, server: Server) -> None:
    driver = server.sign_up()
    with watching(driver) as watcher:
        root.patch(f"/api/users/{driver.username}", disabled=True)
        began = time.monotonic()
        assert closed(watcher) == (1008, "this login has ended")
        assert time.monotonic() - began < 1.0
    driver.close()


def test_who_is_promoted_or_demoted_has_to_come_again(root: Api, driver: Api) -> None:
    with watching(driver) as watcher:
        root.patch(f"/api/users/{driver.username}", role="staff")
        assert closed(watcher) == (1008, "the role has changed: connect again")
    with watching(driver) as watcher:
        root.patch(f"/api/users/{driver.username}", role="user")
        assert closed(watcher) == (1008, "the role has changed: connect again")


def test_a_new_password_ends_other_logins_and_a_logout_ones_own(server: Server, driver: Api) -> None:
    elsewhere = server.log_in(driver.username, "a driver's")
    with watching(elsewhere) as other, watching(driver) as own:
        driver.post("/api/me/password", old_password="a driver's", new_password="another password")
        assert closed(other) == (1008, "this login has ended")
        driver.post("/api/logout", {})
        assert closed(own) == (1008, "this login has ended")
    elsewhere.close()


def test_a_ticket_of_a_login_that_has_ended_is_not_good(server: Server, driver: Api) -> None:
    url = ticket_of(driver)
    driver.post("/api/logout", {})
    with pytest.raises(InvalidStatus) as refused, watch(url):
        pass
    assert refused.value.response.status_code == 403
