"""What idTags look like."""

import re

import pytest

from app.domain.id_tags import MAX_KEPT, generate_id_tag, mask_id_tag, normalise_id_tag


def test_a_generated_tag_fits_the_firmwares_that_overrun_at_twenty_characters() -> None:
    tags = {generate_id_tag() for _ in range(100)}
    assert len(tags) == 100
    assert all(re.fullmatch("[A-Z0-9]{16}", tag) for tag in tags)


@pytest.mark.parametrize("written", ["abc123", "ABC123", "aBc123", " Abc123 "])
def test_a_tag_is_the_same_in_any_case_and_between_blanks(written: str) -> None:
    assert normalise_id_tag(written) == "ABC123"


@pytest.mark.parametrize("written", [None, 7, "", "  ", ["ABC"]])
def test_what_is_no_text_is_no_tag(written: object) -> None:
    assert normalise_id_tag(written) == ""


def test_a_tag_of_sixty_kilobytes_is_cut_short() -> None:
    assert len(normalise_id_tag("x" * 60_000)) == MAX_KEPT


def test_a_log_shows_the_end_of_a_tag_only() -> None:
    assert mask_id_tag("04a1b2c3d4") == "…C3D4"


def test_a_log_shows_nothing_of_a_short_tag() -> None:
    assert mask_id_tag("ABC123") == "…"
