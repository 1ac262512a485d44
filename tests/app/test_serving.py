"""The process: how it starts, refuses to start, is killed, is stopped, and starts again."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from tests.app.stories import begin, meanwhile, new_charger
from tests.app.watching import watching
from tests.live import Server, free_port, until

pytestmark = pytest.mark.faults

SERVE = (sys.executable, "-m", "app", "serve")


@dataclass
class Started:
    """A server in a session of its own, as a terminal or a service manager starts one; what it says goes to files."""

    process: subprocess.Popen[bytes]
    server: Server
    said: Path
    log: Path

    def members(self) -> list[int]:
        """Return the processes that work on its data, keeper and database included."""
        data_dir = bytes(self.server.data_dir)
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                command, group = (entry / "cmdline").read_bytes(), os.getpgid(int(entry.name))
            except OSError:
                continue
            if data_dir in command or group == self.process.pid:
                found.append(int(entry.name))
        return found


@contextmanager
def serving(data_dir: Path, **environment: str) -> Iterator[Started]:
    ports = free_port(), free_port()
    settings = {
        "DATA_DIR": str(data_dir),
        "HTTP_BIND": f"127.0.0.1:{ports[0]}",
        "OCPP_BIND": f"127.0.0.1:{ports[1]}",
        "AUTO_PROVISION": "off",
        **environment,
    }
    said, log = data_dir.with_suffix(".said"), data_dir.with_suffix(".log")
    with said.open("wb") as out, log.open("ab") as err:
        process = subprocess.Popen(
            [*SERVE, "--log-format", "json"],
            stdout=out,
            stderr=err,
            env=os.environ | settings,
            start_new_session=True,
        )
    started = Started(process, Server(process, *ports, log, data_dir), said, log)
    try:
        until(lambda: "stop  " in said.read_text() or process.poll() is not None, 60)
        assert process.poll() is None, log.read_text()
        yield started
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(20)
        until(lambda: not started.members())


def ended_within(started: Started, seconds: float) -> int:
    began = time.monotonic()
    status = started.process.wait(20)
    assert time.monotonic() - began < seconds
    assert started.members() == []
    return status


def test_a_server_is_killed_started_again_and_interrupted_and_nothing_is_lost_or_left(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with serving(data_dir) as first:
        said = first.said.read_text()
        password = re.search(r"first login\s+root / (\S+)", said)
        assert password is not None
        assert first.server.url in said
        assert first.server.ocpp_url in said
        root = first.server.log_in("root", password[1])
        charger = new_charger(first.server, root)
        path = f"/api/charge_points/{charger.charge_point_id}/commands/Reset"
        asked = meanwhile(lambda: pytest.raises(httpx.HTTPError, root.post, path, type="Soft"))
        charger.receive()
        os.killpg(first.process.pid, signal.SIGKILL)
        asked()
        with pytest.raises(ConnectionClosed):
            charger.receive()
        first.process.wait()
        until(lambda: not first.members(), 20)
        root.close()
        charger.close()

    with serving(data_dir) as second:
        assert "first login" not in second.said.read_text()
        root = second.server.log_in("root", password[1])
        (kept,) = root.get("/api/charge_points").json()["items"]
        assert (kept["id"], kept["online"]) == (charger.charge_point_id, False)
        (command,) = root.get("/api/commands").json()["items"]
        assert (command["outcome"], "server stopped" in command["error"]) == ("disconnected", True)
        charger = new_charger(second.server, root)
        transaction_id = begin(charger, root.id_tag)["transactionId"]
        (session,) = root.get("/api/sessions", transaction_id=transaction_id).json()["items"]
        with watching(root) as watcher:
            news = meanwhile(lambda: root.get(f"/api/sessions/{session['session_id']}", wait=30))
            os.killpg(second.process.pid, signal.SIGINT)  # Ctrl-C reaches the whole group
            assert news().json()["version"] == session["version"]
            for listener in (charger.receive, lambda: watcher.until("the end")):
                with pytest.raises(ConnectionClosed) as closed:
                    listener()
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == 1001
        assert ended_within(second, 10) == 0
        root.close()
        charger.close()

    events = [json.loads(line)["event"] for line in second.log.read_text().splitlines()]
    assert events.count("booted") == 2
    assert password[1] not in second.log.read_text()


def refused(environment: dict[str, str]) -> str:
    """Return the one line that a server says instead of starting."""
    ended = subprocess.run(SERVE, env=os.environ | environment, capture_output=True, timeout=30, check=False)
    assert (ended.returncode, ended.stdout) == (2, b"")
    (line,) = ended.stderr.decode().splitlines()
    assert line.startswith("chargebridge: ")
    return line


def test_a_port_in_use_is_told_before_anything_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        bind = f"127.0.0.1:{other.getsockname()[1]}"
        line = refused({"DATA_DIR": str(tmp_path / "data"), "HTTP_BIND": bind})
    assert line == f"chargebridge: HTTP_BIND={bind}: address already in use"
    assert not (tmp_path / "data" / "mongodb").exists()


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("mysql://user:the-password@db.example.org", "mongodb://"),
        ("mongodb://user:the-password@127.0.0.1:1/?serverSelectionTimeoutMS=100", "does not answer"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_without_its_password(tmp_path: Path, uri: str, reason: str) -> None:
    environment = {"DATA_DIR": str(tmp_path), "MONGODB_URI": uri, "JWT_SECRET_KEY": "s" * 32}
    line = refused(environment | {"HTTP_BIND": f"127.0.0.1:{free_port()}", "OCPP_BIND": f"127.0.0.1:{free_port()}"})
    assert reason in line
    assert "the-password" not in line
