"""What a newcomer shows at the door: charge point id, credentials, address, subprotocols (OCPP-J §3, §6)."""

import re
from datetime import UTC, datetime
from urllib.parse import unquote_to_bytes

from websockets.datastructures import Headers
from websockets.exceptions import InvalidHeader
from websockets.headers import parse_authorization_basic, parse_subprotocol

from ocpp_server.central_system import Handshake
from ocpp_server.proxies import TrustedProxies
from ocpp_server.websocket import ChargePointSocket

SUBPROTOCOL = "ocpp1.6"
# Letters, digits and what OCPP's identifierString and real chargers' ids use besides.
_ALLOWED_ID = re.compile(r"[A-Za-z0-9*\-_=:+|@. ]{1,48}")


class InvalidPath(ValueError):
    """The request's path names no charge point."""


def charge_point_id(path: str) -> str:
    """Return the id in a request's path: its last non-empty segment, percent-decoded once.

    Raises: InvalidPath when there is none, or none of 1 to 48 allowed characters.
    """
    segments = [segment for segment in path.partition("?")[0].split("/") if segment]
    if not segments:
        raise InvalidPath("the path names no charge point")
    try:
        decoded = unquote_to_bytes(segments[-1]).decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidPath("the charge point id is not UTF-8") from None
    if not _ALLOWED_ID.fullmatch(decoded) or decoded != decoded.strip() or not decoded.strip("."):
        raise InvalidPath("the charge point id has characters that are not allowed")
    return decoded


def registry_key(charge_point_id: str) -> str:
    """Return the spelling under which an id is looked up: ids are matched without regard to case."""
    return charge_point_id.casefold()


def credentials(headers: Headers) -> tuple[str | None, bytes | None]:
    """Return user name and password of HTTP Basic, or two Nones. The password is the bytes that came."""
    values = headers.get_all("Authorization")
    if len(values) != 1:
        return None, None
    try:
        username, password = parse_authorization_basic(values[0])
    except InvalidHeader:
        return None, None
    name = username.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return name, password.encode("utf-8", "surrogateescape")


def subprotocols(headers: Headers) -> tuple[str, ...]:
    """Return the subprotocols offered, none when the header is malformed."""
    try:
        return tuple(name for value in headers.get_all("Sec-WebSocket-Protocol") for name in parse_subprotocol(value))
    except InvalidHeader:
        return ()


def shown_by(socket: ChargePointSocket, headers: Headers, charge_point_id: str, proxies: TrustedProxies) -> Handshake:
    """Gather what a newcomer showed; nothing about it is believed yet."""
    peer = socket.remote_address
    tls = socket.transport.get_extra_info("ssl_object")
    address, secure = proxies.origin(str(peer[0]) if peer else "", tls is not None, headers)
    username, password = credentials(headers)
    return Handshake(
        charge_point_id=charge_point_id,
        remote_address=address,
        username=username,
        password=password,
        secure=secure,
        subprotocols=subprotocols(headers),
        received_at=datetime.now(UTC),
        client_certificate=tls.getpeercert(binary_form=True) if tls is not None else None,
    )
