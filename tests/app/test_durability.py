"""What was answered is on the disk: the server and its database are killed in the middle of the traffic."""

import os
import signal
import threading
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed

from tests.app.charging import ago, meter, new_tag, series_of, session_of, sessions_on, start, stop, value
from tests.live import Charger, Server, plug_in, running_server, until

CHARGERS = 4


@dataclass
class Answered:
    """What one charge point has been answered."""

    started: dict[str, int] = field(default_factory=dict)  # timestamp → transactionId
    metered: list[int] = field(default_factory=list)
    stopped: list[int] = field(default_factory=list)


def charge(charger: Charger, id_tag: str, answered: Answered) -> None:
    """Charge again and again until the server is gone."""
    try:
        for n in range(10_000):
            at = ago(minutes=10 - n / 1000)
            number = start(charger, id_tag, timestamp=at)["transactionId"]
            answered.started[at] = number
            meter(charger, number, value("1700", ago(minutes=5)))
            answered.metered.append(number)
            stop(charger, number)
            answered.stopped.append(number)
    except (ConnectionClosed, OSError):
        pass


def descendants(pid: int) -> list[int]:
    """Return the process and all that it has started, as Linux lists them."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(stat.parent.name)] = int(text.rpartition(")")[2].split()[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def kill_all(server: Server) -> None:
    for pid in descendants(server.process.pid):
        os.kill(pid, signal.SIGKILL)
    server.process.wait(10)


@pytest.mark.skipif(not Path("/proc").exists(), reason="finds the processes to kill in /proc")
def test_every_answered_message_is_there_after_a_kill(tmp_path: Path) -> None:
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
        until(lambda: all(len(one.stopped) >= 5 for one in answered))
        kill_all(server)
        for thread in threads:
            thread.join(10)
        root.close()

    with running_server(data_dir) as again:
        root = again.root()
        for charger, one in zip(chargers, answered, strict=True):
            booked = {s["transaction_id"]: s for s in sessions_on(root, charger)}
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
