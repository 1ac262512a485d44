"""What independent charge point implementations sent, frame by frame, to the product as deployed."""

import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from ocpp.v16.enums import Action

from tests.live import Api, Charger

RECORDING = Path(__file__).parents[1] / "data" / "recorded_frames.jsonl"
SERVED = {
    *(Action.authorize, Action.boot_notification, Action.data_transfer, Action.diagnostics_status_notification),
    *(Action.firmware_status_notification, Action.heartbeat, Action.meter_values, Action.start_transaction),
    *(Action.status_notification, Action.stop_transaction),
}


def recorded() -> dict[str, list[list[Any]]]:
    """Return the CALLs of each client's charge points, in their order, as they were sent."""
    calls: dict[str, list[list[Any]]] = defaultdict(list)
    for line in RECORDING.read_text("utf-8").splitlines():
        entry = json.loads(line)
        if entry["dir"] == "in" and isinstance(entry["frame"], list) and entry["frame"][0] == 2:
            calls[f"{entry['client']}/{entry['cp']}"].append(entry["frame"])
    return calls


CALLS = recorded()


@pytest.fixture
def station(root: Api, connect: Callable[..., Charger]) -> Charger:
    charge_point_id = f"REC-{uuid4().hex[:8]}"
    root.post("/api/charge_points", id=charge_point_id, security_profile=0)
    return connect(charge_point_id)


def answer_to(station: Charger, frame: list[Any]) -> list[Any]:
    station.send(frame)
    return list(station.receive())


@pytest.mark.parametrize("client", CALLS)
def test_every_recorded_call_is_answered_and_leaves_nothing_that_cannot_be_shown(
    station: Charger, root: Api, client: str
) -> None:
    booted = False
    for frame in CALLS[client]:
        booted = booted or frame[2] == Action.boot_notification
        answer = answer_to(station, frame)
        assert answer[1] == frame[1]
        if frame[2] not in SERVED:
            assert answer[2] == "NotSupported", frame
        elif not booted:
            assert answer[2] == "SecurityError", frame
        else:
            assert answer[0] == 3, (frame, answer)
        if frame[2] == Action.start_transaction and booted:
            assert answer[2]["transactionId"] > 0
    assert booted == ("currentTime" in answer_to(station, [2, "beat", "Heartbeat", {}])[2])
    _every_list_renders(root, station.charge_point_id)


def _every_list_renders(root: Api, charge_point_id: str) -> None:
    paths = [
        f"/api/charge_points/{charge_point_id}",
        f"/api/charge_points/{charge_point_id}/events",
        f"/api/quarantine?charge_point_id={charge_point_id}",
        "/api/refusals",
        "/api/charge_points",
        sessions := f"/api/sessions?charge_point_id={charge_point_id}",
    ]
    for session in root.get(sessions).json()["items"]:
        paths.append(f"/api/sessions/{session['session_id']}/meter_values")
        assert session["energy_wh"] >= 0
    for path in paths:
        assert root.get(path).status_code == 200, path
