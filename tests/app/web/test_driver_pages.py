"""What drivers see and do on their pages: chargers, a session from start to receipt, the history, the profile."""

import html
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from babel.dates import format_date

from tests.app.stories import begin, finish, meanwhile, new_charger
from tests.app.web.visitors import Visitor, said
from tests.live import Api, Charger, Server, plug_in, until


@pytest.fixture
def plugged(charger: Charger) -> Charger:
    charger.status(1, "Preparing")
    return charger


def start(driver: Visitor, charger: Charger) -> str:
    """Press start on the page and let the charge point answer; return the address one is led to."""
    answer = meanwhile(lambda: driver.send(f"/charge/{charger.charge_point_id}/1", key=""))
    charger.serve(1)
    assert answer().status_code == 303, answer().text
    return answer().headers["Location"]


def test_chargers_are_found_by_number_name_and_place_and_said_not_to_be_there_otherwise(
    server: Server, root: Api, at_home: Visitor
) -> None:
    charger = new_charger(server, root, name="Tower (north) 100%", place="Sukhumvit 21")
    for search in (charger.charge_point_id[3:].lower(), "tower (NORTH", "khumvit 2", "100%"):
        found = at_home.http.get("/charge-points", params={"q": search})
        assert charger.charge_point_id in found.text, search
        assert said(found).count("Available") == 2
    for search in ("no such tower", ".*", "\0", "$where", "x" * 500):
        assert "Nothing found" in said(at_home.http.get("/charge-points", params={"q": search})), search
    charger.close()


def test_what_a_charge_point_says_of_itself_is_text_on_a_page_and_nothing_else(
    server: Server, root: Api, at_home: Visitor
) -> None:
    evil = '"><script>alert(1)</script>'
    charger = new_charger(server, root, connectors=1, status=evil, name=evil, place=evil)
    for path in (f"/?q={charger.charge_point_id}", f"/charge/{charger.charge_point_id}/1"):
        page = at_home.get(path)
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert(1)" in page.text
    charger.close()


def test_a_driver_starts_follows_and_stops_by_forms_alone(
    server: Server, account: Api, at_home: Visitor, plugged: Charger, driver: Api
) -> None:
    assert "The cable is in" in said(at_home.get(f"/charge/{plugged.charge_point_id}/1"))
    session = start(at_home, plugged)
    assert plugged.called == [("RemoteStartTransaction", {"connectorId": 1, "idTag": account.id_tag})]
    assert "Starting" in said(at_home.get(session))
    transaction_id = begin(plugged, account.id_tag)["transactionId"]
    page = at_home.get(session)
    assert "Charging" in said(page)
    assert f'hx-get="{session}/now"' in page.text
    assert f'data-live="session {session.rpartition("/")[2]}"' in page.text
    assert "Your session at" in said(at_home.get("/"))
    assert "See your session" in said(at_home.get(f"/charge/{plugged.charge_point_id}/1"))

    stopped = meanwhile(lambda: at_home.send(f"{session}/stop"))
    plugged.serve(1)
    assert (stopped().status_code, stopped().headers["Location"]) == (303, session)
    assert "Stopping" in said(at_home.get(session))
    finish(plugged, transaction_id)
    over = at_home.get(f"{session}/now")
    assert "Finished" in said(over)
    assert "1.23 kWh" in said(over)
    assert "hx-get" not in over.text
    receipt = at_home.get(f"{session}/receipt")
    assert "1,000 – 2,234 Wh" in said(receipt)

    with Visitor(server) as stranger:
        stranger.log_in(driver.username)
        for path in (session, f"{session}/now", f"{session}/receipt"):
            assert stranger.get(path).status_code == 404
        assert stranger.send(f"{session}/stop").status_code == 404
        assert "Nothing here yet" in said(stranger.get("/sessions"))


def test_a_stop_while_the_charger_is_away_is_remembered_and_can_be_taken_back(
    server: Server, account: Api, at_home: Visitor, new_charge_point: Callable[..., tuple[str, str | None]]
) -> None:
    charger = plug_in(server, *(one := new_charge_point()))
    charger.boot()
    charger.status(1, "Preparing")
    session = start(at_home, charger)
    transaction_id = begin(charger, account.id_tag)["transactionId"]
    charger.close()
    until(lambda: "The charger is not connected." in said(at_home.get(session)))

    assert at_home.send(f"{session}/stop").headers["Location"] == session
    page = said(at_home.get(session))
    assert "It is asked as soon as it is back." in page
    assert "Stop charging" not in page
    assert at_home.send(f"{session}/stop-rules").headers["Location"] == session
    assert "Stop charging" in said(at_home.get(session))

    charger = plug_in(server, *one)
    finish(charger, transaction_id)
    charger.close()


