"""Charging profiles on pages: written, drawn, sent and cleared; and what a charge point may draw."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.app.stories import new_charger
from tests.app.web.point_forms import answered
from tests.app.web.visitors import Visitor, said
from tests.live import Api, Charger, Server

STORE = "/operator/charging-profiles"
NIGHT = {
    "name": "Night <b>",
    "purpose": "TxDefaultProfile",
    "kind": "Recurring",
    "recurrency": "Daily",
    "unit": "A",
    "stack_level": "1",
    "start_schedule": "2030-01-01T00:00",
    "periods.0.start_period": "0:00",
    "periods.0.limit": "32",
    "periods.4.start_period": "7:30",
    "periods.4.limit": "10.5",
    "periods.4.number_phases": "1",
    "periods.9.limit": "",
}


def drawn(page: httpx.Response) -> dict[str, Any]:
    """Return what the first chart on a page draws."""
    found = re.search(r"data-steps='([^']+)'", page.text)
    assert found, page.text
    steps: dict[str, Any] = json.loads(html.unescape(found[1]))
    return steps


@pytest.fixture(scope="module")
def charger(server: Server, root: Api) -> Iterator[Charger]:
    charger = new_charger(server, root)
    yield charger
    charger.close()


@pytest.fixture
def home(charger: Charger) -> str:
    return f"/operator/charge-points/{charger.charge_point_id}/smart-charging"


@pytest.fixture(scope="module")
def night(admin: Visitor, root: Api) -> Iterator[str]:
    """A profile made on the page; its id."""
    assert admin.send(f"{STORE}/new", **NIGHT).status_code == 303
    made = root.get("/api/charging_profiles").json()["items"][0]
    assert made["periods"] == [
        {"start_period": 0, "limit": 32.0},
        {"start_period": 27_000, "limit": 10.5, "number_phases": 1},
    ]
    yield made["charging_profile_id"]
    assert admin.insist(f"{STORE}/{made['charging_profile_id']}/remove").status_code == 303


def test_a_profile_is_drawn_as_steps_and_can_be_changed(admin: Visitor, root: Api, night: str) -> None:
    page = admin.get(STORE)
    assert "Night &lt;b&gt;" in page.text
    assert drawn(page) == {"at": [0, 27_000, 86_400], "limits": [32.0, 10.5, 10.5], "unit": "A"}
    editor = admin.get(f"{STORE}/{night}").text
    assert 'name="periods.1.start_period" value="7:30"' in editor
    changed = {**NIGHT, "start_schedule": "", "kind": "Relative", "recurrency": "", "duration": "10:00"}
    assert admin.send(f"{STORE}/{night}", **changed).status_code == 303
    known = root.get(f"/api/charging_profiles/{night}").json()
    assert (known["duration"], known["kind"], "start_schedule" in known) == (36_000, "Relative", False)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"periods.4.start_period": "noon"}, "periods.1.start_period"),
        ({"periods.0.limit": "-1"}, "periods.0.limit"),
        ({"kind": "Absolute"}, "recurrency"),
        ({"periods.0.start_period": "1:00"}, "periods.0.start_period"),
        ({"name": ""}, "name"),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field(admin: Visitor, wrong: dict[str, str], field: str) -> None:
    page = admin.send(f"{STORE}/new", **{**NIGHT, **wrong})
    assert page.status_code == 422
    assert re.search(rf'class="hint bad" id="{re.escape(field)}-hint"', page.text), page.text


def test_a_profile_is_sent_and_cleared(admin: Visitor, staff: Visitor, charger: Charger, home: str, night: str) -> None:
    charger.answers["SetChargingProfile"] = {"status": "Accepted"}
    page = answered(charger, admin, f"{home}/send", charging_profile_id=night, connector_id="1")
    assert "In force" in said(page)
    assert "Clear all its profiles" not in said(staff.get(home))
    number = re.search(r'name="ocpp_profile_id" value="(\d+)"', page.text)
    assert number
    charger.answers["ClearChargingProfile"] = {"status": "Accepted"}
    page = answered(charger, admin, f"{home}/clear", ocpp_profile_id=number[1])
    assert "Cleared" in said(page)
    assert charger.called[-1] == ("ClearChargingProfile", {"id": int(number[1])})


def test_what_does_not_fit_is_told_with_a_way_to_send_it_all_the_same(
    admin: Visitor, root: Api, charger: Charger, home: str
) -> None:
    whole = {
        "name": "All",
        "purpose": "ChargePointMaxProfile",
        "kind": "Absolute",
        "unit": "W",
        "stack_level": 0,
        "start_schedule": "2030-01-01T00:00:00Z",
        "periods": [{"start_period": 0, "limit": 1000.0}],
    }
    made = root.post("/api/charging_profiles", **whole).json()["charging_profile_id"]
    page = admin.send(f"{home}/send", charging_profile_id=made, connector_id="1")
    assert page.status_code == 422
    assert "Send it all the same" in said(page)
    page = answered(charger, admin, f"{home}/send", charging_profile_id=made, connector_id="1", force="true")
    assert "ChargePointMaxProfile" in said(page)


def test_what_may_be_drawn_is_asked_and_shown(staff: Visitor, charger: Charger, home: str) -> None:
    schedule = {
        "chargingRateUnit": "A",
        "duration": 7200,
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16}, {"startPeriod": 3600, "limit": 6}],
    }
    charger.answers["GetCompositeSchedule"] = {"status": "Accepted", "connectorId": 1, "chargingSchedule": schedule}
    page = answered(charger, staff, f"{home}/ask", status=200, connector_id="1", hours="2")
    steps = drawn(page)
    assert steps["limits"] == [16.0, 6.0, 6.0]
    assert steps["at"][2] - steps["at"][0] == 7200
    assert "11.0 kW" in said(page)
    charger.answers["GetCompositeSchedule"] = {"status": "Rejected"}
    page = answered(charger, staff, f"{home}/ask", status=200, connector_id="0", hours="2")
    assert "The charger gives no schedule" in said(page)
