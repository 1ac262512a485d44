"""`make demo`: what a stranger sees first."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live import free_port, until

pytestmark = pytest.mark.journeys


def test_the_demo_plays_the_sequence_stays_up_and_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    output = tmp_path / "output"
    http = f"127.0.0.1:{free_port()}"
    settings = {"DATA_DIR": str(tmp_path), "HTTP_BIND": http, "OCPP_BIND": f"127.0.0.1:{free_port()}"}
    with output.open("wb") as file:
        demo = subprocess.Popen(
            [sys.executable, "-u", "-m", "app", "demo"], stdout=file, stderr=file, env=os.environ | settings
        )
    try:
        until(lambda: "until Ctrl-C" in output.read_text() or demo.poll() is not None, 60)
    finally:
        demo.send_signal(signal.SIGINT)
        status = demo.wait(30)
    told = output.read_text()
    assert status == 0, told
    for step in (
        "POST /api/login",
        "POST /api/start_charging",
        '"status": "Accepted"',
        "/receipt",
        '"energy_source": "meter"',
        '"price": "0.59 EUR per kWh, 19 % VAT included"',
        ' EUR"}',
    ):
        assert step in told
    assert f"http://{http}/docs" in told
    shell = " ".join(f"{name}={value}" for name, value in (settings | {"DATA_DIR": f"{tmp_path}/demo"}).items())
    assert f"  shell     {shell} " in told
    assert processes_that_mention(str(tmp_path)) == []


def test_the_demo_does_not_play_on_a_server_that_is_not_its_own(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        settings = {"DATA_DIR": str(tmp_path), "HTTP_BIND": bind, "OCPP_BIND": f"127.0.0.1:{free_port()}"}
        demo = subprocess.run(
            [sys.executable, "-m", "app", "demo"], capture_output=True, text=True, env=os.environ | settings, timeout=30
        )
    assert demo.returncode == 2
    assert demo.stderr == f"chargebridge: HTTP_BIND={bind}: address already in use\n"


def processes_that_mention(text: str) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            surroundings = (process / "environ").read_bytes().decode(errors="replace")
        except OSError:
            continue  # it ended meanwhile
        if text in command or f"DATA_DIR={text}" in surroundings:
            found.append(command)
    return found
