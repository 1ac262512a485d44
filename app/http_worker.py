"""gunicorn's worker of threads, which nobody stops by being slow.

A thread is taken by a request, not by a connection. The request has to be here in time, its answer has to be taken in
time, and no address has more than half the threads wait for it. Who is answered before his request was read to its end
still gets to read the answer.
"""

import errno
import select
import socket
import threading
import time
from collections import Counter
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from gunicorn.http import get_parser
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import TConn, ThreadWorker

# From the first byte of a request to the last of its body, unless that is a file.
REQUEST_WITHIN = 10.0
# An answer, or a piece of a long one.
TAKEN_WITHIN = 20.0
# What somebody has still under way when he is answered: read and thrown away, for so long and up to so much.
LEAVE_WITHIN = 5.0
LEAVE_BYTES = 16 * 1024 * 1024
_PIECE = 64 * 1024
# What is read, behind an answer that did not wait for it, so that another request may follow on the connection.
_LEFT_OVER = 64 * 1024

# The connections whose request at hand is a file, or asks for one: nobody knows how long that takes.
_unhurried: WeakSet[socket.socket] = WeakSet()


def take_time(connection: socket.socket, silence: float) -> None:
    """Let the request at hand take its time, as long as its peer is not silent for so many seconds."""
    connection.settimeout(silence)
    _unhurried.add(connection)


class Places:
    """Bounds how many threads wait for one address at a time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, address: str) -> bool:
        """Take a place and tell whether there was one."""
        with self._lock:
            if self._taken[address] >= self._most:
                return False
            self._taken[address] += 1
            return True

    def give_back(self, address: str) -> None:
        with self._lock:
            self._taken[address] -= 1
            if not self._taken[address]:
                del self._taken[address]


class Reader(SocketUnreader):
    """Reads requests off a connection; `given_up` once that took too long, after which nothing more comes."""

    def __init__(self, connection: socket.socket, address: str, places: Places) -> None:
        super().__init__(connection)
        self._address = address
        self._places = places
        self._until = 0.0
        self.given_up = False

    def begin(self) -> None:
        """Expect the next request."""
        _unhurried.discard(self.sock)
        self._until = time.monotonic() + REQUEST_WITHIN

    def chunk(self, *hints: Any) -> bytes:
        """Return what has come; nothing, as if he had hung up, of who is too slow or has too many threads wait.

        Raises TimeoutError where a file has been silent for too long.
        """
        if not self.given_up and not _readable(self.sock, 0):
            self.given_up = not self._wait()
        return b"" if self.given_up else super().chunk(*hints)

    def _wait(self) -> bool:
        if not self._places.take(self._address):
            return False
        try:
            own = self.sock.gettimeout()
            if self.sock in _unhurried:
                return _readable(self.sock, own) or own is not None
            left = self._until - time.monotonic()
            return _readable(self.sock, max(0.0, left if own is None else min(left, own)))
        finally:
            self._places.give_back(self._address)


def _readable(connection: socket.socket, seconds: float | None) -> bool:
    """Wait for a connection to have something, or to be at its end; tell whether it is."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(None if seconds is None else seconds * 1000))


def _may_be_left_over(request: Any) -> bool:
    """Tell whether a request's body is, or may become, longer than what is read of it unasked."""
    headers = dict(request.headers)
    return "TRANSFER-ENCODING" in headers or int(headers.get("CONTENT-LENGTH", 0)) > _LEFT_OVER


class Worker(ThreadWorker):
    """Everything but `handle` and `handle_request` is done by the main thread, which must not wait for anybody."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._places = Places(max(1, self.cfg.threads // 2))
        # Who is being let go: until when, and how much of his is still read.
        self._leaving: dict[TConn, tuple[float, int]] = {}
        self._readers: WeakKeyDictionary[TConn, Reader] = WeakKeyDictionary()

    def enqueue_req(self, conn: TConn) -> None:
        """Have a thread handle a request, of which there is something."""
        if conn.initialized or conn.data_ready:
            super().enqueue_req(conn)
            return
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + self.cfg.keepalive
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def handle(self, conn: TConn) -> Any:
        if conn not in self._readers:
            address = conn.client[0] if isinstance(conn.client, tuple) else str(conn.client)
            self._readers[conn] = Reader(conn.sock, address, self._places)
            parser: Any = get_parser(self.cfg, conn.sock, conn.client)
            parser.unreader = self._readers[conn]
            conn.parser = parser
        reader = self._readers[conn]
        reader.begin()
        kept = super().handle(conn)
        # What might still come of a request that was given up is not the next one.
        return kept and not reader.given_up

    def handle_request(self, req: Any, conn: TConn) -> bool:
        conn.sock.settimeout(TAKEN_WITHIN)
        if _may_be_left_over(req):
            # The answer may come before its end: it says then that no other request can follow.
            req.force_close()
        try:
            return bool(super().handle_request(req, conn))
        except TimeoutError as error:
            raise ConnectionResetError(errno.ECONNRESET, "the answer was not taken in time") from error

    def finish_request(self, conn: TConn, fs: "Future[Any]") -> None:
        over = not fs.cancelled() and fs.exception() is None and not fs.result()
        if over and self.alive:
            self._let_go(conn)
        else:
            super().finish_request(conn, fs)

    def murder_pending(self) -> None:
        """Close whose time is over. This is done between events, for one of those at hand may be about who goes."""
        super().murder_pending()
        while self.nr_conns > self.worker_connections * 3 // 4 and self._make_room():
            pass
        now = time.monotonic()
        for conn in [one for one, (until, _) in self._leaving.items() if until <= now]:
            self._close(conn)

    def _make_room(self) -> bool:
        """Close who has been silent for longest, if anybody is: when all connections are taken, nobody is let in."""
        if self._leaving:
            self._close(next(iter(self._leaving)))
            return True
        silent = [conns for conns in (self.pending_conns, self.keepalived_conns) if conns]
        if not silent:
            return False
        conn = min(silent, key=lambda conns: conns[0].timeout or 0.0).popleft()
        with suppress(KeyError, ValueError):
            self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()
        return True

    def _let_go(self, conn: TConn) -> None:
        """End a connection: the answer arrives although its peer still sends (RFC 9112 §9.6)."""
        self._leaving[conn] = (time.monotonic() + LEAVE_WITHIN, LEAVE_BYTES)
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, EVENT_READ, partial(self._hear_out, conn))
        except (OSError, ValueError):  # it has ended already
            self._close(conn)

    def _hear_out(self, conn: TConn, connection: socket.socket) -> None:
        data = b""
        with suppress(OSError):
            data = connection.recv(_PIECE)
        until, left = self._leaving[conn]
        self._leaving[conn] = (until, left - len(data))
        if not data or len(data) >= left:
            self._close(conn)

    def _close(self, conn: TConn) -> None:
        del self._leaving[conn]
        with suppress(KeyError, ValueError):
            self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()
