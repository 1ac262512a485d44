"""Sentences that are stored in English: each that is written down in the code is known again on pages, and said."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import app
import ocpp_server
from app.domain.file_hints import file_hint
from app.web.admin.audit import KINDS
from app.web.languages import catalogue
from app.web.told import sentence_of
from app.web.told_words import TOLD
from tests.app.web.test_field_words import calls

CODE, SERVER = Path(app.__file__).parent, Path(ocpp_server.__file__).parent
WRITERS = (
    *(CODE / "door" / f"{name}.py" for name in ("admission", "newcomers", "refusals", "security_profiles")),
    *(SERVER / f"{name}.py" for name in ("door", "handshake", "tls_failures")),
    CODE / "domain" / "dropped.py",
    *(
        CODE / "certificates" / f"{name}.py"
        for name in ("answers", "authority", "chains", "external_signer", "issuing", "requests", "signing_requests")
    ),
)
WORD = re.compile(r"\b[a-z]{3,}\b")
# What these are called with is said to somebody else.
SAID_AT_ONCE = {"Conflict", "NotFound", "BadInput", "ConfigurationError", "ValueError"}


def written(path: Path) -> Iterator[str]:
    """Give the sentences that a module writes down, with 7 for each value in them."""
    tree = ast.parse(path.read_text())
    left_out = {id(node.body[0].value) for node in ast.walk(tree) if _has_docstring(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAID_AT_ONCE:
            left_out |= {id(each) for each in ast.walk(node)}
        if isinstance(node, ast.Dict):
            left_out |= {id(key) for key in node.keys}
        if isinstance(node, ast.JoinedStr):
            left_out |= {id(each) for each in ast.walk(node) if each is not node}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in left_out:
            text = _filled_in(node)
            if " " in text and len(WORD.findall(text)) > 1 and not text.startswith("(") and not text.endswith("\n"):
                yield text


def _has_docstring(node: ast.AST) -> bool:
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    return isinstance(node, documented) and ast.get_docstring(node) is not None


def _filled_in(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)


@pytest.mark.parametrize("path", WRITERS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_each_sentence_that_is_written_down_is_known_again(path: Path) -> None:
    assert not [text for text in written(path) if sentence_of(text) is None]


def test_each_is_said_in_thai_with_the_same_values() -> None:
    for template in TOLD:
        in_thai = catalogue("th").gettext(template)
        assert in_thai != template
        assert _names(in_thai) == _names(template)


def _names(template: str) -> set[str]:
    return {part.partition(")")[0] for part in template.split("%(")[1:]}


def test_a_sentence_with_values_is_known_again_whatever_they_are() -> None:
    text = "the user name is 'a, but the\nid', but the id in the URL is 'CP: 1'"
    found = sentence_of(text)
    assert found is not None
    assert found[0] % found[1] == text
    assert sentence_of("a charger's own words") is None


def test_each_reason_of_an_update_that_was_not_begun_is_explained() -> None:
    codes = [
        call.args[0].value
        for path, call in calls("Conflict")
        if path.parent.name == "firmware"
        and path.stem in ("images", "updates")
        and isinstance(call.args[0], ast.Constant)
    ]
    assert codes
    assert not [code for code in codes if file_hint(code) is None]


def test_each_kind_of_thing_that_people_change_has_a_name() -> None:
    called = {
        node.value.value
        for path in (CODE / "storage").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and _is_called(node)
    }
    assert called == set(KINDS)


def _is_called(node: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "called" for target in node.targets)
