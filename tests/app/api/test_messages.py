"""The messages kept of a charge point: all of them, to be found, without secrets, and harmless to look at."""

import csv
import io
import json
from typing import Any

import pytest

from app.api.exports import cell
from tests.app.file_stories import order_diagnostics, path_of
from tests.app.stories import begin, finish, meanwhile, problem
from tests.live import Api, Charger, Server, until

Message = dict[str, Any]


def path(charger: Charger) -> str:
    return f"/api/charge_points/{charger.charge_point_id}/messages"


def messages(root: Api, charger: Charger, least: int = 1, **query: Any) -> list[Message]:
    """Return what is kept, the newest first, once there is so much; it is written twice a second."""

    def look() -> list[Message] | None:
        answer = root.get(path(charger), **{"limit": 500, **query})
        assert answer.status_code == 200, answer.text
        found: list[Message] = answer.json()["items"]
        return found if len(found) >= least else None

    return until(look)


def command(root: Api, charger: Charger, action: str, **payload: Any) -> Any:
    """Send a command, have it answered, and return the outcome."""
    asked = f"/api/charge_points/{charger.charge_point_id}/commands/{action}"
    answer = meanwhile(lambda: root.post(asked, payload))
    charger.serve(1)
    return answer()


def test_both_directions_are_kept_newest_first(root: Api, charger: Charger) -> None:
    charger.answers["UnlockConnector"] = ["NotSupported", "no lock", {}]
    command(root, charger, "Reset", type="Soft")
    command(root, charger, "UnlockConnector", connectorId=1)
    found = messages(root, charger, least=12)
    assert [m["at"] for m in found] == sorted((m["at"] for m in found), reverse=True)
    refusal, unlock, answer, reset = found[:4]
    assert (reset["direction"], reset["message_type"], reset["action"]) == ("out", "CALL", "Reset")
    assert (reset["outcome"], json.loads(reset["payload"])) == ("answered", {"type": "Soft"})
    assert (answer["direction"], answer["message_type"], answer["action"]) == ("in", "CALLRESULT", "Reset")
    assert (answer["message_id"], json.loads(answer["payload"])) == (reset["message_id"], {"status": "Accepted"})
    assert answer["latency_ms"] > 0
    assert "latency_ms" not in reset
    assert (unlock["outcome"], refusal["outcome"]) == ("NotSupported", "NotSupported")
    assert (refusal["message_type"], refusal["action"]) == ("CALLERROR", "UnlockConnector")
    assert json.loads(refusal["payload"]) == ["NotSupported", "no lock", {}]
    boot_answer, boot = found[-2:]
    assert (boot["direction"], boot["action"], boot_answer["direction"]) == ("in", "BootNotification", "out")
    assert json.loads(boot["payload"])["chargePointVendor"] == "Test"
    assert json.loads(boot_answer["payload"])["status"] == "Accepted"
    assert len({m["connection_id"] for m in found}) == 1


def test_messages_are_found_by_what_they_are(root: Api, charger: Charger) -> None:
    charger.call("Heartbeat", {}, message_id="mine")
    charger.call("Teleport", {})
    everything = messages(root, charger, least=12)
    assert len(everything) == 12
    assert {m["action"] for m in messages(root, charger, action="StatusNotification")} == {"StatusNotification"}
    assert len(messages(root, charger, action="StatusNotification")) == 6
    assert [m["direction"] for m in messages(root, charger, message_id="mine")] == ["out", "in"]
    assert {m["action"] for m in messages(root, charger, outcome="NotImplemented")} == {"Teleport"}
    assert messages(root, charger, direction="out") == [m for m in everything if m["direction"] == "out"]
    middle = everything[5]["at"]
    later, earlier = messages(root, charger, since=middle), messages(root, charger, until=middle)
    assert everything == later + earlier
    assert root.get(path(charger), action="Heartbeat", outcome="NotImplemented").json() == {"items": [], "next": None}
    problem(root.get(path(charger), direction="up"), 422, "bad_input")
    problem(root.get("/api/charge_points/nobody/messages"), 404, "not_found")


def test_the_messages_of_a_transaction_are_found_by_its_number(root: Api, charger: Charger, id_tag: str) -> None:
    transaction_id = begin(charger, id_tag)["transactionId"]
    charger.call("Heartbeat", {})
    finish(charger, transaction_id)
    found = messages(root, charger, least=4, transaction_id=transaction_id)
    assert [m["action"] for m in found] == ["StopTransaction"] * 2 + ["StartTransaction"] * 2


