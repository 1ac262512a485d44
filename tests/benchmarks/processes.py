"""The processes under test, seen from outside: who they are, how much memory and processor time they take."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from app.domain.users import PASSWORD_COST
from tests.live import Server, free_port, running_server, until

_TICKS = os.sysconf("SC_CLK_TCK")


def worker_of(server: Server) -> int:
    """Return the id of the process that serves: the only child that is a copy of its parent."""
    parent = server.process.pid
    command = _command_line(parent)
    children = (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())
    (worker,) = [pid for pid in children if _parent(pid) == parent and _command_line(pid) == command]
    return worker


def resident_kib(pid: int) -> int:
    """Return the memory a process has resident, in KiB."""
    return int(_status(pid)["VmRSS"].removesuffix(" kB"))


def thread_count(pid: int) -> int:
    """Return how many threads a process has."""
    return int(_status(pid)["Threads"])


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process so far, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


@contextmanager
def documented_central_system() -> Iterator[tuple[int, int]]:
    """Run the `ocpp` package's documented server in a process of its own; yield its port and process id."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.documented_central_system", str(port)])
    try:
        until(lambda: _answers(port), 20)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def product(folder: Path, **settings: str) -> Iterator[Server]:
    """Run the product as it is deployed, its database in `folder`."""
    with running_server(folder / "data", CALL_TIMEOUT="10", PASSWORD_COST=str(PASSWORD_COST), **settings) as server:
        yield server


def _answers(port: int) -> bool:
    try:
        httpx.get(f"http://127.0.0.1:{port}/", timeout=2)
    except httpx.TransportError:
        return False
    return True


def _parent(pid: int) -> int | None:
    try:
        return int(_status(pid)["PPid"])
    except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
        return None


def _status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _command_line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()
