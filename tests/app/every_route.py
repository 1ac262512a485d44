"""Requests to every route, with arguments made from the OpenAPI document as those of the Postman collection are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx

from app import create_app
from app.api.documentation import document
from app.api.policy import Policy, policy_of
from app.postman.examples import TELLING, example, example_parameter
from app.postman.operations import Operation, operations
from tests.live import Api

APP = create_app(secret="0" * 32)
_OPERATIONS = {(o.method, o.path): o for o in operations(document(APP))}
_VARIABLE = re.compile(r"\{\{(\$?\w+)\}\}")
MADE_UP = {"integer": 2**31 - 2, "string": "no-such-thing"}
# A sheet of the labels of everything that the tests have made takes seconds.
NARROWER = {"place": "no-such-place"}


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one rule of the URL map, with what it declares and what the document says of it, if it does."""

    rule: str
    method: str
    endpoint: str

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"

    @property
    def path(self) -> str:
        return re.sub(r"<(?:[^<>]+:)?(\w+)>", r"{\1}", self.rule)

    @property
    def operation(self) -> Operation | None:
        return _OPERATIONS.get((self.method, self.path))

    @property
    def policy(self) -> Policy:
        found = policy_of(APP, self.endpoint)
        assert found is not None
        return found

    @property
    def names(self) -> list[str]:
        """Return what its path names."""
        return re.findall(r"\{(\w+)\}", self.path)

    @property
    def fields(self) -> set[str]:
        """Return the fields of its body."""
        return set((self.operation and self.operation.body or {}).get("properties", ()))


_ALL = [
    Route(rule.rule, method, rule.endpoint)
    for rule in sorted(APP.url_map.iter_rules(), key=lambda rule: rule.rule)
    for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
]
ROUTES = [route for route in _ALL if not route.endpoint.startswith("web.")]
PAGES = [route for route in _ALL if route.endpoint.startswith("web.")]


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a request names: things that exist, by path parameter, and values that fields of bodies get.

    What is named by neither is made up: of the right type, and not there. `file` is what is sent where a file is.
    """

    things: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    file: str = "What a file has in it."


def ask(api: Api, route: Route, arguments: Arguments) -> httpx.Response:
    """Call a route as the document says it is called."""
    operation = route.operation
    path = route.path
    if operation is None:
        return api.http.request(route.method, re.sub(r"\{\w+\}", "no-such-thing", path))
    for each in operation.parameters_in("path"):
        thing = arguments.things.get(each.name, MADE_UP.get(str(each.schema.get("type")), "no-such-thing"))
        path = path.replace(f"{{{each.name}}}", str(thing))
    query = {
        each.name: _filled(example_parameter(each.name, each.schema))
        for each in operation.parameters_in("query")
        if each.required or (operation.is_file and each.name in TELLING)
    }
    query |= {each.name: NARROWER[each.name] for each in operation.parameters_in("query") if each.name in NARROWER}
    content: str | None = None
    if operation.is_file:
        content = arguments.file
    elif operation.body is not None:
        content = _filled(example(operation.body, arguments.fields))
    headers = {"Content-Type": operation.sends} if operation.sends else None
    return api.http.request(route.method, path, params=query, content=content, headers=headers)


def _filled(text: str) -> str:
    """Put values in the place of Postman's variables."""
    known = {"$guid": uuid4().hex, "$isoTimestamp": datetime.now(UTC).isoformat(), "connector_id": "1"}
    known |= {"base_url": "http://127.0.0.1:1", "transaction_id": str(MADE_UP["integer"]), "idTag": "NO-SUCH-TAG"}
    return _VARIABLE.sub(lambda found: known.get(found[1], "no-such-thing"), text)
