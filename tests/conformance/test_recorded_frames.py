"""What independent charge point implementations sent, frame by frame, to the product as deployed."""

import json
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from ocpp.v16.enums import Action

from tests.live import Api, Server, plug_in

RECORDING = Path(__file__).parents[1] / "data" / "recorded_frames.jsonl"


def recorded() -> dict[str, list[list[Any]]]:
    """Return the CALLs of each client's charge points, in their order, as they were sent."""
    calls: dict[str, list[list[Any]]] = defaultdict(list)
    for line in RECORDING.read_text("utf-8").splitlines():
        entry = json.loads(line)
        if entry["dir"] == "in" and isinstance(entry["frame"], list) and entry["frame"][0] == 2:
            calls[f"{entry['client']}/{entry['cp']}"].append(entry["frame"])
    return calls


CALLS = recorded()


@dataclass
class Played:
    """A recording, played on a charge point of ours: each CALL with its answer."""

    charge_point_id: str
    answered: list[tuple[list[Any], list[Any]]]


@pytest.fixture(scope="module")
def played(server: Server, root: Api) -> dict[str, Played]:
    """Play all recordings, each client beside the others."""
    with ThreadPoolExecutor(len(CALLS)) as pool:
        return dict(zip(CALLS, pool.map(lambda client: play(server, root, CALLS[client]), CALLS), strict=True))


def play(server: Server, root: Api, calls: list[list[Any]]) -> Played:
    charge_point_id = f"REC-{uuid4().hex[:8]}"
    root.post("/api/charge_points", id=charge_point_id, security_profile=0)
    station = plug_in(server, charge_point_id, None)
    answered = []
    for frame in [*calls, [2, "at last", "Heartbeat", {}]]:
        station.send(frame)
        answered.append((frame, station.receive()))
    station.close()
    return Played(charge_point_id, answered)


@pytest.mark.parametrize("client", CALLS)
def test_every_recorded_call_is_answered(played: dict[str, Played], client: str) -> None:
    booted = False
    for frame, answer in played[client].answered:
        booted = booted or frame[2] == Action.boot_notification
        assert answer[1] == frame[1]
        if not booted:
            assert answer[2] == "SecurityError", frame
        else:
            assert answer[0] == 3, (frame, answer)
            if frame[2] == Action.start_transaction:
                assert answer[2]["transactionId"] > 0


@pytest.mark.parametrize("client", CALLS)
def test_what_was_recorded_leaves_nothing_that_cannot_be_shown(
    played: dict[str, Played], root: Api, client: str
) -> None:
    _every_list_renders(root, played[client].charge_point_id)


def _every_list_renders(root: Api, charge_point_id: str) -> None:
    of_it = {"charge_point_id": charge_point_id, "limit": 500}
    sessions = root.get("/api/sessions", **of_it).json()["items"]
    assert all(session["energy_wh"] >= 0 for session in sessions)
    answers = [
        root.get(f"/api/charge_points/{charge_point_id}"),
        root.get(f"/api/charge_points/{charge_point_id}/events"),
        root.get("/api/quarantine", **of_it),
        *(root.get(f"/api/sessions/{session['session_id']}/meter_values") for session in sessions),
    ]
    assert {answer.status_code for answer in answers} == {200}