def test_a_start_that_fails_is_told_on_the_page_it_was_tried_on(at_home: Visitor, charger: Charger) -> None:
    charger.close()
    answer = at_home.send(f"/charge/{charger.charge_point_id}/1", key="")
    assert answer.status_code == 409
    assert "not connected at the moment" in said(answer)
    assert charger.charge_point_id in said(answer)
    assert at_home.send("/charge/no-such-charger/1", key="").status_code == 404
    assert at_home.get(f"/charge/{charger.charge_point_id}/7").status_code == 422
    assert at_home.get(f"/charge/{charger.charge_point_id}/0").status_code == 404


def test_a_form_that_is_sent_twice_starts_once(at_home: Visitor, plugged: Charger) -> None:
    path = f"/charge/{plugged.charge_point_id}/1"
    first = meanwhile(lambda: at_home.send(path, key="the same"))
    plugged.serve(1)
    again = at_home.send(path, key="the same")
    assert first().headers["Location"] == again.headers["Location"]
    assert len(plugged.called) == 1


def test_a_refusal_is_explained_in_the_reader_s_language(server: Server, charger: Charger, driver: Api) -> None:
    charger.answers["RemoteStartTransaction"] = {"status": "Rejected"}
    with Visitor(server) as thai:
        thai.log_in(driver.username)
        thai.send("/language", language="th")
        page = said(thai.get(start(thai, charger)))
        assert "ถูกปฏิเสธ" in page
        assert "เสียบสายก่อนแล้วค่อยเริ่มใหม่" in page


def test_a_month_has_its_sessions_and_their_sum_and_leads_to_the_others(
    server: Server, charger: Charger, driver: Api, root: Api
) -> None:
    tariff = root.post("/api/tariffs", name="Day", currency="THB", price_per_kwh=790, vat_percent=7).json()
    root.patch(f"/api/charge_points/{charger.charge_point_id}", tariff_id=tariff["tariff_id"])
    for _ in range(2):
        finish(charger, begin(charger, driver.id_tag)["transactionId"])
    with Visitor(server) as visitor:
        visitor.log_in(driver.username)
        this_month = visitor.get("/sessions")
        assert "2 sessions 2.5 kWh 19.50 THB" in said(this_month)
        assert f"{datetime.now(UTC):%b %Y} 2 2.5 kWh 19.50 THB" in said(this_month)
        assert "2.5 kWh · 2 sessions · 19.50 THB" in this_month.text
        assert f"month={datetime.now(UTC):%Y-%m}" not in this_month.text
        earlier = visitor.get("/sessions?month=2020-02")
        assert "February 2020" in said(earlier)
        assert "You have not charged in this month." in said(earlier)
        assert "March 2020" in said(earlier)
        root.patch(f"/api/charge_points/{charger.charge_point_id}", name="Gate <1>")
        named = visitor.get("/sessions").text
        assert "<strong>Gate &lt;1&gt;</strong>" in named
        assert f">{charger.charge_point_id}</code>" in named
        root.patch(f"/api/charge_points/{charger.charge_point_id}", name=None)
        for nonsense in ("2020-13", "x", "1e9-01"):
            assert said(visitor.get(f"/sessions?month={nonsense}")) == said(this_month)
        visitor.send("/language", language="th")
        thai = html.unescape(visitor.get("/sessions").text)
        months = json.loads(re.findall(r"data-months='(.*?)'", thai)[0])
        assert [len(months), months[0]["kwh"], months[-1]["kwh"]] == [12, 0, 2.468]
        now = datetime.now(UTC)
        assert months[-1]["month"] == format_date(now, "LLLL yyyy", locale="th")
        assert months[-1]["short"] == format_date(now, "LLL", locale="th")


