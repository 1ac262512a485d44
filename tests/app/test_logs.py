"""Logs: what strangers write stays inside its line, and what is secret stays out."""

import json
import logging
import sys
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from app.logs import MAX_VALUE, JsonFormatter, TextFormatter
from tests.app.stories import begin, finish, press_start
from tests.live import ROOT_PASSWORD, Api, Charger, Server, plug_in

HOSTILE = 'CP\n2026-01-31T12:00:00.000Z ERROR hacked\x1b[31m\r\x00\u2028\u202e "quoted" key=value'


def a_record(message: str, **fields: Any) -> logging.LogRecord:
    record = logging.LogRecord("app.test", logging.INFO, "file", 1, message, None, None)
    record.fields = fields
    return record


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_what_a_stranger_wrote_cannot_become_a_line_or_a_colour(formatter: logging.Formatter) -> None:
    line = formatter.format(a_record(HOSTILE, charge_point_id=HOSTILE, empty="", number=5, nothing=None))
    assert line.isascii()
    assert line.isprintable()
    assert "nothing" not in line


def test_a_value_that_looks_like_another_field_is_quoted() -> None:
    line = TextFormatter().format(a_record("refused", charge_point_id="CP1 status=Accepted"))
    assert line.endswith('INFO refused charge_point_id="CP1 status=Accepted"')


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_a_megabyte_is_cut(formatter: logging.Formatter) -> None:
    line = formatter.format(a_record("x" * 1_000_000, value="y" * 1_000_000))
    assert len(line) < 10 * MAX_VALUE


def test_a_traceback_is_a_field_of_its_line() -> None:
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        record = a_record("unexpected_error")
        record.exc_info = sys.exc_info()
    written = json.loads(JsonFormatter().format(record))
    assert written["event"] == "unexpected_error"
    assert "ValueError" in written["exception"]
    assert TextFormatter().format(record).count("\n") == 0


def test_no_password_token_or_tag_is_in_the_log_of_a_whole_story(
    server: Server, root: Api, charger: Charger, driver: Api
) -> None:
    secrets = ["my old pass phrase", "my new pass phrase", "charger-pass-phrase-1", "guess-of-a-password"]
    username = driver.username
    driver.post("/api/login", username=username, password=secrets[3])
    driver.post("/api/me/password", old_password="a driver's", new_password=secrets[0])
    driver.post("/api/me/password", old_password=secrets[0], new_password=secrets[1])
    again = server.log_in(username, secrets[1])
    root.post("/api/users", username=f"{username}-2", password=secrets[0])
    root.post(f"/api/charge_points/{charger.charge_point_id}/password", password=secrets[2])
    with pytest.raises(InvalidStatus):
        plug_in(server, charger.charge_point_id, secrets[3])
    for hostile in ("a%0Ab", "%1b%5b31mred", "x" * 300):
        with pytest.raises(InvalidStatus):
            plug_in(server, HOSTILE, secrets[2], path=hostile)
    charger = plug_in(server, charger.charge_point_id, secrets[2])
    charger.boot()
    charger.call("Authorize", {"idTag": "NOBODYS-TAG-1234567"})
    charger.call("Authorize", {"idTag": again.id_tag})
    press_start(again, charger)
    finish(charger, begin(charger, again.id_tag)["transactionId"])
    root.get(f"/api/id_tags/{again.id_tag}")
    root.get("/api/id_tags/NOBODYS-TAG-1234567")
    root.patch(f"/api/id_tags/{again.id_tag}", label="x")
    again.post(f"/api/me/id_tags/{again.id_tag}/block", {})
    again.get("/api/sessions", idTag=again.id_tag)
    again.post("/api/refresh", refresh_token=again.tokens["refresh_token"])
    charger.close()
    again.close()

    log = server.log.read_text()
    for secret in (*secrets, ROOT_PASSWORD, again.id_tag, "NOBODYS-TAG-1234567", "eyJ", "\x1b"):
        assert secret not in log, secret
    assert again.id_tag[-4:] in log
    lines = [line for line in log.splitlines() if not line.startswith(("ChargeBridge ", "    "))]
    events = {json.loads(line)["event"] for line in lines if line.startswith("{")}
    assert events >= {"request", "booted", "transaction_started", "command"}
