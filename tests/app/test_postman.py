"""The Postman collection: complete, current, and free of secrets and of names that nothing sets."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import create_app
from app.api.documentation import document
from app.demo_accounts import PASSWORDS
from app.postman import write
from app.postman.examples import example, example_parameter, in_words

COMMITTED = Path(__file__).parents[2] / "postman"
STORIES = 3


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    return document(create_app(secret="0" * 32))


@pytest.fixture(scope="module")
def files(openapi: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return list(write(openapi, str(tmp_path_factory.mktemp("postman"))))


@pytest.fixture(scope="module")
def collection(files: list[Path]) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(files[0].read_bytes())
    return made


@pytest.fixture(scope="module")
def environment(files: list[Path]) -> list[dict[str, Any]]:
    values: list[dict[str, Any]] = json.loads(files[1].read_bytes())["values"]
    return values


def requests_in(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "request" in item:
        yield item
    for each in item.get("item", ()):
        yield from requests_in(each)


def to_the_api(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (each for each in requests_in(item) if each["request"]["url"]["host"] == ["{{base_url}}"])


def every_operation(collection: dict[str, Any]) -> dict[str, Any]:
    """Return all folders but those that tell a story."""
    return {"item": collection["item"][STORIES:]}


def operation_of(item: dict[str, Any]) -> tuple[str, str]:
    """Return the method and the path as OpenAPI writes it."""
    segments = (f"{{{s[1:]}}}" if s.startswith(":") else s for s in item["request"]["url"]["path"])
    return item["request"]["method"], "/" + "/".join(segments)


def offered(openapi: dict[str, Any]) -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, methods in openapi["paths"].items() for method in methods}


def test_the_committed_files_are_what_the_api_makes(files: list[Path]) -> None:
    for file in files:
        kept = COMMITTED / file.name
        assert kept.exists(), "postman/ is incomplete: run make postman"
        assert kept.read_bytes() == file.read_bytes(), "postman/ is stale: run make postman"
    assert {file.name for file in COMMITTED.iterdir()} == {file.name for file in files}


def test_every_operation_is_in_the_collection_once(openapi: dict[str, Any], collection: dict[str, Any]) -> None:
    found = sorted(operation_of(item) for item in requests_in(every_operation(collection)))
    assert found == sorted(offered(openapi))


def test_each_operation_is_in_the_folder_of_the_least_role_that_may_do_it(
    openapi: dict[str, Any], collection: dict[str, Any]
) -> None:
    roles = {"As an admin": "admin", "As root": "root", "As staff": "staff", "As a driver": "user"}
    *folders, last = every_operation(collection)["item"]
    assert last["name"] == "At the end"
    for folder in folders:
        for item in requests_in(folder):
            method, path = operation_of(item)
            assert openapi["paths"][path][method.lower()].get("x-role") == roles.get(folder["name"]), (method, path)


def test_the_story_calls_only_what_the_api_offers(openapi: dict[str, Any], collection: dict[str, Any]) -> None:
    told = collection["item"][:STORIES]
    called = {operation_of(item) for folder in told for item in to_the_api(folder)}
    assert called <= offered(openapi)
    assert {("POST", f"/api/{step}") for step in ("login", "start_charging", "stop_charging")} <= called


def test_every_step_of_the_story_has_a_test_of_its_own(collection: dict[str, Any]) -> None:
    for folder in collection["item"][:STORIES]:
        for item in requests_in(folder):
            tests = [line for e in item["event"] if e["listen"] == "test" for line in e["script"]["exec"]]
            assert any("pm.test(" in line for line in tests), item["name"]


def test_nothing_shares_an_id(collection: dict[str, Any]) -> None:
    def ids(items: list[dict[str, Any]]) -> Iterator[str]:
        for item in items:
            yield item["id"]
            yield from ids(item.get("item", []))

    found = list(ids(collection["item"]))
    assert len(found) == len(set(found))


def test_the_environment_tells_no_secret(environment: list[dict[str, Any]]) -> None:
    secrets = [v for v in environment if re.search("password|token", v["key"])]
    assert len(secrets) >= 6
    assert all(v["type"] == "secret" and v["value"] == "" for v in secrets)


def test_the_demos_environment_knows_who_is_in_the_demo_and_has_no_token(files: list[Path]) -> None:
    known = {v["key"]: v["value"] for v in json.loads(files[2].read_bytes())["values"]}
    assert {known[f"{who}_password"] for who in ("staff", "admin", "root")} < set(PASSWORDS.values())
    assert not any(value for name, value in known.items() if "token" in name)


def test_every_variable_is_declared_or_set_by_an_answer_before(
    collection: dict[str, Any], environment: list[dict[str, Any]]
) -> None:
    known = {v["key"] for v in environment} | {"account_username", "account_password"}
    remembered = re.search(r"REMEMBERED = (\[.*?\]);", json.dumps(collection).replace('\\"', '"'))
    created = re.search(r"CREATED = (\{.*?\});", json.dumps(collection).replace('\\"', '"'))
    assert remembered
    assert created
    known |= set(json.loads(remembered[1])) | {f"new_{name}" for name in json.loads(created[1]).values()}
    known |= {f"account_{name}" for name in ("access_token", "refresh_token", "idTag")}
    used = set(re.findall(r"\{\{(\w+)\}\}", json.dumps([item["request"] for item in requests_in(collection)])))
    assert used <= known


def test_what_changes_or_deletes_a_charge_point_is_pointed_at_one_made_for_that(collection: dict[str, Any]) -> None:
    for item in to_the_api(collection):
        method, path = operation_of(item)
        asks = "/commands/" in path or path.endswith("/diagnostics")
        if path.startswith("/api/charge_points/{") and method != "GET" and not asks:
            assert item["request"]["url"]["variable"][0]["value"] == "{{new_charge_point_id}}"


def test_every_operation_is_held_to_its_documented_success_but_a_made_up_link(
    openapi: dict[str, Any], collection: dict[str, Any]
) -> None:
    for item in requests_in(every_operation(collection)):
        method, path = operation_of(item)
        operation = openapi["paths"][path][method.lower()]
        documented = next(status for status in operation["responses"] if status[0] == "2")
        tests = [line for e in item["event"] if e["listen"] == "test" for line in e["script"]["exec"]]
        (checked,) = (re.findall(r"\d+", line) for line in tests if "the status is" in line)
        assert checked[0] == ("404" if path.startswith("/files/") else documented), path


def test_what_takes_a_file_is_sent_one_with_what_must_be_said_of_it(
    openapi: dict[str, Any], collection: dict[str, Any]
) -> None:
    taking = 0
    for item in to_the_api(collection):
        method, path = operation_of(item)
        kinds = openapi["paths"][path][method.lower()].get("requestBody", {}).get("content", {})
        if kinds and "application/json" not in kinds:
            taking += 1
            request = item["request"]
            kind = "text/csv" if path == "/api/id_tags/import" else "application/octet-stream"
            assert {"key": "Content-Type", "value": kind} in request["header"]
            assert request["body"]["raw"]
            said = {each["key"] for each in request["url"].get("query", ()) if each["value"] and not each["disabled"]}
            assert said == ({"name", "version"} if path == "/api/firmware" else set())
    assert taking == 4


def test_files_are_asked_for_as_what_they_are(collection: dict[str, Any]) -> None:
    accepted = {
        operation_of(item): next(h["value"] for h in item["request"]["header"] if h["key"] == "Accept")
        for item in requests_in(collection)
    }
    assert accepted["GET", "/api/diagnostics/{diagnostics_id}/content"] == "application/octet-stream"
    assert accepted["GET", "/api/firmware"] == "application/json"


def test_what_is_deleted_is_deleted_after_all_else(collection: dict[str, Any]) -> None:
    *folders, last = every_operation(collection)["item"]
    assert not any(item["request"]["method"] == "DELETE" for folder in folders for item in requests_in(folder))
    assert sum(item["request"]["method"] == "DELETE" for item in requests_in(last)) > 5


def test_a_parameter_of_a_query_gets_an_example() -> None:
    assert example_parameter("version", {"type": "string"}) == "1.0.0"
    assert example_parameter("connector_id", {"type": "integer"}) == "{{connector_id}}"
    assert example_parameter("depth", {"type": "integer", "minimum": 3}) == "3"


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer", "minimum": 3}, 3),
        ({"type": "string", "minLength": 10}, "Postman---"),
        ({"type": "string", "format": "date-time"}, "{{$isoTimestamp}}"),
        ({"type": "string", "enum": ["Hard", "Soft"]}, "Soft"),
        ({"type": "string", "enum": ["A", "B"]}, "A"),
        ({"type": "string", "examples": ["hello"]}, "hello"),
        ({"type": "array", "items": {"type": "boolean"}}, [False]),
    ],
)
def test_an_example_keeps_to_the_limits(schema: dict[str, Any], value: Any) -> None:
    assert json.loads(example({"properties": {"x": schema}, "required": ["x"]}, {})) == {"x": value}


def test_an_example_leaves_out_what_need_not_be_there_and_takes_numbers_from_variables() -> None:
    fields = {"connectorId": {"type": "integer"}, "other": {"type": "string"}}
    assert example({"properties": fields}, {}) == '{\n  "connectorId": {{connector_id}}\n}'


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string", "minLength": 8, "maxLength": 256}, "string, 8 to 256 characters"),
        ({"type": "integer", "minimum": 0}, "integer, at least 0"),
        ({"type": "array", "items": {"type": "string", "maxLength": 50}}, "list of string, at most 50 characters"),
        ({"enum": [0, 1], "type": "integer"}, "`0` or `1`"),
        ({"type": "string", "format": "date-time"}, "date-time"),
    ],
)
def test_a_fields_limits_are_told_in_words(schema: dict[str, Any], words: str) -> None:
    assert in_words(schema) == words