def test_a_profile_is_changed_and_emptied_and_says_so(account: Api, at_home: Visitor) -> None:
    saved = at_home.send("/profile", name="Somchai", email="s@example.org", language="en")
    assert saved.status_code == 303
    page = at_home.get(saved.headers["Location"])
    assert "Your profile is saved." in said(page)
    assert 'value="s@example.org"' in page.text
    at_home.send("/profile", name="", email="", language="en")
    assert not {"name", "email"} & set(account.get("/api/me").json())
    wrong = at_home.send("/profile", name="Somchai", email="nowhere", language="en")
    assert wrong.status_code == 422
    assert "This is not an e-mail address." in said(wrong)
    assert 'value="nowhere"' in wrong.text


def test_a_new_password_ends_the_other_logins_and_keeps_this_one(server: Server, driver: Api) -> None:
    with Visitor(server) as visitor:
        visitor.log_in(driver.username)
        wrong = visitor.send("/profile/password", old_password="not mine", new_password="another one")
        assert wrong.status_code == 422
        assert "This is not your password." in said(wrong)
        changed = visitor.send("/profile/password", old_password="a driver's", new_password="another one")
        assert "You are logged out everywhere else." in said(visitor.get(changed.headers["Location"]))
    assert driver.get("/api/me").status_code == 401


def test_the_price_is_said_before_the_start_and_rules_for_the_end_go_with_it(
    server: Server, root: Api, at_home: Visitor, account: Api
) -> None:
    prices = {"price_per_kwh": 790, "session_fee": 1000, "vat_percent": 7}
    tariff = root.post("/api/tariffs", name="Day", currency="THB", **prices).json()
    charger = new_charger(server, root, connectors=1, tariff_id=tariff["tariff_id"])
    charger.status(1, "Preparing")
    path = f"/charge/{charger.charge_point_id}/1"
    vehicle = account.post("/api/me/vehicles", name="Blue one").json()
    page = at_home.get(path)
    assert "7.90 THB per kWh, 10.00 THB once per session, VAT 7 % included" in said(page)
    assert "Blue one" in said(page)

    wrong = at_home.send(path, soc="101", energy_kwh="-1", cost="1.234")
    assert wrong.status_code == 422
    assert "At most 100." in said(wrong)
    assert "More than 0." in said(wrong)
    assert 'value="101"' in wrong.text
    assert charger.called == []

    rules = {"energy_kwh": "12.5", "minutes": "90", "soc": "80", "cost": "150.50", "time": "23:59"}
    answer = meanwhile(lambda: at_home.send(path, vehicle_id=vehicle["vehicle_id"], **rules))
    charger.serve(1)
    address = answer().headers["Location"]
    session = account.get(f"/api/sessions/{address.rpartition('/')[2]}").json()
    assert session["vehicle_id"] == vehicle["vehicle_id"]
    time = session["stop_at"].pop("time")
    assert time[11:16] == "23:59"
    assert session["stop_at"] == {"energy_wh": 12_500, "minutes": 90, "soc": 80, "cost": 15_050}
    charger.close()


def test_the_rules_for_the_end_are_shown_changed_and_taken_back_while_a_session_runs(
    driver: Api, visitor: Visitor, plugged: Charger
) -> None:
    at_home = visitor.log_in(driver.username)
    answer = meanwhile(lambda: at_home.send(f"/charge/{plugged.charge_point_id}/1", energy_kwh="10"))
    plugged.serve(1)
    session = answer().headers["Location"]
    transaction_id = begin(plugged, driver.id_tag)["transactionId"]
    assert "Ends by itself: at 10.0 kWh" in said(at_home.get(session))
    changed = at_home.send(f"{session}/stop-rules", soc="80", minutes="90")
    assert changed.status_code == 303
    assert "after 90 min, at 80 % of the battery" in said(at_home.get(session))
    assert "Please look at the fields" in said(at_home.send(f"{session}/stop-rules", soc="0"))
    assert at_home.send(f"{session}/stop-rules", cost="10").status_code == 422
    at_home.send(f"{session}/stop-rules")
    assert "Ends by itself" not in said(at_home.get(session))
    end = {"transactionId": transaction_id, "meterStop": 2234, "timestamp": datetime.now(UTC).isoformat()}
    plugged.call("StopTransaction", {**end, "reason": "EmergencyStop"})
    over = at_home.get(session)
    assert "The emergency stop was pressed. Unplug, and tell the operator." in said(over)
    assert "Stop by itself" not in said(over)
    assert at_home.send(f"{session}/stop-rules", soc="80").status_code == 409
