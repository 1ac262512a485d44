"""Every answer a test gets, held against the OpenAPI document of the server that gave it."""

import json
import re
from collections import defaultdict
from functools import cache
from typing import Any

import httpx
import jsonschema_rs

from tests import plain_http


class Contract:
    """Checks responses; used as a hook of the HTTP client, so that no test has to think of it."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._components = document["components"]
        self._validators: dict[str, Any] = {}
        # By method and number of parts: so that not every pattern is tried for each of a test's many answers.
        self._operations: defaultdict[tuple[str, int], list[tuple[re.Pattern[str], Any]]] = defaultdict(list)
        for path, methods in document["paths"].items():
            pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + "$")
            for method, operation in methods.items():
                self._operations[method.upper(), path.count("/")].append((pattern, operation))

    def check(self, response: httpx.Response) -> None:
        """Raise AssertionError when a response is not what the document says of its operation."""
        response.read()
        operation = self._operation(response.request.method, response.request.url.path)
        if operation is None or response.is_redirect:
            return
        described = operation["responses"].get(str(response.status_code)) or operation["responses"].get("default")
        where = f"{response.request.method} {response.request.url.path} → {response.status_code}"
        if response.is_success:
            assert str(response.status_code) in operation["responses"], f"{where} is not in the document"
        media_type = response.headers.get("content-type", "").partition(";")[0]
        schema = described.get("content", {}).get(media_type, {}).get("schema")
        if response.request.method == "HEAD" or not response.content or not media_type.endswith(("/json", "+json")):
            return
        assert schema is not None, f"{where}: {media_type} is not in the document"
        error = next(self._validator(schema).iter_errors(response.json()), None)
        assert error is None, f"{where}: {error.message} at {list(error.instance_path)}" if error else ""

    def _operation(self, method: str, path: str) -> dict[str, Any] | None:
        candidates = self._operations[method, path.count("/")]
        found = [operation for pattern, operation in candidates if pattern.match(path)]
        # A fixed path before a variable one, as the router has it.
        return found[-1] if found else None

    def _validator(self, schema: dict[str, Any]) -> Any:
        key = repr(schema)
        if key not in self._validators:
            whole = {**schema, "components": self._components}
            self._validators[key] = jsonschema_rs.Draft202012Validator(whole)
        return self._validators[key]


def contract_of(url: str) -> Contract:
    """Return the contract of a server; those with the same document share one, and what is made of its schemas."""
    return _contract(plain_http.get(f"{url}/openapi.json", timeout=30).text)


@cache
def _contract(document: str) -> Contract:
    return Contract(json.loads(document))
