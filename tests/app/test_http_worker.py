"""Whoever is slow, silent or unable to leave keeps nobody else from being answered."""

import logging
import socket
from contextlib import ExitStack
from select import select
from selectors import DefaultSelector

import pytest
from gunicorn.config import Config
from gunicorn.workers.gthread import TConn

from app import http_worker
from app.http_worker import Places, Reader, Worker
from tests import plain_http
from tests.app.beside import THREADS
from tests.live import Server

HALF_A_HEAD = b"GET /healthz HTTP/1.1\r\nHost: x"
HALF_A_BODY = b"POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
ANSWERED = b"GET /healthz HTTP/1.0\r\n\r\n"


@pytest.mark.parametrize("said", [b"", HALF_A_HEAD, HALF_A_BODY, ANSWERED], ids=["silent", "head", "body", "answered"])
def test_many_who_do_not_finish_keep_nobody_waiting(small_server: Server, said: bytes) -> None:
    with ExitStack() as opened:
        for _ in range(5 * THREADS):
            slow = opened.enter_context(socket.create_connection(("127.0.0.1", small_server.http_port)))
            slow.sendall(said)
        assert plain_http.get(f"{small_server.url}/healthz", timeout=4).status_code == 200


def test_a_body_that_breaks_off_is_no_beginning_of_the_next_request(small_server: Server) -> None:
    with ExitStack() as opened:
        slow = [
            opened.enter_context(socket.create_connection(("127.0.0.1", small_server.http_port), 5))
            for _ in range(THREADS // 2 + 1)
        ]
        for connection in slow:
            connection.sendall(HALF_A_BODY)
        # One of them is one too many, and is not waited for.
        refused, _, _ = select(slow, [], [], 5)
        answer = refused[0].makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1


def test_who_is_refused_before_all_of_his_body_came_reads_why(small_server: Server) -> None:
    body = b'{"username": "' + b"x" * 8_000_000 + b'"}'
    answer = plain_http.post(
        f"{small_server.url}/api/login", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(("size", "next_request"), [(1_000, "keep-alive"), (100_000, "close")])
def test_an_answer_tells_whether_another_request_can_follow_what_nobody_read(
    server: Server, size: int, next_request: str
) -> None:
    answer = plain_http.post(f"{server.url}/api/login", content=b"x" * size, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415
    assert answer.headers["Connection"] == next_request


def test_the_longest_silent_make_room_for_who_comes() -> None:
    config = Config()
    config.set("worker_connections", 4)
    worker = Worker(0, 0, [], None, 0, config, logging.getLogger(__name__))
    with ExitStack() as opened, DefaultSelector() as worker.poller:
        opened.callback(worker.tmp.close)
        pairs = [socket.socketpair() for _ in range(5)]
        for ours, theirs in pairs:
            opened.enter_context(ours)
            opened.enter_context(theirs)
            worker.nr_conns += 1
            worker.enqueue_req(TConn(config, ours, ("127.0.0.1", 1), ("127.0.0.1", 2)))
        # The first has been answered and says nothing since.
        worker.keepalived_conns.append(worker.pending_conns.popleft())
        worker.murder_pending()
        assert [ours.fileno() == -1 for ours, _theirs in pairs] == [True, True, False, False, False]
        assert worker.nr_conns == 3


def test_a_request_has_to_be_here_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_worker, "REQUEST_WITHIN", 0.05)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        reader = Reader(ours, "127.0.0.1", Places(1))
        reader.begin()
        theirs.sendall(b"GET ")
        assert reader.chunk() == b"GET "
        assert reader.chunk() == b""
        assert reader.given_up
        theirs.sendall(b"too late")
        assert reader.chunk() == b""


def test_a_file_may_take_its_time_but_not_be_silent_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_worker, "REQUEST_WITHIN", 0.0)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        reader = Reader(ours, "127.0.0.1", Places(1))
        reader.begin()
        http_worker.take_time(ours, 0.05)
        theirs.sendall(b"piece")
        assert reader.chunk() == b"piece"
        with pytest.raises(TimeoutError):
            reader.chunk()


def test_an_address_has_so_many_wait_for_it_and_no_more() -> None:
    places = Places(2)
    assert [places.take("one") for _ in range(3)] == [True, True, False]
    assert places.take("other")
    places.give_back("one")
    assert places.take("one")
