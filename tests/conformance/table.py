"""docs/conformance.md: each case with what became of it in the run that wrote the page."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conformance.cases import CASES, GROUPS, number_of

PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
PASSED, FAILED, NOT_RUN = "passed", "failed", "not run"
_INTRODUCTION = """\
# Conformance

The Open Charge Alliance certifies Central Systems with 77 test cases. Each is a test here: a charge point on a real
WebSocket, played frame by frame, and the REST API as the operator, against the server as it is deployed. Common to all:
every CALL gets its answer, and a CALLERROR is none; all that the server sends keeps OCPP's own JSON schemas; it sends
nothing that nobody asked for, which needs the setting `AUTO_PROVISION=off`.

These are our tests, written after the cases; they are no certificate. `make conformance` runs them and writes this
page.
"""


def page(results: Mapping[str, str]) -> str:
    """Return the page; `results` says of each number that was run whether it passed."""
    passed = sum(result == PASSED for result in results.values())
    parts = [_INTRODUCTION, f"**{passed} of {len(CASES)} passed.**\n"]
    for group, cases in GROUPS.items():
        rows = [f"| {number} | {name} | {results.get(number, NOT_RUN)} |" for number, name in cases.items()]
        parts.append("\n".join([f"## {group}\n", "| Case | Name | Result |", "| --- | --- | --- |", *rows]) + "\n")
    return "\n".join(parts)


class Results:
    """A pytest plugin that gathers what became of each case, and writes the page at the end of the run."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._results: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        number = number_of(report.nodeid.rpartition("::")[2])
        if number is None:
            return
        if not report.passed:
            self._results[number] = FAILED
        elif report.when == "call":
            self._results.setdefault(number, PASSED)

    def pytest_sessionfinish(self) -> None:
        self._path.write_text(page(self._results), "utf-8")
