"""Addresses that browsers tell in headers, where anybody may write anything."""

from urllib.parse import SplitResult, urlsplit


def parts_of(address: str | None) -> SplitResult:
    """Take an address apart; of one that cannot be read all parts are empty."""
    try:
        return urlsplit(address or "")
    except ValueError:
        return urlsplit("")
