"""Files that charge points fetch and bring: one-time tokens, and names that can do no harm."""

import hashlib
import re
import secrets

TOKEN_LENGTH = 40
_TOKEN = re.compile(f"[0-9a-f]{{{TOKEN_LENGTH}}}")
_LINK = re.compile(r"(/files/[a-z]+/)[^\s]+")


def new_token() -> str:
    """Return 160 random bits that survive any charge point's handling of a URL."""
    return secrets.token_hex(TOKEN_LENGTH // 2)


def token_digest(token: str) -> str:
    """Return what is kept of a token: who reads the database cannot use the links in it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def split_token(path: str) -> tuple[str, str]:
    """Return the token a path begins with and the name after it; charge points glue the two with or without a slash.

    The token is empty when there is none.
    """
    match = _TOKEN.match(path)
    return (match[0], path[match.end() :]) if match else ("", path)


def without_token(text: str) -> str:
    """Return a URL or path as it may be written down: what a link to a file gives access to stays with its charger."""
    return _LINK.sub(r"\1***", text)


def readable_name(told: object) -> str | None:
    """Return a name somebody told us as it may be listed: bounded, without control characters; None for none."""
    return "".join(char if char.isprintable() else "_" for char in str(told or "")[:255]) or None


def safe_name(told: object, otherwise: str) -> str:
    """Return the last segment of a name somebody told us, of letters, digits, dots, dashes and underscores."""
    last = re.split(r"[/\\]", str(told or ""))[-1]
    return re.sub(r"[^A-Za-z0-9._-]+", "_", last).strip("._-")[-100:].lstrip("._-") or otherwise
