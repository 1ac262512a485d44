"""The lines a person reads."""

import io
import json
import re

from ocpp_server.simulator.report import Lines


def test_a_line_for_people() -> None:
    stream = io.StringIO()
    Lines("CP001", stream=stream)("Charging 7.2 kW 1.35 kWh SoC 43 %", 1)
    assert re.fullmatch(r"\d\d:\d\d:\d\d CP001/1 Charging 7\.2 kW 1\.35 kWh SoC 43 %\n", stream.getvalue())


def test_a_line_for_programs() -> None:
    stream = io.StringIO()
    Lines("CP001", json_lines=True, stream=stream)("connected")
    line = json.loads(stream.getvalue())
    assert (line["charge_point_id"], line["connector_id"], line["message"]) == ("CP001", None, "connected")
    assert line["time"].endswith("+00:00")


def test_quiet_tells_only_what_is_important() -> None:
    stream = io.StringIO()
    lines = Lines("CP001", quiet=True, stream=stream)
    lines("Available", 1)
    lines("refused with 401", important=True)
    assert stream.getvalue().count("\n") == 1
    assert "401" in stream.getvalue()
