"""What a benchmark finds: figures, with the target each has to reach, and the table they are shown in."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. `at_least` and `at_most` are its target, both None where it is only for information."""

    what: str
    value: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def reached(self) -> bool | None:
        if self.at_least is not None:
            return self.value >= self.at_least
        return None if self.at_most is None else self.value <= self.at_most

    @property
    def target(self) -> str:
        if self.at_least is not None:
            return f"≥ {_written(self.at_least)} {self.unit}"
        return "" if self.at_most is None else f"≤ {_written(self.at_most)} {self.unit}"


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that `percent` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def median_of(values: Sequence[float]) -> float:
    return float(median(values))


def table(figures: Sequence[Figure]) -> list[str]:
    """Return the lines of a Markdown table whose columns also line up as plain text."""
    rows = [("figure", "measured", "target", "")]
    for figure in figures:
        verdict = {True: "reached", False: "missed", None: ""}[figure.reached]
        rows.append((figure.what, f"{_written(figure.value)} {figure.unit}", figure.target, verdict))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    rule = tuple("-" * width for width in widths)
    return [
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |"
        for row in (rows[0], rule, *rows[1:])
    ]


def _written(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value else "0"
