"""Firmware: which image fits which charge point, and how far an update has come."""

import re
from itertools import zip_longest

from app.domain.charge_points import ChargePoint


def older(version: str, than: str) -> bool:
    """Tell whether a version comes before another, by the numbers in them; without numbers nobody can tell."""
    ours, theirs = ([int(number) for number in re.findall("[0-9]{1,18}", text)] for text in (version, than))
    if not ours or not theirs:
        return False
    pairs = zip_longest(ours, theirs, fillvalue=0)
    return next((a < b for a, b in pairs if a != b), False)


def misfit(vendor: str | None, model: str | None, charge_point: ChargePoint) -> str | None:
    """Return, in words, why an image is not made for a charge point; None when it is, or is for any."""
    for what, wanted, has in (("vendor", vendor, charge_point.vendor), ("model", model, charge_point.model)):
        if wanted is not None and wanted.casefold() != (has or "").casefold():
            return f"the firmware is for the {what} {wanted}; the charge point's is {has or 'not known'}"
    return None
