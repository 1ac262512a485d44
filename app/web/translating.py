"""Bring the catalogues up to date with the texts in code and templates: `make i18n`."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from app.web.languages import CATALOGUES, LANGUAGES

_CODE = Path(__file__).parents[1]
Extracted = tuple[int, str | None, Any, list[str]]


def every_sentence(fileobj: BinaryIO, keywords: Any, comment_tags: Any, options: Any) -> Iterator[Extracted]:
    """Give the sentences of a module that is not about pages and so marks none of its texts."""
    tree = ast.parse(fileobj.read())
    documented = (node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef))
    documentation = {ast.get_docstring(node, clean=False) for node in documented}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if text.endswith(".") and text not in documentation:
                yield node.lineno, None, text, []


def every_text(fileobj: BinaryIO, keywords: Any, comment_tags: Any, options: Any) -> Iterator[Extracted]:
    """Give all that stands in the tables of a module which is data alone."""
    for node in ast.walk(ast.parse(fileobj.read())):
        match node:
            case ast.Tuple(elts=texts):
                for each in texts:
                    if isinstance(each, ast.Constant):
                        yield each.lineno, None, each.value, []


def every_summary(fileobj: BinaryIO, keywords: Any, comment_tags: Any, options: Any) -> Iterator[Extracted]:
    """Give what the rows of a table say of themselves: of the texts in them the one of several words."""
    for node in ast.walk(ast.parse(fileobj.read())):
        match node:
            case ast.Call(func=ast.Name(id="Command" | "VendorMessage"), args=arguments):
                for each in arguments:
                    if isinstance(each, ast.Constant) and isinstance(each.value, str) and " " in each.value:
                        yield each.lineno, None, each.value, []


METHODS: list[tuple[str, str | Callable[..., Any]]] = [
    ("domain/*_hints.py", every_sentence),
    ("command_table.py", every_summary),
    ("vendor_messages.py", every_summary),
    ("web/told_words.py", every_text),
    ("web/*.py", "python"),
    ("web/admin/*.py", "python"),
    ("web/point/*.py", "python"),
    ("web/templates/**", babel_extract),
]


def template() -> Catalog:
    """Return what there is to translate."""
    texts = Catalog()
    found = extract_from_dir(_CODE, METHODS, dict.fromkeys((m for m, _ in METHODS), {"trimmed": "true"}))  # type: ignore[arg-type]
    for _file, _line, text, _comments, context in found:
        texts.add(text, context=context)
    return texts


def read(language: str) -> Catalog:
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def path_of(language: str) -> Path:
    return CATALOGUES / language / "LC_MESSAGES" / "messages.po"


def update() -> None:
    """Write every catalogue anew; what is said in English is the text itself."""
    for language in LANGUAGES:
        catalogue = read(language)
        # The messages of a template become the catalogue's own, so each has its own template.
        catalogue.update(template(), no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        if language == "en":
            for message in catalogue:
                message.string = message.id
        with path_of(language).open("wb") as file:
            write_po(file, catalogue, width=0, no_location=True, omit_header=True, sort_output=True)


if __name__ == "__main__":
    update()
