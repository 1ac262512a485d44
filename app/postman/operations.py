"""The operations of an OpenAPI document, as far as a collection needs them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.postman.shapes import JSON

Schema = Mapping[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A path, query or header parameter."""

    name: str
    place: str
    required: bool
    description: str
    schema: Schema


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path. `role` None: nobody need log in.

    `sends` and `produces` are media types, `status` is that of success. `sends` None: nothing is sent; `body` is the
    schema of what is sent as JSON.
    """

    method: str
    path: str
    tag: str
    summary: str
    description: str
    role: str | None
    parameters: tuple[Parameter, ...]
    sends: str | None
    body: Schema | None
    produces: str
    status: int

    @property
    def is_file(self) -> bool:
        return self.sends not in (None, JSON)

    @property
    def is_link(self) -> bool:
        """Tell whether the address itself is the credential: such links are handed to charge points alone."""
        return self.role is None and bool(self.parameters_in("path"))

    def parameters_in(self, place: str) -> tuple[Parameter, ...]:
        return tuple(p for p in self.parameters if p.place == place)


def operations(document: Mapping[str, Any]) -> list[Operation]:
    """Return the operations in the document's order."""
    return [
        _operation(document, method, path, item[method])
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]


def _operation(document: Mapping[str, Any], method: str, path: str, found: Mapping[str, Any]) -> Operation:
    content = found.get("requestBody", {}).get("content", {})
    status, success = next((int(s), answer) for s, answer in found["responses"].items() if s[0] == "2")
    produced = success.get("content", {})
    return Operation(
        method=method.upper(),
        path=path,
        tag=found.get("tags", ["Other"])[0],
        summary=found.get("summary", path),
        description=found.get("description", ""),
        role=found.get("x-role", "user") if found.get("security") else None,
        parameters=tuple(
            Parameter(
                name=p["name"],
                place=p["in"],
                required=p.get("required", False),
                description=p.get("description", ""),
                schema=plain(document, p.get("schema", {})),
            )
            for p in found.get("parameters", [])
        ),
        sends=JSON if JSON in content else next(iter(content), None),
        body=plain(document, content[JSON]["schema"]) if JSON in content else None,
        produces=JSON if JSON in produced else next(iter(produced), JSON),
        status=status,
    )


def plain(document: Mapping[str, Any], schema: Schema) -> Schema:
    """Return a schema without references and without the alternative of null."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return plain(document, document["components"]["schemas"][name])
    if options := [s for s in schema.get("anyOf", ()) if s.get("type") != "null"]:
        return {**{k: v for k, v in schema.items() if k != "anyOf"}, **plain(document, options[0])}
    made = dict(schema)
    if "allOf" in made:
        made |= plain(document, made.pop("allOf")[0])
    if "properties" in made:
        made["properties"] = {name: plain(document, each) for name, each in made["properties"].items()}
    if "items" in made:
        made["items"] = plain(document, made["items"])
    return made
