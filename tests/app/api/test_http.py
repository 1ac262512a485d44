"""Bodies, methods, addresses and headers as strangers send them: each gets a problem document and costs little."""

import gzip
import socket
from typing import Any

import pytest
from flask import Flask

from app.api import http
from tests import plain_http
from tests.app.stories import problem
from tests.live import Api, Server

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "body",
    [
        b"{'a': 1}",
        b'{"label": ',
        b'{"label": NaN}',
        b'{"label": "\\ud800"}',
        '{"label": "é"}'.encode("latin-1"),
        "{}".encode("utf-16"),
        b'{"concurrent_limit": ' + b"9" * 5000 + b"}",
        b"[" * 30_000 + b"]" * 30_000,
        b'{"label":' * 2_000 + b"1" + b"}" * 2_000,
    ],
)
def test_a_body_that_is_not_json_is_refused(root: Api, body: bytes) -> None:
    problem(root.http.post("/api/id_tags", content=body, headers=JSON), 400, "bad_request")


@pytest.mark.parametrize("body", [b"5", b'"x"', b"[]", b"true", b'[{"token": "x"}]'])
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_body_that_is_not_an_object_is_refused_with_or_without_a_login(
    server: Server, root: Api, method: str, body: bytes
) -> None:
    for client in (root.http, server.anonymous().http):
        refused = problem(client.request(method, "/api/id_tags", content=body, headers=JSON), 422, "bad_input")
        assert refused["errors"] == [{"field": "body", "message": "must be a JSON object"}]
    client.close()


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_may_come_whole_or_in_chunks_and_null_is_an_empty_one(root: Api, chunked: bool) -> None:
    for body in (b"{}", b"null"):
        content: Any = iter([body[:1], body[1:]]) if chunked else body
        assert root.http.post("/api/id_tags", content=content, headers=JSON).status_code == 201


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"{}", {"Content-Type": "text/plain"}),
        (b"{}", {}),
        (b"label=x", {"Content-Type": "application/x-www-form-urlencoded"}),
        (b"<tag/>", {"Content-Type": "application/xml"}),
        (gzip.compress(b"{}", mtime=0), {**JSON, "Content-Encoding": "gzip"}),
        (b"{}", {**JSON, "Content-Encoding": "br"}),
    ],
)
def test_another_media_type_is_refused(root: Api, body: bytes, headers: dict[str, str]) -> None:
    problem(root.http.post("/api/id_tags", content=body, headers=headers), 415, "unsupported_media_type")


@pytest.mark.parametrize("body", [b'{"label":"' + b"x" * 1_000_000 + b'"}', b"[" * 100_000])
def test_a_body_that_is_too_large_is_refused(server: Server, body: bytes) -> None:
    # On a connection of its own, for the server does not read on to find the next request behind such a body.
    problem(plain_http.post(f"{server.url}/api/login", content=body, headers=JSON), 413, "too_large")


def test_the_server_stays_well_after_an_endless_chunked_body(server: Server, root: Api) -> None:
    with socket.create_connection(("127.0.0.1", server.http_port)) as stranger:
        head = "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked"
        stranger.sendall(head.encode() + b"\r\n\r\n")
        chunks = (b"2000\r\n" + b" " * 0x2000 + b"\r\n") * 10_000
        with pytest.raises(ConnectionError):
            stranger.sendall(chunks)
    assert root.get("/api/me").status_code == 200


@pytest.mark.parametrize(
    "chunks", [b"zz\r\n{}", b"2\r\n{}xx", b"0\r\n" + b"A: b\r\n" * 200 + b"\r\n", b"2;\r\r\n{}\r\n"]
)
@pytest.mark.parametrize(("path", "kind"), [("/api/login", "json"), ("/login", "x-www-form-urlencoded")])
def test_chunks_that_are_none_are_the_senders_fault(server: Server, path: str, kind: str, chunks: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.http_port), 5) as stranger:
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/{kind}\r\nTransfer-Encoding: chunked"
        stranger.sendall(head.encode() + b"\r\n\r\n" + chunks)
        answer = stranger.makefile("rb").readline()
    assert answer.split()[1] == b"400"


@pytest.mark.parametrize("path", ["/api//me", "//login", "/static//js/app.js", "/charge//CP001/1", "//evil.example"])
def test_slashes_too_many_lead_nowhere(server: Server, path: str) -> None:
    with socket.create_connection(("127.0.0.1", server.http_port), 5) as stranger:
        stranger.sendall(f"GET {path} HTTP/1.0\r\nHost: evil.example\r\n\r\n".encode())
        answer = stranger.makefile("rb").read()
    assert b"Location" not in answer
    assert answer.split()[1] in (b"200", b"404")


def test_an_unknown_address_and_an_unknown_method_are_told(server: Server, root: Api) -> None:
    problem(root.get("/api/nothing"), 404, "not_found")
    problem(root.get("/nothing"), 404, "not_found")
    refused = root.http.put("/api/login", json={})
    problem(refused, 405, "method_not_allowed")
    assert "POST" in refused.headers["Allow"]
    for client in (root.http, server.anonymous().http):
        problem(client.options("/api/me"), 405, "method_not_allowed")
    client.close()


def test_every_answer_has_an_id_and_headers_that_keep_browsers_in_their_place(server: Server, root: Api) -> None:
    ids = set()
    for answer in (root.get("/healthz"), root.get("/api/me"), root.get("/api/nothing"), root.get("/docs")):
        ids.add(answer.headers["X-Request-ID"])
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert not any(character.isdigit() for character in answer.headers.get("Server", ""))
    assert len(ids) == 4


@pytest.mark.parametrize("tls", [True, False])
def test_browsers_are_told_to_stay_with_tls_where_people_come_by_it(tls: bool) -> None:
    app = Flask("one of many")
    http.register(app, (), tls=tls)
    told = app.test_client().get("/").headers.get("Strict-Transport-Security")
    assert told == ("max-age=31536000" if tls else None)


def test_a_request_that_is_not_http_is_answered_without_a_word_about_us(server: Server) -> None:
    for nonsense in (b"GARBAGE\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /api/me HTTP/1.1\r\nHost: x\r\nBad\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", server.http_port), 5) as stranger:
            stranger.sendall(nonsense)
            answer = stranger.makefile("rb").read()
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b"Traceback" not in answer
        assert b"ython" not in answer
    assert plain_http.get(f"{server.url}/healthz").status_code == 200
