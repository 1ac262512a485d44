"""Firmware campaigns: one image to many charge points, a few at a time, followed to each one's end."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests import plain_http
from tests.app.file_stories import IMAGE, add_image, updates_of
from tests.app.manufacturer import signer
from tests.app.stories import new_charger, problem
from tests.live import Api, Charger, Server, plug_in, until

CAMPAIGNS = "/api/firmware_campaigns"
NewCharger = Callable[[], Charger]


@pytest.fixture
def chargers(server: Server, root: Api) -> Iterator[NewCharger]:
    """Connect charge points that take updates."""
    connected: list[Charger] = []

    def add() -> Charger:
        connected.append(new_charger(server, root, connectors=0))
        connected[-1].answers["UpdateFirmware"] = {}
        return connected[-1]

    yield add
    for charger in connected:
        charger.close()


@pytest.fixture(scope="module")
def image(root: Api) -> dict[str, Any]:
    return add_image(root, version="3.0")


def begin(root: Api, image: dict[str, Any], *chargers: Charger, **more: Any) -> str:
    ids = [charger.charge_point_id for charger in chargers]
    answer = root.post(CAMPAIGNS, {"firmware_id": image["firmware_id"], "charge_point_ids": ids} | more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["campaign_id"])


def campaign(root: Api, campaign_id: str) -> dict[str, Any]:
    return dict(root.get(f"{CAMPAIGNS}/{campaign_id}").json())


def finished(root: Api, campaign_id: str) -> dict[str, Any]:
    """Return a campaign once nothing of it is under way any more."""
    return until(lambda: now if "finished_at" in (now := campaign(root, campaign_id)) else None)


def outcomes(root: Api, campaign_id: str) -> dict[str, tuple[str, str | None]]:
    items = root.get(f"{CAMPAIGNS}/{campaign_id}/charge_points").json()["items"]
    return {each["charge_point_id"]: (each["state"], each.get("reason")) for each in items}


def tell(charger: Charger, *statuses: str) -> None:
    for status in statuses:
        assert charger.call("FirmwareStatusNotification", {"status": status}) == {}


def hang_up(root: Api, charger: Charger) -> None:
    charger.close()
    until(lambda: not root.get(f"/api/charge_points/{charger.charge_point_id}").json()["online"])


def test_one_succeeds_one_fails_and_one_that_was_offline_is_waited_for(
    server: Server, root: Api, image: dict[str, Any], chargers: NewCharger, new_charge_point: Callable[..., Any]
) -> None:
    first, second = sorted((chargers(), chargers()), key=lambda each: each.charge_point_id.casefold())
    late_id, password = new_charge_point()
    ids = [first.charge_point_id, second.charge_point_id, late_id, first.charge_point_id.lower()]
    campaign_id = begin(root, image, charge_point_ids=ids, at_once=1, max_failures=1, retries=2)

    ((_action, sent),) = first.serve(1)
    assert sent["retries"] == 2
    tell(first, "Downloading")
    now = campaign(root, campaign_id)
    assert (now["state"], now["version"], now["charge_points"]["under_way"]) == ("running", "3.0", 1)
    assert now["charge_points"]["waiting"] == 2, "one at a time, and each once"
    assert plain_http.get(sent["location"]).content == IMAGE
    tell(first, "Downloaded", "Installing", "Installed")

    second.serve(1)
    tell(second, "Downloading", "DownloadFailed")
    until(lambda: campaign(root, campaign_id)["charge_points"]["failed"] == 1)
    assert campaign(root, campaign_id)["state"] == "running"

    late = plug_in(server, late_id, password)
    late.answers["UpdateFirmware"] = {}
    late.boot()
    late.serve(1)
    tell(late, "Installed")
    late.close()
    done = finished(root, campaign_id)
    counted = {state: number for state, number in done["charge_points"].items() if number}
    assert (done["state"], counted) == ("completed", {"succeeded": 2, "failed": 1})
    assert outcomes(root, campaign_id) == {
        first.charge_point_id: ("succeeded", None),
        second.charge_point_id: ("failed", "download_failed"),
        late_id: ("succeeded", None),
    }
    (failed,) = root.get(f"{CAMPAIGNS}/{campaign_id}/charge_points", state="failed").json()["items"]
    assert failed["hint"]
    updates = root.get("/api/firmware_updates", campaign_id=campaign_id).json()["items"]
    assert failed["firmware_update_id"] in {update["firmware_update_id"] for update in updates}
    assert len(updates) == 3
    assert campaign_id in {each["campaign_id"] for each in root.get(CAMPAIGNS, state="completed").json()["items"]}


def test_too_many_failures_stop_it_and_what_is_under_way_is_followed_to_its_end(
    root: Api, image: dict[str, Any], chargers: NewCharger
) -> None:
    first, second, third = sorted((chargers() for _ in range(3)), key=lambda each: each.charge_point_id.casefold())
    campaign_id = begin(root, image, first, second, third, at_once=2)
    first.serve(1)
    second.serve(1)
    tell(first, "InstallationFailed")
    stopped = until(lambda: now if (now := campaign(root, campaign_id))["state"] == "stopped" else None)
    assert (stopped["reason"], "finished_at" in stopped) == ("too_many_failed", False)
    assert stopped["hint"]
    tell(second, "Installed")
    finished(root, campaign_id)
    assert outcomes(root, campaign_id) == {
        first.charge_point_id: ("failed", "installation_failed"),
        second.charge_point_id: ("succeeded", None),
        third.charge_point_id: ("canceled", None),
    }
    assert updates_of(root, third) == []
    problem(root.post(f"{CAMPAIGNS}/{campaign_id}/cancel"), 409, "campaign_over")


def test_a_canceled_campaign_begins_with_nobody_more(root: Api, image: dict[str, Any], chargers: NewCharger) -> None:
    charger = chargers()
    hang_up(root, charger)
    campaign_id = begin(root, image, charger)
    canceled = root.post(f"{CAMPAIGNS}/{campaign_id}/cancel").json()
    assert (canceled["state"], canceled["charge_points"]["canceled"]) == ("canceled", 1)
    finished(root, campaign_id)
    assert campaign(root, campaign_id)["state"] == "canceled"


def test_charge_points_that_need_it_not_or_must_not_have_it_are_left_out(
    server: Server, root: Api, chargers: NewCharger
) -> None:
    newer, same, other, refuses = (chargers() for _ in range(4))
    for charger, version, vendor in ((newer, "4.0", "ACME"), (same, "3.0", "ACME"), (other, "1.0", "Other")):
        boot = {"chargePointVendor": vendor, "chargePointModel": "X", "firmwareVersion": version}
        charger.call("BootNotification", boot)
    refuses.call("BootNotification", {"chargePointVendor": "ACME", "chargePointModel": "X"})
    refuses.answers["SignedUpdateFirmware"] = {"status": "InvalidCertificate"}
    image = add_image(root, version="3.0", vendor="ACME", **signer().signed(IMAGE))
    campaign_id = begin(root, image, newer, same, other, refuses, signed=True, at_once=4, max_failures=1)
    refuses.serve(1)
    assert finished(root, campaign_id)["state"] == "completed"
    assert outcomes(root, campaign_id) == {
        newer.charge_point_id: ("skipped", "firmware_is_older"),
        same.charge_point_id: ("skipped", "already_installed"),
        other.charge_point_id: ("skipped", "firmware_does_not_fit"),
        refuses.charge_point_id: ("failed", "invalid_certificate"),
    }


def test_whoever_does_not_come_or_tells_no_end_in_time_is_not_waited_for(
    root: Api, image: dict[str, Any], chargers: NewCharger
) -> None:
    absent, quiet = chargers(), chargers()
    hang_up(root, absent)
    soon = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    campaign_id = begin(root, image, absent, quiet, time_limit=1, deadline=soon, max_failures=1)
    quiet.serve(1)
    assert finished(root, campaign_id)["state"] == "completed"
    assert outcomes(root, campaign_id) == {
        absent.charge_point_id: ("missed", "deadline_passed"),
        quiet.charge_point_id: ("failed", "no_end_told"),
    }


def test_a_deleted_image_stops_its_campaign(server: Server, root: Api, chargers: NewCharger) -> None:
    charger = chargers()
    hang_up(root, charger)
    password = root.post(f"/api/charge_points/{charger.charge_point_id}/password").json()["password"]
    image = add_image(root, b"short")
    campaign_id = begin(root, image, charger)
    root.delete(f"/api/firmware/{image['firmware_id']}")
    again = plug_in(server, charger.charge_point_id, password)
    stopped = finished(root, campaign_id)
    again.close()
    assert (stopped["state"], stopped["reason"]) == ("stopped", "firmware_deleted")
    assert outcomes(root, campaign_id) == {charger.charge_point_id: ("canceled", "firmware_deleted")}


def test_all_of_a_vendor_and_model_are_meant_that_are_accepted(
    root: Api, image: dict[str, Any], chargers: NewCharger
) -> None:
    one, two, other = (chargers() for _ in range(3))
    model = {"chargePointVendor": "Only here", "chargePointModel": one.charge_point_id}
    for charger in (one, two):
        charger.call("BootNotification", {**model, "firmwareVersion": image["version"]})
    other.call("BootNotification", {**model, "chargePointModel": "another"})
    root.patch(f"/api/charge_points/{two.charge_point_id}", registration="Rejected")
    body = {"firmware_id": image["firmware_id"], "vendor": "Only here"}
    campaign_id = begin(root, image, charge_point_ids=None, vendor="Only here", model=one.charge_point_id)
    assert list(outcomes(root, campaign_id)) == [one.charge_point_id]
    problem(root.post(CAMPAIGNS, body | {"model": "nobody's"}), 409, "no_charge_points")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "charge_point_ids"),
        ({"charge_point_ids": ["nobody"]}, "charge_point_ids"),
        ({"charge_point_ids": ["nobody"], "vendor": "ACME"}, "charge_point_ids"),
        ({"charge_point_ids": []}, "charge_point_ids"),
        ({"vendor": "ACME", "deadline": "2020-01-01T00:00:00Z"}, "deadline"),
        ({"vendor": "ACME", "at_once": 0}, "at_once"),
        ({"vendor": "ACME", "max_failures": -1}, "max_failures"),
    ],
)
def test_a_campaign_that_cannot_be_is_refused_with_the_field(
    root: Api, image: dict[str, Any], body: dict[str, Any], field: str
) -> None:
    refused = problem(root.post(CAMPAIGNS, {"firmware_id": image["firmware_id"]} | body), 422, "bad_input")
    assert [error["field"] for error in refused["errors"]] == [field]


def test_campaigns_are_for_admins_and_there_must_be_an_image(root: Api, driver: Api, image: dict[str, Any]) -> None:
    for path in (CAMPAIGNS, f"{CAMPAIGNS}/x", f"{CAMPAIGNS}/x/charge_points"):
        problem(driver.get(path), 403, "forbidden")
    for path in (CAMPAIGNS, f"{CAMPAIGNS}/x/cancel"):
        problem(driver.post(path), 403, "forbidden")
    problem(root.get(f"{CAMPAIGNS}/x"), 404, "not_found")
    problem(root.post(f"{CAMPAIGNS}/x/cancel"), 404, "not_found")
    problem(root.post(CAMPAIGNS, firmware_id="x", vendor="ACME"), 404, "not_found")
    unsigned = {"firmware_id": image["firmware_id"], "vendor": "ACME", "signed": True}
    problem(root.post(CAMPAIGNS, unsigned), 409, "firmware_not_signed")
