"""A rule looked at: what it says, and how things stand in words, so that a decision can be told step by step."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Check:
    """`refusal` is empty where the rule lets pass; else what is answered: OCPP's AuthorizationStatus where the rule is
    about a tag, the problem's code where it is about the charge point. `values` are those in a refusal's words, for who
    words it in another language."""

    rule: str
    words: str
    refusal: str = ""
    in_the_way: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return not self.refusal


def first_refusal(checks: Iterable[Check]) -> Check | None:
    """Return the first check that does not pass; those behind it are not looked at."""
    return next((check for check in checks if not check.passed), None)
