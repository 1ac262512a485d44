"""How a server is ended without being asked."""

import os
import signal
from pathlib import Path

from tests.live import Server


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
    """Kill a server and its workers at once: a worker alone would go on for a moment without its parent."""
    for pid in descendants(server.process.pid):
        os.kill(pid, signal.SIGKILL)
    server.process.wait(10)
