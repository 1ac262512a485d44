"""Every page × every role: whom it exists for, what it lets a browser do, and that failures are told on pages."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import ANY
from uuid import uuid4

import httpx
import pytest

import app.web
from app.api.policy import _ATTRIBUTE
from app.domain.roles import Role
from app.web.forms import _PAGE
from tests import plain_http
from tests.app.every_route import APP, PAGES, Route
from tests.app.stories import problem
from tests.app.web.visitors import Visitor, said
from tests.live import Api, Server

STATIC = Path(app.web.__file__).parent / "static"
PASSWORD = "long enough"
FIRST_LOAD = 200 * 1024


@pytest.fixture(scope="module")
def people(server: Server, root: Api) -> Iterator[dict[Role | None, Visitor]]:
    everybody: dict[Role | None, Visitor] = {None: Visitor(server)}
    names: dict[Role, str] = {}
    for role in Role:
        username = f"pages-{role}-{uuid4().hex[:6]}"
        assert root.post("/api/users", username=username, password=PASSWORD, role=role).status_code == 201
        everybody[role] = Visitor(server).log_in(username, PASSWORD)
        names[role] = username
    yield everybody
    # Other tests are about the last root.
    assert root.delete(f"/api/users/{names[Role.ROOT]}").status_code == 204
    for each in everybody.values():
        each.http.close()


def page_of(route: Route) -> Any:
    return getattr(APP.view_functions[route.endpoint], _PAGE, None)


def visit(visitor: Visitor, route: Route) -> httpx.Response:
    path = re.sub(r"\{(connector|reservation)_id\}", "1", route.path)
    path = re.sub(r"\{\w+\}", "no-such-thing", path)
    return visitor.get(path) if route.method == "GET" else visitor.send(path)


@pytest.mark.parametrize("route", [r for r in PAGES if r.endpoint != "web.account.log_out"], ids=str)
def test_a_page_exists_for_whom_it_declares(people: dict[Role | None, Visitor], route: Route) -> None:
    least = route.policy.role
    for role, visitor in people.items():
        answer = visit(visitor, route)
        if least is not None and role is None:
            assert answer.headers["Location"].startswith("/login"), answer.text
        elif least is not None and role is not None and not role.at_least(least):
            assert answer.status_code == 404, role
        else:
            assert answer.status_code not in (401, 403), role
        assert answer.status_code < 500


def test_what_a_form_is_shown_on_is_for_the_same_people() -> None:
    with_pages = {route: page_of(route) for route in PAGES if page_of(route)}
    assert len(with_pages) >= 4
    for route, page in with_pages.items():
        assert getattr(page, _ATTRIBUTE) == route.policy, str(route)


def test_pages_are_not_in_the_api_s_document(server: Server) -> None:
    paths = plain_http.get(f"{server.url}/openapi.json").json()["paths"]
    assert not {route.path for route in PAGES} & set(paths)


def test_a_page_lets_a_browser_do_nothing_but_what_comes_from_here(visitor: Visitor) -> None:
    policy = dict(part.split(" ", 1) for part in visitor.get("/").headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert re.fullmatch(r"'self' wss?://[\w.:]+", policy["connect-src"])
    assert (policy["frame-ancestors"], policy["form-action"]) == ("'none'", "'self'")


def test_no_page_is_kept_and_every_static_file_is(visitor: Visitor) -> None:
    page = visitor.get("/")
    assert page.headers["Cache-Control"] == "no-store"
    weight = len(page.content)
    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text):
        file = visitor.get(address)
        assert file.headers["Cache-Control"] == "public, max-age=31536000, immutable", address
        weight += len(file.content)
    assert len(visitor.get("/static/css/app.css").headers["Cache-Control"]) == len("no-cache")
    assert weight < FIRST_LOAD


@pytest.mark.parametrize("name", ["../site.py", "..%2fsite.py", "%2e%2e/site.py", "none.js", ""])
def test_the_static_files_have_no_way_out(visitor: Visitor, name: str) -> None:
    assert visitor.get(f"/static/{name}").status_code == 404


def test_no_template_has_a_script_or_a_style_in_it() -> None:
    for template in (STATIC.parent / "templates").rglob("*.html"):
        text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", template.read_text(), flags=re.DOTALL)
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text), template
        assert not re.search(r"\|\s*safe\b", template.read_text()), template
        assert "http://" not in text, template
        assert "https://" not in text, template


def test_the_pages_can_be_installed(visitor: Visitor) -> None:
    manifest = visitor.get("/manifest.webmanifest")
    assert manifest.headers["Content-Type"] == "application/manifest+json"
    described = json.loads(manifest.text)
    assert described["start_url"] == "/"
    for icon in described["icons"]:
        file = visitor.get(icon["src"])
        assert (file.status_code, file.headers["Content-Type"].partition(";")[0]) == (200, icon["type"])
    worker = visitor.get("/service-worker.js")
    assert (worker.headers["Content-Type"], worker.headers["Cache-Control"]) == ("text/javascript", "no-cache")


def test_vendored_scripts_come_with_their_licences() -> None:
    for library in (STATIC / "vendor").iterdir():
        assert re.fullmatch(r"\w+-\d+\.\d+\.\d+", library.name)
        assert len((library / "LICENSE").read_text()) > 300


def test_an_unknown_address_is_told_on_a_page_to_a_browser_and_as_a_problem_to_a_program(visitor: Visitor) -> None:
    page = visitor.get("/nowhere")
    assert page.status_code == 404
    assert "There is nothing at this address" in said(page)
    assert "To the first page" in said(page)
    assert "Content-Security-Policy" in page.headers
    problem(visitor.get("/nowhere", Accept="*/*"), 404, "not_found")
    problem(visitor.get("/api/nowhere"), 404, "not_found")


@pytest.mark.parametrize("address", ["/nowhere", "/sessions"])
def test_a_form_sent_to_where_none_is_taken_is_told_on_a_page_to_a_browser_in_its_language(
    server: Server, visitor: Visitor, address: str
) -> None:
    page = visitor.send(address, username="x")
    assert (page.status_code, "There is nothing at this address" in said(page)) == (404, True)
    with Visitor(server, language="th") as thai:
        assert '<html lang="th">' in thai.send(address, username="x").text
    problem(visitor.send(address, {"Accept": "*/*"}, username="x"), 405 if address == "/sessions" else 404, ANY)
    problem(visitor.send(f"/api{address}", username="x"), 405 if address == "/sessions" else 404, ANY)


@pytest.mark.parametrize(
    ("content_type", "content", "status"),
    [
        ("application/json", b'{"username": "x"}', 422),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("text/plain", b"username=x", 415),
        ("application/x-www-form-urlencoded", b"username=" + b"x" * 70_000, 413),
    ],
)
def test_a_page_takes_a_form_of_bounded_length_and_nothing_else(
    visitor: Visitor, content_type: str, content: bytes, status: int
) -> None:
    answer = visitor.http.post("/login", content=content, headers={"Content-Type": content_type})
    assert answer.status_code == status
    assert said(answer)


def test_the_api_takes_no_forms(server: Server) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = plain_http.post(f"{server.url}/api/login", content=b"username=root", headers=form)
    problem(answer, 415, "unsupported_media_type")
