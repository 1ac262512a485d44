"""What is wrong with a field, and what an error is called: worded for pages wherever a page may come to say it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import app
from app.domain.phrases import Phrase
from app.web.failure_words import FAILURES
from app.web.field_words import MESSAGES, PHRASES

CODE = Path(app.__file__).parent
# No page leads here: it is said to programs, or in a terminal.
FOR_PROGRAMS = ("api", "cli", "files")
CODES_FOR_PROGRAMS = {"already_uploaded"}


def calls(*names: str) -> Iterator[tuple[Path, ast.Call]]:
    """Give each call of one of these, with where it is."""
    for path in CODE.rglob("*.py"):
        if path.relative_to(CODE).parts[0] in FOR_PROGRAMS:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                yield path, node


def said_in(call: ast.Call) -> Iterator[ast.expr]:
    """Give what a call says of a field by itself; of a Phrase in it there is a test of its own."""
    if len(call.args) > 1:
        said = call.args[1]
        for each in (said.body, said.orelse) if isinstance(said, ast.IfExp) else (said,):
            if isinstance(each, ast.Constant | ast.JoinedStr):
                yield each


def test_each_thing_said_of_a_field_is_worded_for_pages() -> None:
    unworded = []
    for path, call in calls("BadInput", "Violation"):
        for each in said_in(call):
            if isinstance(each, ast.JoinedStr) or each.value not in MESSAGES:
                unworded.append(f"{path.name}:{each.lineno}: {ast.unparse(each)}")
    assert not unworded, "\n".join(unworded)


def test_each_text_with_values_is_worded_for_pages_with_the_same_values() -> None:
    for path, call in calls("Phrase"):
        named = {word.arg: 7 for word in call.keywords}
        if isinstance(call.args[0], ast.Constant):
            assert call.args[0].value in PHRASES, f"{path.name}:{call.lineno}"
            assert str(PHRASES[call.args[0].value]) % named
    for template, text in PHRASES.items():
        assert set(_names(str(text))) <= set(_names(template))


def _names(template: str) -> list[str]:
    return [part.partition(")")[0] for part in template.split("%(")[1:]]


def test_each_code_of_an_error_is_worded_for_pages() -> None:
    codes = {
        call.args[0].value
        for _path, call in calls("Conflict", "CommandFailed")
        if call.args and isinstance(call.args[0], ast.Constant)
    }
    assert codes - CODES_FOR_PROGRAMS <= set(FAILURES)


def test_a_phrase_is_the_text_that_it_says() -> None:
    phrase = Phrase("at most %(most)d, not %(what)s", most=5, what="%(more)s")
    assert (phrase, phrase.template, phrase.values["most"]) == (
        "at most 5, not %(more)s",
        "at most %(most)d, not %(what)s",
        5,
    )
