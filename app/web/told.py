"""Sentences that were written down in English, said in the reader's language: each is known again by how it is made."""

import re
from functools import cache

from flask_babel import gettext

from app.domain.file_hints import file_hint
from app.web.field_words import in_words
from app.web.told_words import TOLD

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
# The value that is such a sentence itself.
_SENTENCE = "why"


def told(text: str) -> str:
    """Say a stored sentence, or what a stored code means; what nobody has worded as it is, such as a charger's own."""
    if hint := file_hint(text):
        return gettext(hint)
    if (found := sentence_of(text)) is None:
        return in_words(text)
    template, values = found
    return gettext(template) % {name: told(value) if name == _SENTENCE else value for name, value in values.items()}


def sentence_of(text: str) -> tuple[str, dict[str, str]] | None:
    """Return which of the sentences a text is, and the values in it; None for what is none."""
    for template, pattern in _patterns():
        if found := pattern.fullmatch(text):
            return template, found.groupdict()
    return None


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [(template, _pattern(template)) for template in TOLD]


def _pattern(template: str) -> re.Pattern[str]:
    texts = _PLACEHOLDER.split(template)
    made = (f"(?P<{text}>.+?)" if index % 2 else re.escape(text) for index, text in enumerate(texts))
    return re.compile("".join(made), re.DOTALL)
