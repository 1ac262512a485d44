"""What ten real implementations sent, frame by frame, gets its answer here."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from ocpp_server import schemas
from ocpp_server.bridge import Bridge
from tests.ocpp_server.charge_points import charge_point

RECORDING = Path(__file__).parents[1] / "data" / "recorded_frames.jsonl"


def recorded() -> dict[tuple[str, str], list[tuple[str, list[Any]]]]:
    """Return the OCPP frames of each (client, charge point) in their order, each with its direction."""
    frames: dict[tuple[str, str], list[tuple[str, list[Any]]]] = defaultdict(list)
    for line in RECORDING.read_text("utf-8").splitlines():
        entry = json.loads(line)
        if entry["dir"] in ("in", "out"):
            frames[entry["client"], entry["cp"]].append((entry["dir"], entry["frame"]))
    return frames


FRAMES = recorded()


@pytest.mark.parametrize("station", FRAMES, ids="-".join)
def test_every_recorded_call_gets_a_valid_answer(bridge: Bridge, station: tuple[str, str]) -> None:
    incoming = [frame for direction, frame in FRAMES[station] if direction == "in"]
    with charge_point(bridge.port, station[1]) as cp:
        for frame in incoming:
            if frame[0] != 2:
                cp.send(frame)  # an answer to a question that nobody asked here
                continue
            kind, message_id, *rest = cp.ask(frame)
            assert message_id == frame[1]
            assert (kind, schemas.check_response(frame[2], rest[0])) == (3, None), frame
        assert cp.heartbeat()[0] == 3


def test_every_recorded_answer_is_understood() -> None:
    understood = 0
    for frames in FRAMES.values():
        asked = {frame[1]: frame[2] for direction, frame in frames if direction == "out" and frame[0] == 2}
        for direction, frame in frames:
            action = asked.get(str(frame[1]))
            if direction == "in" and frame[0] == 3 and action in schemas.actions():
                assert schemas.check_incoming_response(action, frame[2]) is None, (action, frame)
                understood += 1
    assert understood > 300
