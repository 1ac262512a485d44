"""Which known id an unknown one was probably meant to be: the same letters and numbers, spelled otherwise."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

MOST = 3
_ALIKE = 0.8
_CANDIDATES = 200

Numbers = tuple[int, ...]


class SimilarIds:
    """The known ids, by the numbers in them: CP01 and CP02 are two charge points, CP01 and cp-1 may be one."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known: dict[Numbers, list[tuple[str, str]]] = {}
        for charge_point_id in known:
            self._known.setdefault(_numbers(charge_point_id), []).append((_letters(charge_point_id), charge_point_id))

    def to(self, charge_point_id: str) -> list[str]:
        """Return at most three known ids like this one, the likeliest first."""
        letters = _letters(charge_point_id)
        candidates = self._known.get(_numbers(charge_point_id), [])
        same = sorted(known for spelled, known in candidates if spelled == letters)
        if same:
            return same[:MOST]
        matcher = SequenceMatcher(b=letters)
        alike = []
        for spelled, known in candidates[:_CANDIDATES]:
            matcher.set_seq1(spelled)
            if spelled and letters and matcher.real_quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE:
                alike.append((-matcher.ratio(), known))
        return [known for _ratio, known in sorted(alike)[:MOST]]


def _numbers(charge_point_id: str) -> Numbers:
    return tuple(int(digits) for digits in re.findall("[0-9]+", charge_point_id))


def _letters(charge_point_id: str) -> str:
    return re.sub("[^a-z]+", "", charge_point_id.casefold())
