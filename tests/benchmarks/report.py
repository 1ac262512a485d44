"""The results as a page of documentation: what was measured, on what machine, and how to do it again."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks import heartbeats, meter_values
from tests.benchmarks.figures import Figure, table

DOCUMENT = Path("docs/benchmarks.md")

_PAGE = """# Benchmarks

`make bench` measures; `.venv/bin/python -m tests.benchmarks --help` tells how to run a single one. This page is what
`.venv/bin/python -m tests.benchmarks --write` wrote on {day}, on {machine}.

{table}

What is measured is the server as it is deployed: gunicorn with one worker process, the embedded MongoDB, every write
acknowledged with `w=majority, j=true`, Basic authentication for chargers and JWTs for drivers, at the default log
level. The load comes from a second process on the same machine, so that server, database and load share its cores.

- **MeterValues and Heartbeats** are compared with a Central System as the `ocpp` package documents it (`websockets`
  and `ocpp.v16.ChargePoint` with `@on` handlers), which checks messages against the schemas as we do, and stores
  nothing. Rounds of both alternate under the same load: {meter_chargers} chargers (Heartbeats: {heartbeat_chargers})
  with one CALL outstanding each. Every charger has a transaction running; each message has four samples and is unlike
  all others. The ratio is the median of the rounds' ratios. At the end every acknowledged value is looked up by the
  REST API.
- **start_charging** is sent at fixed times, whether or not earlier requests have been answered; a late start counts
  as latency. It is the way from the driver's HTTP request by RemoteStartTransaction to a charger that answers at
  once, and back to the HTTP answer `Accepted`. `GET /healthz` at the same rate shows how much of it is HTTP and the
  noise of the machine.
- **Memory** is the growth of the worker's resident set per charger that is connected, authenticated, booted and idle.
- **Watchers** are WebSockets of live updates, ten an account. Each event is a connector's StatusNotification, which all
  of them may hear; the time runs from its sending until the last of them has it.
- **The operator's overview** is read over HTTP, one page after another, from a database filled beforehand: the sessions
  are of three months, some hundreds run, and every charge point is away, which makes the longest list of what needs
  somebody.
- **Mutated frames** are requests, answers and errors of all actions of OCPP 1.6, bent and broken at random
  (`tests/frame_mutations.py`), sent as fast as the server takes them. Between them each sender must have its
  Heartbeat answered.

Machines differ, and so do hours on a shared one: the ratios hold better than the rates.
"""


def write(figures: Sequence[Figure]) -> None:
    """Write the page anew."""
    DOCUMENT.write_text(
        _PAGE.format(
            day=datetime.now(UTC).date().isoformat(),
            machine=_machine(),
            table="\n".join(table(figures)),
            meter_chargers=meter_values.CHARGERS,
            heartbeat_chargers=heartbeats.CHARGERS,
        )
    )


def _machine() -> str:
    cores = len(os.sched_getaffinity(0))
    packages = ", ".join(f"{name} {version(name)}" for name in ("websockets", "ocpp", "pymongo"))
    return f"{cores} cores ({platform.machine()}, Linux) with Python {platform.python_version()}, {packages}"
