"""A charge point's label: what stands in its QR code, and how that is read again."""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from app.domain.charge_points import valid_charge_point_id
from app.domain.connectors import MAX_CONNECTORS

LONGEST = 500
_SCHEME = "ocpp://"
_PLAIN = re.compile(r"[\x21-\x7e]+")
_REST = re.compile(r"(?P<id>[^/?#@:\\]+)(/(?P<connector>[^/?#]*))?(\?(?P<query>[^#]*))?")
_SIGNATURE_LIKE = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class Scan:
    """What a label names, or what somebody typed; `connector_id` None: the charge point alone."""

    charge_point_id: str
    connector_id: int | None = None
    signature: str | None = None


def read_scan(text: str, link_prefix: str) -> Scan:
    """Read `ocpp://ID?connector=N&s=…`, a link that begins with `link_prefix`, or a charge point's id typed by hand.

    Percent-encoding is undone once. Raises ValueError that says in words why it is none of these.
    """
    text = text.strip(" ")
    if valid_charge_point_id(text):
        return Scan(text)
    if len(text) > LONGEST or not _PLAIN.fullmatch(text):
        raise ValueError("is no label of a charge point")
    for prefix, in_path in ((_SCHEME, False), (link_prefix, True)):
        if text[: len(prefix)].casefold() == prefix.casefold():
            return _read_rest(text[len(prefix) :], in_path=in_path)
    if re.match("https?:", text, re.IGNORECASE):
        raise ValueError("is a link to somewhere else; do not open it, and tell the operator")
    raise ValueError("is no label of a charge point")


def _read_rest(rest: str, *, in_path: bool) -> Scan:
    """Read what comes after the scheme, or after the link's fixed part, where the connector is in the path."""
    found = _REST.fullmatch(rest)
    if found is None:
        raise ValueError("names no charge point that could be one")
    values: dict[str, str] = {}
    for pair in filter(None, (found["query"] or "").split("&")):
        name, _, value = pair.partition("=")
        if name in values:
            raise ValueError(f"says twice what {ascii(name[:20])} is")
        values[name] = value
    # Some readers of URIs put a slash after what they take for a host.
    in_the_path = found["connector"] or None
    if in_the_path is not None and (not in_path or "connector" in values):
        raise ValueError("names its connector in the wrong place")
    return scan_of(unquote(found["id"]), in_the_path or values.get("connector"), values.get("s"))


def scan_of(charge_point_id: str, connector: str | None, signature: str | None) -> Scan:
    """Bring together what a label names; raises ValueError for what can be none of that."""
    if not valid_charge_point_id(charge_point_id):
        raise ValueError("names no charge point that could be one")
    if signature is not None and not _SIGNATURE_LIKE.fullmatch(signature):
        raise ValueError("has a signature that is none")
    if connector is None:
        return Scan(charge_point_id, None, signature)
    if not _NUMBER.fullmatch(connector) or int(connector) > MAX_CONNECTORS:
        raise ValueError(f"names a connector that is none of 1 to {MAX_CONNECTORS}")
    return Scan(charge_point_id, int(connector), signature)


def uri_of(scan: Scan) -> str:
    """Return a label as the URI that apps read."""
    query = [("connector", scan.connector_id), ("s", scan.signature)]
    told = "&".join(f"{name}={value}" for name, value in query if value is not None)
    return f"{_SCHEME}{_quoted(scan)}{'?' if told else ''}{told}"


def link_of(scan: Scan, link_prefix: str) -> str:
    """Return a label as the link that a telephone's camera opens."""
    connector = f"/{scan.connector_id}" if scan.connector_id is not None else ""
    return f"{link_prefix}{_quoted(scan)}{connector}{f'?s={scan.signature}' if scan.signature else ''}"


def _quoted(scan: Scan) -> str:
    return quote(scan.charge_point_id, safe="*")
