"""That all of the cases are here, once each, and on the page of results."""

from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.conformance.cases import CASES, number_of
from tests.conformance.table import FAILED, NOT_RUN, PAGE, PASSED, page


def test_there_are_77() -> None:
    assert len(CASES) == 77


def names_of_tests() -> Iterator[str]:
    """Give the name of each test in the modules of the cases, with the id of its parameters."""
    for path in sorted(Path(__file__).parent.glob("test_tc_*.py")):
        for name, function in vars(import_module(f"tests.conformance.{path.stem}")).items():
            if not name.startswith("test_"):
                continue
            sets = [mark.args[1] for mark in getattr(function, "pytestmark", ()) if mark.name == "parametrize"]
            assert len(sets) <= 1, f"{name}: one set of parameters, whose ids are the numbers"
            yield from (f"{name}[{one.id}]" for one in sets[0]) if sets else (name,)


def test_each_is_one_test() -> None:
    assert Counter(map(number_of, names_of_tests())) == dict.fromkeys(CASES, 1)


@pytest.mark.parametrize(
    ("test", "number"),
    [
        ("test_tc_001_cold_boot", "TC_001"),
        ("test_tc_004_1_identification_first", "TC_004_1"),
        ("test_tc_039_offline_transaction", "TC_039"),
        ("test_a_reset[tc_013]", "TC_013"),
        ("test_a_refused_tag_is_told_why[tc_023_2]", "TC_023_2"),
        ("test_each_is_one_test", None),
    ],
)
def test_a_case_is_known_by_the_name_of_its_test(test: str, number: str | None) -> None:
    assert number_of(test) == number


def test_the_page_has_every_case_with_its_result() -> None:
    written = PAGE.read_text("utf-8")
    results = {}
    for line in written.splitlines():
        if line.startswith("| TC_"):
            number, name, result = (cell.strip() for cell in line.strip("|").split("|"))
            assert name == CASES[number]
            results[number] = result
    assert set(results) == set(CASES)
    assert set(results.values()) == {PASSED}, "written by a run of a part, or by one that failed: make conformance"
    assert written == page(results), "not as `make conformance` writes it"


def test_a_case_that_was_not_run_is_not_said_to_have_passed() -> None:
    shown = page({"TC_001": PASSED, "TC_003": FAILED})
    assert "**1 of 77 passed.**" in shown
    assert "| TC_001 | Cold boot of the charge point | passed |" in shown
    assert shown.count(f"| {NOT_RUN} |") == 75
