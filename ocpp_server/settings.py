"""What may be set about the OCPP server; every time is in seconds, so that a test can be quick."""

import ssl
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The knobs of one OCPP server.

    `port` 0 lets the system choose. `heartbeat_interval` is what BootNotification.conf hands out.
    `trusted_proxies` are the addresses or networks whose X-Forwarded-For and X-Forwarded-Proto are believed.
    """

    host: str = "127.0.0.1"
    port: int = 9000
    reuse_port: bool = False
    # With a context there is a second listener, for wss.
    tls: ssl.SSLContext | None = None
    tls_host: str = "127.0.0.1"
    tls_port: int = 9443
    trusted_proxies: tuple[str, ...] = ()

    # The door.
    open_timeout: float = 10.0
    close_timeout: float = 2.0
    max_connections: int = 20_000
    failures_per_minute: int = 10
    failures_per_minute_and_address: int = 60
    takeovers_per_minute: int = 10

    # Frames.
    max_frame_bytes: int = 65_536
    max_calls_per_second: float = 100.0
    burst: float = 500.0
    max_calls_waiting: int = 64
    max_unreadable_frames: int = 50
    handler_timeout: float = 60.0

    # Our own calls.
    call_timeout: float = 10.0
    max_own_calls_waiting: int = 16

    # Watchers of live events; None of `origins` but these may be a page's.
    origins: tuple[str, ...] = ()
    max_watchers: int = 1500
    max_watchers_per_account: int = 10
    max_unread_by_watcher: int = 131_072
    events_remembered: int = 2000

    # Who is still there.
    heartbeat_interval: float = 300.0
    ping_interval: float = 20.0
    dead_after: float = 45.0
    sweep_interval: float = 2.0
