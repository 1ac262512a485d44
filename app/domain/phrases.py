"""Sentences with values in them: English for whoever reads them as they are, and to be said in other languages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from app.domain.times import iso


class Phrase(str):
    """An English sentence that knows its `template` and the `values` in it, by which pages say it in their language.

    It is text like any other, so it goes wherever a message goes, and what stores or sends it knows nothing of this.
    """

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, **values: Any) -> Self:
        written = {name: iso(value) if isinstance(value, datetime) else value for name, value in values.items()}
        return cls.in_other_words(template % written, template, **values)

    @classmethod
    def in_other_words(cls, text: str, template: str, **values: Any) -> Self:
        """Return a sentence that somebody else has worded; `template` is only what it is known by."""
        made = super().__new__(cls, text)
        made.template, made.values = template, values
        return made
