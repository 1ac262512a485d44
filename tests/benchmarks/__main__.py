"""Run the benchmarks: `python -m tests.benchmarks [NAME …] [--write]`; the exit status is 1 if a target is missed."""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.benchmarks import (
    heartbeats,
    idle_chargers,
    login_timing,
    meter_values,
    mutated_frames,
    operator_overview,
    start_charging,
    watchers,
)
from tests.benchmarks.figures import Figure, table
from tests.benchmarks.report import DOCUMENT, write

Benchmark = Callable[[Path, Callable[[str], None]], list[Figure]]

BENCHMARKS: dict[str, Benchmark] = {
    "meter_values": meter_values.measure,
    "heartbeats": heartbeats.measure,
    "start_charging": start_charging.measure,
    "login_timing": login_timing.measure,
    "idle_chargers": idle_chargers.measure,
    "mutated_frames": mutated_frames.measure,
    "watchers": watchers.measure,
    "operator_overview": operator_overview.measure,
}


def main() -> int:
    arguments = _parser().parse_args()
    names = arguments.names or list(BENCHMARKS)
    figures: list[Figure] = []
    for name in names:
        figures += _run(name)
    print()
    print("\n".join(table(figures)))
    if arguments.write:
        write(figures)
        print(f"\nwritten to {DOCUMENT}")
    return 1 if any(figure.reached is False for figure in figures) else 0


def _run(name: str) -> list[Figure]:
    say = partial(_say, name)
    say("begins")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chargebridge-benchmark-") as folder:
        figures = BENCHMARKS[name](Path(folder), say)
    say(f"done in {time.monotonic() - began:.0f} s")
    return figures


def _say(name: str, what: str) -> None:
    print(f"{name}: {what}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description="Measure the server as it is deployed: gunicorn, one process, its own MongoDB, real sockets. "
        "All benchmarks take about seven minutes; nothing else should run on the machine meanwhile.",
        epilog="Each: "
        + " ".join(
            f"{name}: {(sys.modules[run.__module__].__doc__ or '').strip()}" for name, run in BENCHMARKS.items()
        ),
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all when none is given")
    parser.add_argument("--write", action="store_true", help=f"write the results into {DOCUMENT}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
