"""One command for many charge points, from their table: begun, followed, cancelled, and only what makes sense."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

import httpx
import pytest

from app.command_payloads import require_valid
from app.command_table import COMMANDS
from app.domain.roles import Role
from app.web.presets import PRESETS
from tests.app.web.visitors import Visitor, said
from tests.live import Charger, until


def send(staff: Visitor, command: str, *charge_point_ids: str) -> httpx.Response:
    """Tick charge points and press send."""
    fields = [("csrf_token", staff.http.cookies["chargebridge_csrf"]), ("command", command)]
    fields += [("charge_point_ids", one) for one in charge_point_ids]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    return staff.http.post("/operator/batches", content=urlencode(fields), headers=form)


@pytest.mark.parametrize("name", PRESETS)
def test_what_is_offered_is_ocpp_and_for_staff(name: str) -> None:
    preset = PRESETS[name]
    require_valid(preset.action, dict(preset.payload))
    assert COMMANDS[preset.action].role is Role.STAFF


def test_each_charger_s_own_outcome_is_told_as_it_comes(
    staff: Visitor, admin: Visitor, charger: Charger, new_charge_point: Callable[..., tuple[str, str | None]]
) -> None:
    away, _password = new_charge_point()
    charger.answers["Reset"] = {"status": "Rejected"}
    answer = send(staff, "reset-soft", charger.charge_point_id, away)
    assert answer.status_code == 303, answer.text
    address = answer.headers["Location"]
    assert charger.serve(1) == [("Reset", {"type": "Soft"})]
    page = until(lambda: shown if "Finished" in said(shown := staff.get(address)) else None)
    assert "2 of 2 chargers" in said(page)
    outcomes = dict(
        re.findall(r"<code>([\w-]+)</code></a></td>.*?<span class=\"badge \w+\">([\w ]+)<", page.text, re.S)
    )
    assert outcomes == {charger.charge_point_id: "Refused", away: "Not connected"}
    assert "Restart gently" in said(page)
    assert "hx-trigger" not in staff.get(f"{address}/now").text
    theirs = send(admin, "reset-soft", away).headers["Location"]
    assert [who.get(each).status_code for who in (staff, admin) for each in (address, theirs)] == [200, 404, 200, 200]


def test_what_is_not_sent_yet_can_be_cancelled(staff: Visitor, charger: Charger) -> None:
    charger.answers["GetConfiguration"] = None
    address = send(staff, "configuration", charger.charge_point_id).headers["Location"]
    assert "Send no more" in said(staff.get(address))
    charger.serve(1)
    assert staff.send(f"{address}/cancel").headers["Location"] == address
    until(lambda: "Cancelled" in said(staff.get(address)))


@pytest.mark.parametrize(
    ("command", "chosen", "told"),
    [
        ("reset-soft", [], "Choose at least one."),
        ("UpdateFirmware", ["CP"], "Choose one of the list."),
        ("reset-soft", ["NO-SUCH"], "there is no charge point NO-SUCH"),
    ],
)
def test_what_cannot_be_sent_is_told_at_the_table(
    staff: Visitor, charger: Charger, command: str, chosen: list[str], told: str
) -> None:
    answer = send(staff, command, *chosen)
    assert answer.status_code == 422
    assert told in said(answer)
    assert f"<code>{charger.charge_point_id}</code>" in answer.text or "1 to 50" in said(answer)


def test_a_batch_that_is_not_there_is_an_address_that_is_not_there(staff: Visitor) -> None:
    assert staff.get("/operator/batches/none").status_code == 404
