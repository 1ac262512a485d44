"""The folder with every operation of the OpenAPI document, by tag, in an order in which all of them can be run."""

import json
from collections.abc import Iterable, Mapping

from app.postman.examples import example, in_words
from app.postman.operations import Operation, Parameter
from app.postman.scripts import LOG_IN_FIRST, TAKE_RUNNING_TRANSACTION, UNDERSTOOD
from app.postman.shapes import Item, Request, folder

# These act on whoever is logged in, so they get an account of their own: the driver's password and login stay.
ON_ONESELF = ("/api/me", "/api/signup", "/api/login", "/api/refresh", "/api/logout")
ACCOUNT = {
    "username": "{{account_username}}",
    "password": "{{account_password}}",
    "old_password": "{{account_password}}",
    "new_password": "{{account_password}}",
}
# Who runs all of a folder does these at its end, for what comes after them would fail.
ENDS_SOMETHING = ("/logout", "/commands/Reset", "/commands/UpdateFirmware")
BEFORE = {"/api/charge_points/{charge_point_id}/commands/RemoteStopTransaction": TAKE_RUNNING_TRANSACTION}
# What the environment names; all other things are named by an answer before.
STANDING = {"charge_point_id", "connector_id", "idTag", "username"}


def every_operation(operations: list[Operation]) -> Item:
    """Return the folder, with a folder for each tag."""
    created = _created(operations)
    names = {p.name for o in operations for p in o.parameters_in("path")} | {"transaction_id"}
    tags = list(dict.fromkeys(o.tag for o in operations))
    return folder(
        "Every operation",
        "All that the API offers, by subject. Operators' requests log in with `root_username` and `root_password`.",
        [
            folder(tag, "", [_request(o, created).item() for o in _runnable(o for o in operations if o.tag == tag)])
            for tag in tags
        ],
        before=LOG_IN_FIRST,
        after=UNDERSTOOD % (json.dumps(created, sort_keys=True), json.dumps(sorted(names - STANDING))),
    )


def _created(operations: Iterable[Operation]) -> dict[str, str]:
    """Return the paths by which things can be made, each with the path parameter that names such a thing."""
    makers = {o.path for o in operations if o.method == "POST"}
    parents = (o.path.rpartition("/") for o in operations if o.path.endswith("}"))
    return {parent: last.strip("{}") for parent, _, last in parents if parent in makers}


def _runnable(operations: Iterable[Operation]) -> list[Operation]:
    return sorted(operations, key=lambda o: (o.method == "DELETE", o.path.endswith(ENDS_SOMETHING)))


def _request(operation: Operation, created: Mapping[str, str]) -> Request:
    own = operation.path.startswith(ON_ONESELF)
    body = None if operation.body is None else example(operation.body, ACCOUNT if own else {})
    return Request(
        name=_name(operation),
        method=operation.method,
        path=operation.path,
        description=_description(operation),
        token=_token(operation, own),
        body=body,
        accept=operation.produces,
        values={p.name: f"{{{{{_variable(operation, p, created, own)}}}}}" for p in operation.parameters_in("path")},
        query=tuple(_optional(p) for p in operation.parameters_in("query")),
        before=BEFORE.get(operation.path, ""),
        headers=tuple({"key": p.name, "value": "{{$guid}}"} for p in operation.parameters_in("header")),
    )


def _name(operation: Operation) -> str:
    command = operation.path.partition("/commands/")[2]
    return f"{command}: {operation.summary}" if command and "{" not in command else operation.summary


def _token(operation: Operation, own: bool) -> str | None:
    if operation.role is None or "refresh_token" in (operation.body or {}).get("properties", {}):
        return None
    if operation.role == "user":
        return "account_access_token" if own else "access_token"
    return "root_access_token"


def _variable(operation: Operation, parameter: Parameter, created: Mapping[str, str], own: bool) -> str:
    """Return the variable for a path parameter: what is changed or deleted was made for that."""
    spared = operation.method == "GET" or "/commands/" in operation.path
    parent = operation.path.partition(f"/{{{parameter.name}}}")[0]
    if created.get(parent) == parameter.name and not (spared and parameter.name in STANDING):
        return f"new_{parameter.name}"
    return f"account_{parameter.name}" if own and parameter.name in STANDING else parameter.name


def _optional(parameter: Parameter) -> Item:
    default = parameter.schema.get("default")
    return {
        "key": parameter.name,
        "value": "" if default is None else str(default),
        "description": f"{in_words(parameter.schema)}. {parameter.description}".strip(),
        "disabled": not parameter.required,
    }


def _description(operation: Operation) -> str:
    who = "Needs no login." if operation.role is None else f"Needs the role `{operation.role}`, or a higher one."
    parts = [operation.description, who]
    fields = (operation.body or {}).get("properties", {})
    required = (operation.body or {}).get("required", ())
    rows = [
        f"| `{name}` | {in_words(each)} | {'yes' if name in required else ''} | {each.get('description', '')} |"
        for name, each in fields.items()
    ]
    if rows:
        parts.append("\n".join(("| field | type | required | |", "|---|---|---|---|", *rows)))
    return "\n\n".join(part for part in parts if part)
