"""Addresses that browsers tell, where anybody may write anything."""

from urllib.parse import SplitResult, urlsplit

from flask import request


def parts_of(address: str | None) -> SplitResult:
    """Take an address apart; of one that cannot be read all parts are empty."""
    try:
        return urlsplit(address or "")
    except ValueError:
        return urlsplit("")


def next_address() -> str:
    """Return where to go on to: an address of ours and of nobody else's."""
    wanted = request.args.get("next", "/")
    return wanted if wanted.startswith("/") and wanted[1:2] not in ("/", "\\") and wanted.isprintable() else "/"
