"""A listening socket for WebSockets, with every limit that a hostile peer is met by."""

import logging
import resource
import ssl
from collections.abc import Awaitable, Callable

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from ocpp_server.handshake import SUBPROTOCOL
from ocpp_server.settings import ServerSettings

# Never below WARNING: at DEBUG websockets writes every header and payload into the log, passwords included.
_websockets_log = logging.getLogger("ocpp_server.websockets")
_websockets_log.setLevel(logging.WARNING)

# File descriptors left to the database and to files.
_RESERVED_DESCRIPTORS = 128
# How many sockets beyond the capacity may be in their handshake, to be told that there is no room.
WAITING_ROOM = 64


async def listen(
    host: str,
    port: int,
    tls: ssl.SSLContext | None,
    handler: Callable[[ServerConnection], Awaitable[None]],
    process_request: Callable[[ServerConnection, Request], Awaitable[Response | None]],
    new_socket: Callable[..., ServerConnection],
    settings: ServerSettings,
) -> Server:
    """Bind an address without accepting anybody yet. Raises: OSError that names the address."""
    try:
        return await serve(
            handler,
            host,
            port,
            ssl=tls,
            create_connection=new_socket,  # type: ignore[arg-type]  # any factory will do
            process_request=process_request,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            compression=None,  # 18 KiB a connection instead of 55, and no zip bombs
            server_header=None,
            open_timeout=settings.open_timeout,
            close_timeout=settings.close_timeout,
            ping_interval=None,
            max_size=settings.max_frame_bytes,
            max_queue=8,
            logger=_websockets_log,
            start_serving=False,
            backlog=4096,
            reuse_port=settings.reuse_port or None,
        )
    except OSError as problem:
        reason = f"cannot listen on {host}:{port}: {problem.strerror or problem}"
        raise OSError(problem.errno, reason) from None


def capacity(settings: ServerSettings) -> int:
    """Return how many charge points there may be: as many as are set, or as the process may open."""
    descriptors = _descriptors()
    if descriptors is None:
        return settings.max_connections
    spare = descriptors - _RESERVED_DESCRIPTORS - WAITING_ROOM - watchers_capacity(settings)
    return max(1, min(settings.max_connections, spare))


def watchers_capacity(settings: ServerSettings) -> int:
    """Return how many watchers there may be beside the charge points, who come first."""
    descriptors = _descriptors()
    return settings.max_watchers if descriptors is None else min(settings.max_watchers, descriptors // 10)


def _descriptors() -> int | None:
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if descriptors == resource.RLIM_INFINITY else descriptors