def test_pages_follow_each_other_and_none_is_lost_or_seen_twice(root: Api, charger: Charger) -> None:
    everything = messages(root, charger, least=8)
    paged: list[Message] = []
    cursor = None
    while True:
        answer = root.get(path(charger), limit=3, **({"cursor": cursor} if cursor else {})).json()
        paged += answer["items"]
        assert len(answer["items"]) <= 3
        if (cursor := answer["next"]) is None:
            break
    assert paged == everything
    elsewhere = root.get("/api/commands", cursor=root.get(path(charger), limit=1).json()["next"])
    problem(elsewhere, 422, "bad_input")
    problem(root.get(path(charger), cursor="WyJtZXNzYWdlcyIsMV0"), 422, "bad_input")


def test_keys_and_links_are_not_kept_and_tags_are_for_staff_alone(
    root: Api, charger: Charger, server: Server, id_tag: str
) -> None:
    key = "sesame-sesame-123456"
    command(root, charger, "ChangeConfiguration", key="AuthorizationKey", value=key)
    charger.answers["GetConfiguration"] = {
        "configurationKey": [
            {"key": "AuthorizationKey", "readonly": False, "value": key},
            {"key": "HeartbeatInterval", "readonly": False, "value": "300"},
        ]
    }
    command(root, charger, "GetConfiguration")
    charger.answers["GetDiagnostics"] = {"fileName": "log"}
    _answer, link = order_diagnostics(root, charger)
    token = path_of(link).split("/")[3]
    charger.call("DataTransfer", {"vendorId": "V", "data": f"saved to {link}"})
    charger.send([3, "nobody's", {"configurationKey": [{"key": "authorizationkey", "value": key}]}])
    charger.send('[2, "broken", "X", {"AuthorizationKey": "' + key)
    charger.call("Authorize", {"idTag": id_tag})
    found = messages(root, charger, least=19)
    kept = json.dumps(found)
    assert key not in kept
    assert token not in kept
    assert kept.count("***") >= 6
    assert '\\"HeartbeatInterval\\"' in kept
    (asked, _answered) = reversed(messages(root, charger, action="Authorize"))
    assert json.loads(asked["payload"]) == {"idTag": id_tag}
    log = server.log.read_text()
    assert key not in log
    assert token not in log
    assert id_tag not in log


def test_what_is_malformed_is_kept_as_it_came_and_what_is_long_is_cut(root: Api, charger: Charger) -> None:
    charger.send("<script>alert(1)</script>\u202e\x00")
    charger.send(b'[2,"x","Heartbeat",{"a":\xff}]')
    long = {"vendorId": "V", "data": "x" * 20_000}
    charger.call("DataTransfer", long, message_id="long")
    _answer, cut = messages(root, charger, least=2, message_id="long")
    (html,) = messages(root, charger, outcome="ignored")
    assert (html["message_type"], html["payload"]) == ("malformed", "<script>alert(1)</script>\u202e\x00")
    _refusal, latin = messages(root, charger, outcome="FormationViolation")
    assert (latin["message_type"], latin["payload"]) == ("malformed", '[2,"x","Heartbeat",{"a":\ufffd}]')
    assert cut["truncated"] is True
    assert cut["size"] > 20_000
    assert cut["payload"].startswith('{"vendorId": "V", "data": "xxx')
    assert 8_000 < len(cut["payload"]) <= 8_192


def test_all_of_them_can_be_had_as_a_file(root: Api, charger: Charger) -> None:
    charger.call("DataTransfer", {"vendorId": "V", "data": 'a "quoted", text\nof lines'}, message_id='=HYPERLINK("x")')
    charger.send("=1+1")
    everything = messages(root, charger, least=11)

    lines = root.get(path(charger), format="ndjson")
    assert lines.headers["Content-Type"] == "application/x-ndjson"
    name = f"{charger.charge_point_id}-messages.ndjson"
    assert lines.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert [json.loads(line) for line in lines.text.splitlines()] == everything
    by_header = root.http.get(path(charger), headers={"Accept": "application/x-ndjson"})
    assert by_header.text == lines.text

    table = root.http.get(path(charger), headers={"Accept": "text/csv"}, params={"direction": "in"})
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in table.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [row["at"] for row in rows] == [m["at"] for m in everything if m["direction"] == "in"]
    assert (rows[0]["message_type"], rows[0]["payload"]) == ("malformed", "'=1+1")
    assert rows[1]["message_id"] == '\'=HYPERLINK("x")'
    assert json.loads(rows[1]["payload"])["data"] == 'a "quoted", text\nof lines'


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", " =1", "\r=1", "|x"])
def test_no_text_is_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"
    assert cell("CP-1") == "CP-1"
    assert cell(-1.5) == -1.5
