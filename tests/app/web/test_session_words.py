"""What a driver is told of a session: something for each thing that may be the matter with it."""

from collections.abc import Iterator

import pytest

from app.domain import session_hints
from app.domain.session_hints import Why
from app.web.session_words import REASONS


def all_of_them() -> Iterator[Why]:
    for value in vars(session_hints).values():
        found = value.values() if isinstance(value, dict) else [value]
        yield from (one for one in found if isinstance(one, Why) and one.code)


@pytest.mark.parametrize("why", [*all_of_them()], ids=lambda why: why.code)
def test_whatever_is_the_matter_is_said_in_words_and_nothing_is_said_of_what_never_is(why: Why) -> None:
    assert why.hint or why.code in REASONS


def test_each_rule_for_the_end_is_said_when_it_was_reached() -> None:
    by_rule = {f"stopped_by_{rule}" for rule in session_hints._BY_RULE}
    assert by_rule == {code for code in REASONS if code.startswith("stopped_by_")}
