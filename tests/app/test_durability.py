"""What was answered is on the disk: the server and its database are killed in the middle of the traffic."""

import os
import signal
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed

from tests.app.charging import ago, new_tag, series_of, session_of, sessions_on, start, value
from tests.app.killing import descendants, kill_all
from tests.live import Charger, Server, plug_in, running_server, until

pytestmark = pytest.mark.faults

CHARGERS = 4


@dataclass
class Answered:
    """What one charge point has been answered."""

    started: dict[str, int] = field(default_factory=dict)  # timestamp → transactionId
    metered: list[int] = field(default_factory=list)
    stopped: list[int] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # codes of CALLERRORs


def insistently(charger: Charger, action: str, payload: dict[str, Any], refused: list[str]) -> dict[str, Any]:
    """Send a message until it is answered, as a charge point does."""
    while isinstance(answer := charger.call(action, payload, seconds=30), list):
        refused.append(answer[2])
    return dict(answer)


def charge(charger: Charger, id_tag: str, answered: Answered) -> None:
    """Charge again and again until the server is gone."""
    refused = answered.refused
    try:
        for n in range(10_000):
            at = ago(minutes=10 - n / 1000)
            start = {"connectorId": 1, "idTag": id_tag, "meterStart": 1000, "timestamp": at}
            number = insistently(charger, "StartTransaction", start, refused)["transactionId"]
            answered.started[at] = number
            values = {"connectorId": 1, "transactionId": number, "meterValue": [value("1700", ago(minutes=5))]}
            insistently(charger, "MeterValues", values, refused)
            answered.metered.append(number)
            insistently(
                charger, "StopTransaction", {"transactionId": number, "meterStop": 3500, "timestamp": ago()}, refused
            )
            answered.stopped.append(number)
    except (ConnectionClosed, OSError):
        pass


def kill_the_database(server: Server) -> None:
    (mongod,) = (p for p in descendants(server.process.pid) if Path(f"/proc/{p}/comm").read_text().strip() == "mongod")
    os.kill(mongod, signal.SIGKILL)


def progress(answered: list[Answered]) -> int:
    """Return how many transactions the slowest of them has been through."""
    return min(len(one.stopped) for one in answered)


@pytest.mark.skipif(not Path("/proc").exists(), reason="finds the processes to kill in /proc")
def test_every_answered_message_is_there_after_the_database_and_then_the_server_is_killed(tmp_path: Path) -> None:
    data_dir, name = tmp_path / "data", f"CP-{uuid4().hex[:6]}"
    with running_server(data_dir) as server:
        root = server.root()
        tags = [new_tag(root) for _ in range(CHARGERS)]
        for n in range(CHARGERS):
            root.post("/api/charge_points", id=f"{name}-{n}", security_profile=0)
        chargers = [plug_in(server, f"{name}-{n}", None) for n in range(CHARGERS)]
        answered = [Answered() for _ in chargers]
        for charger in chargers:
            charger.boot()
        threads = [threading.Thread(target=charge, args=each) for each in zip(chargers, tags, answered, strict=True)]
        for thread in threads:
            thread.start()
        until(lambda: progress(answered) >= 3)
        kill_the_database(server)
        so_far = progress(answered)
        until(lambda: progress(answered) >= so_far + 3, 40)
        kill_all(server)
        for thread in threads:
            thread.join(10)
        root.close()

    with running_server(data_dir) as again:
        root = again.root()
        for charger, one in zip(chargers, answered, strict=True):
            booked = {s["transaction_id"]: s for s in sessions_on(root, charger)}
            assert set(one.refused) <= {"InternalError"}
            assert set(one.started.values()) <= booked.keys()
            assert len(booked) <= len(one.started) + 1  # the one whose answer was lost
            for number in one.stopped:
                assert (booked[number]["state"], booked[number]["energy_wh"]) == ("completed", 2500)
            for number in one.metered[-3:]:
                assert [v["energy_wh"] for v in series_of(root, booked[number])] == [1700]
        charger, tag, one = chargers[0], tags[0], answered[0]
        back = plug_in(again, charger.charge_point_id, None)
        at, number = next(iter(one.started.items()))
        assert start(back, tag, timestamp=at)["transactionId"] == number
        assert session_of(root, number)["state"] == "completed"
        back.close()
        root.close()
