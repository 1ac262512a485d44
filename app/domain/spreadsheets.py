"""Texts that no spreadsheet takes for a formula, and back again."""

# What spreadsheets begin a formula with, or skip on the way to it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def neutralised(text: str) -> str:
    """Return a text as it goes into a spreadsheet: one that would be a formula gets an apostrophe before it."""
    return f"'{text}" if text.lstrip(" '").startswith(_FORMULA) else text


def as_meant(text: str) -> str:
    """Return a spreadsheet's text without the apostrophe that `neutralised` put before it."""
    return text[1:] if text.startswith("'") and text.lstrip(" '").startswith(_FORMULA) else text
