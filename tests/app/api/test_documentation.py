"""The OpenAPI document and the page to read it on: valid, complete, and without any other host."""

import re
from typing import Any

import pytest
from openapi_spec_validator import validate

from tests import plain_http
from tests.live import Server


@pytest.fixture(scope="module")
def document(server: Server) -> dict[str, Any]:
    answer = plain_http.get(f"{server.url}/openapi.json")
    assert answer.headers["Content-Type"] == "application/json"
    return answer.json()


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_every_operation_has_a_name_of_its_own_a_summary_an_answer_and_a_problem(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _where, operation in operations(document)]
    assert len(names) == len(set(names))
    for where, operation in operations(document):
        assert operation["summary"], where
        assert "default" in operation["responses"], where
        assert any(status.startswith("2") for status in operation["responses"]), where


def test_asked_twice_the_document_is_the_same(server: Server, document: dict[str, Any]) -> None:
    assert plain_http.get(f"{server.url}/openapi.json").json() == document


def test_commands_show_ocpps_own_schema(document: dict[str, Any]) -> None:
    path = "/api/charge_points/{charge_point_id}/commands/Reset"
    schema = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    assert schema["properties"]["type"]["enum"] == ["Hard", "Soft"]
    assert schema["required"] == ["type"]


def test_the_page_loads_nothing_from_elsewhere_and_everything_from_here(server: Server) -> None:
    page = plain_http.get(f"{server.url}/docs")
    assert page.headers["Content-Type"].startswith("text/html")
    assert "http://" not in page.text
    assert "https://" not in page.text
    assets = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(assets) == 3
    for asset in assets:
        answer = plain_http.get(f"{server.url}{asset}")
        assert answer.status_code == 200, asset
        assert answer.headers["Content-Type"].startswith(("text/css", "text/javascript", "application/javascript"))
        assert len(answer.content) > 100


@pytest.mark.parametrize(
    "path", ["../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/docs.html", "none.js"]
)
def test_the_pages_folder_has_no_way_out(server: Server, path: str) -> None:
    assert plain_http.get(f"{server.url}/docs/{path}").status_code == 404
