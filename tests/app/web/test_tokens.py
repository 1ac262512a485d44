"""The colours, dark and light: every text is readable on what it stands on, as WCAG's level AA has it."""

import re
from pathlib import Path

import pytest

import app.web

CSS = (Path(app.web.__file__).parent / "static" / "css" / "tokens.css").read_text()
LIGHT, *DARK = (
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in re.findall(r"\{([^{}]*--[^{}]*)\}", CSS)
)
ON = [
    *((ink, ground) for ink in ("ink", "ink-soft", "accent") for ground in ("ground", "surface", "surface-raised")),
    *((tone, f"{tone}-soft") for tone in ("good", "busy", "bad", "quiet", "accent")),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("bad", "surface"),
]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, *DARK], ids=["light", "dark", "dark by choice"])
def test_every_text_is_readable_on_its_ground(colours: dict[str, str]) -> None:
    for ink, ground in ON:
        assert contrast(colours[ink], colours[ground]) >= 4.5, f"{ink} on {ground}"
    for ground in ("ground", "surface"):
        assert contrast(colours["line-strong"], colours[ground]) >= 3, f"edges of fields on {ground}"


def test_dark_is_the_same_whether_the_system_or_the_reader_has_chosen_it() -> None:
    assert len(DARK) == 2
    assert DARK[0] == DARK[1]
    assert set(DARK[0]) == set(LIGHT)
