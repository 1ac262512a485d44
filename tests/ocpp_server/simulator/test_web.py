"""Files over HTTP, from hosts of every kind."""

import hashlib

import pytest

from ocpp_server.simulator.errors import TransferFailed
from ocpp_server.simulator.web import bring, fetch
from tests.ocpp_server.simulator.conftest import Play
from tests.ocpp_server.simulator.file_host import OK, FileHost, status, with_length

FILE = bytes(range(256)) * 1000


@pytest.mark.parametrize(
    "answer",
    [
        with_length(FILE),
        OK + b"\r\n" + FILE,
        OK + b"Transfer-Encoding: chunked\r\n\r\n3e800;x=y\r\n" + FILE + b"\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + with_length(FILE),
    ],
    ids=["with its length", "to the end of the connection", "in chunks", "after a while"],
)
def test_a_file_is_read_whichever_way_it_is_sent(play: Play, answer: bytes) -> None:
    async def story() -> None:
        async with FileHost() as host:
            file = await fetch(host.gives("/a%20b.bin", answer))
            assert (file.size, file.sha256) == (len(FILE), hashlib.sha256(FILE).digest())

    play(story())


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (status(404), "404 Not Found"),
        (OK + b"Content-Length: 10\r\n\r\nshort", "broke off"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n", "invalid literal"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "not HTTP"),
        (b"", "broke off"),
        (with_length(b"x" * 1001), "more than 1000 bytes"),
        (status(302, "Location: /file"), "redirected more than"),
        (status(302, "Location: ftp://127.0.0.1/file"), "only http"),
    ],
    ids=["missing", "broken off", "bad chunks", "another protocol", "silent", "too large", "in circles", "elsewhere"],
)
def test_what_cannot_be_fetched_says_why(play: Play, answer: bytes, why: str) -> None:
    async def story() -> None:
        async with FileHost() as host:
            with pytest.raises(TransferFailed, match=why):
                await fetch(host.gives("/file", answer), largest=1000)

    play(story())


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/x", "http:///x", "http://127.0.0.1:99999/", "http://127.0.0.1:1/", ""]
)
def test_an_address_nobody_answers_at_is_a_failed_transfer(play: Play, url: str) -> None:
    async def story() -> None:
        with pytest.raises(TransferFailed):
            await fetch(url)

    play(story())


def test_a_redirection_is_followed(play: Play) -> None:
    async def story() -> None:
        async with FileHost() as host:
            host.gives("/there", with_length(FILE))
            assert (await fetch(host.gives("/here", status(307, "Location: /there")))).size == len(FILE)

    play(story())


def test_a_file_is_brought_with_the_user_and_password_of_its_address(play: Play) -> None:
    async def story() -> None:
        async with FileHost() as host:
            host.takes("/log")
            await bring(host.url("/log", "user:p%40ss@"), b"lines")
            ((head, body),) = host.requests
            assert body == b"lines"
            assert "Authorization: Basic dXNlcjpwQHNz\r\n" in head
            assert f"Host: {host.url('')[7:]}\r\n" in head
            with pytest.raises(TransferFailed, match="403"):
                await bring(host.takes("/closed", status(403)), b"lines")

    play(story())
