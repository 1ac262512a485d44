"""Which id was meant."""

import pytest

from app.domain.similar_ids import SimilarIds

KNOWN = ("CP01", "CP02", "CP11", "GARAGE-1", "Depot North 3", "007", "lobby")


@pytest.mark.parametrize(
    ("unknown", "meant"),
    [
        ("cp-01", ["CP01"]),
        ("CP1", ["CP01"]),
        ("cp_001", ["CP01"]),
        ("GARGE-1", ["GARAGE-1"]),
        ("garage1", ["GARAGE-1"]),
        ("depotnorth-3", ["Depot North 3"]),
        ("7", ["007"]),
        ("loby", ["lobby"]),
        ("CP03", []),
        ("GARAGE-2", []),
        ("XYZ1", []),
        ("...", []),
    ],
)
def test_it_is_the_same_letters_and_the_same_numbers(unknown: str, meant: list[str]) -> None:
    assert SimilarIds(KNOWN).to(unknown) == meant


def test_there_are_three_at_most() -> None:
    assert len(SimilarIds(f"{'-' * n}CP1" for n in range(9)).to("cp1")) == 3
