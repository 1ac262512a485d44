"""What hurts is asked about before it is done: on a page, or the question alone for a dialog."""

import html
import re

import httpx
import pytest
from werkzeug.routing import Rule

from app.web.confirming import ALL_QUESTIONS
from app.web.questions import Question
from tests.app.every_route import APP
from tests.app.stories import begin, finish, new_charger
from tests.app.web.point_forms import answered
from tests.app.web.test_bulk_commands import send as send_to_many
from tests.app.web.visitors import Visitor, said
from tests.live import Api, Charger, Server

QUESTIONS = [(endpoint, question) for endpoint, some in ALL_QUESTIONS.items() for question in some]


def rule_of(endpoint: str) -> Rule:
    """Return the address that a form is sent to."""
    (rule,) = [rule for rule in APP.url_map.iter_rules(endpoint) if "POST" in (rule.methods or ())]
    return rule


def asked(page: httpx.Response) -> tuple[str, dict[str, str]]:
    """Return where the question's form is sent, and what it says."""
    assert page.status_code == 200, page.text
    form = page.text.partition('<form class="question"')[2].partition("</form>")[0]
    action = re.search(r'action="([^"]+)"', form)
    assert action, page.text
    fields = re.findall(r'name="([^"]+)" value="([^"]*)"', form)
    return html.unescape(action[1]), {name: html.unescape(value) for name, value in fields}


@pytest.mark.parametrize(("endpoint", "question"), QUESTIONS, ids=lambda one: one if isinstance(one, str) else "")
def test_what_is_asked_is_about_a_form_that_there_is_and_says_what_the_button_does(
    endpoint: str, question: Question
) -> None:
    placeholders = set(re.findall(r"%\((\w+)\)s", str(question.title)))
    of_the_form = {"count", "connectorId", "name", "id_tag"}
    assert placeholders <= rule_of(endpoint).arguments | of_the_form
    assert len(str(question.do).split()) > 1, "the button says what happens"


def test_a_charger_is_restarted_at_once_only_when_that_was_confirmed(
    server: Server, staff: Visitor, charger: Charger
) -> None:
    home = f"/operator/charge-points/{charger.charge_point_id}"
    fields = {"type": "Hard", "_from_overview": "1"}
    page = staff.get(home)
    assert f'action="{home}/commands/Reset" class="" data-asks' in page.text
    assert f'action="{home}/commands/TriggerMessage" class="" data-asks' in page.text
    question = staff.send(f"{home}/commands/Reset", {"Referer": f"{server.url}{home}?x=1"}, **fields)
    assert f"Restart {charger.charge_point_id} at once?" in said(question)
    assert "Restart now" in said(question)
    assert f'href="{home}?x=1"' in question.text
    assert "Nothing sent yet" in said(staff.get(f"{home}/commands"))
    action, again = asked(question)
    assert {**fields, "_confirmed": "yes"}.items() < again.items()
    charger.answers["Reset"] = {"status": "Accepted"}
    assert "Accepted" in said(answered(charger, staff, action, **again))
    assert charger.called == [("Reset", {"type": "Hard"})]
    assert "Accepted" in said(answered(charger, staff, action, type="Soft", _from_overview="1"))


def test_who_wants_the_question_alone_gets_it_or_nothing_and_nothing_is_done(staff: Visitor, charger: Charger) -> None:
    home = f"/operator/charge-points/{charger.charge_point_id}"
    only = {"Ask-Only": "yes"}
    question = staff.send(f"{home}/commands/Reset", only, type="Hard", _confirmed="yes")
    assert question.text.lstrip().startswith('<form class="question"')
    assert staff.send(f"{home}/commands/Reset", only, type="Soft").status_code == 204
    assert staff.send("/operator/tags/new", only, id_tag="ONLY-ASKED").status_code == 204
    assert "Nothing sent yet" in said(staff.get(f"{home}/commands"))
    assert staff.get("/operator/tags/one?id_tag=ONLY-ASKED").status_code == 404


def test_spaces_around_what_was_typed_lead_past_no_question(staff: Visitor, charger: Charger) -> None:
    commands = f"/operator/charge-points/{charger.charge_point_id}/commands"
    only = {"Ask-Only": "yes"}
    assert staff.send(f"{commands}/Reset", only, type=" Hard ").status_code == 200
    assert staff.send(f"{commands}/ClearChargingProfile", only, id=" ", connectorId="").status_code == 200


def test_the_way_back_from_a_question_leads_to_nobody_else(staff: Visitor, charger: Charger) -> None:
    reset = f"/operator/charge-points/{charger.charge_point_id}/commands/Reset"
    question = staff.send(reset, {"Referer": "http://x/\\\\elsewhere.example/y"}, type="Hard")
    assert 'href="/elsewhere.example/y" data-leave' in question.text


def test_a_cable_is_released_without_a_question_unless_somebody_is_charging(
    server: Server, root: Api, staff: Visitor, id_tag: str
) -> None:
    charger = new_charger(server, root)
    unlock = f"/operator/charge-points/{charger.charge_point_id}/commands/UnlockConnector"
    transaction = begin(charger, id_tag, 2)["transactionId"]
    charger.answers["UnlockConnector"] = {"status": "Unlocked"}
    answered(charger, staff, unlock, connectorId="1")
    assert "Release the cable of connector 02?" in said(staff.send(unlock, connectorId="02"))
    question = staff.send(unlock, connectorId="2")
    assert "Release the cable of connector 2?" in said(question)
    action, fields = asked(question)
    answered(charger, staff, action, **fields)
    finish(charger, transaction)
    answered(charger, staff, unlock, connectorId="2")
    charger.close()


def test_many_chargers_are_restarted_at_once_only_when_that_was_confirmed(staff: Visitor, charger: Charger) -> None:
    question = send_to_many(staff, "reset-hard", charger.charge_point_id, "AWAY-1")
    assert "Restart the chosen chargers at once (2)?" in said(question)
    assert re.findall(r'name="charge_point_ids" value="([^"]+)"', question.text) == [charger.charge_point_id, "AWAY-1"]


def test_a_question_is_asked_in_the_reader_s_language_and_only_of_whom_may_do_it(
    server: Server, root: Api, staff: Visitor
) -> None:
    remove = f"/operator/charge-points/{root.post('/api/charge_points', id='ASKED-1').json()['id']}/remove"
    assert staff.send(remove).status_code == 404
    thai_admin = {"username": "thai-admin", "password": "long enough", "role": "admin", "language": "th"}
    assert root.post("/api/users", thai_admin).status_code == 201
    with Visitor(server) as thai:
        question = thai.log_in("thai-admin", "long enough").send(remove)
        assert "ลบ ASKED-1 หรือไม่" in said(question)
        action, fields = asked(question)
        assert thai.send(action, **fields).headers["Location"].endswith("done=point_removed")


@pytest.mark.parametrize("endpoint", [one for one in ALL_QUESTIONS if rule_of(one).arguments])
def test_nothing_is_asked_about_what_is_not_there(admin: Visitor, endpoint: str) -> None:
    rule, question = rule_of(endpoint), ALL_QUESTIONS[endpoint][0]
    named = {name: 1 if name == "connector_id" else question.when.get(name, "not-there") for name in rule.arguments}
    _subdomain, path = rule.build(named) or ("", "")
    assert admin.send(path, **question.when).status_code == 404
