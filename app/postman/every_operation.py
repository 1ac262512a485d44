"""Every operation of the OpenAPI document, in a folder for each role, in an order in which all of them can be run."""

import json
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from app.postman.examples import TELLING, example, example_parameter, in_words
from app.postman.operations import Operation, Parameter
from app.postman.scripts import LOG_IN_FIRST, REMEMBER, TAKE_RUNNING_TRANSACTION, answers
from app.postman.shapes import JSON, Item, Request, folder

# These act on whoever is logged in, so they get an account of their own: the driver's password and login stay.
ONESELF = "/api/me"
ON_ONESELF = (ONESELF, "/api/signup", "/api/login", "/api/refresh", "/api/logout")
ACCOUNT = {
    "username": "{{account_username}}",
    "password": "{{account_password}}",
    "old_password": "{{account_password}}",
    "new_password": "{{account_password}}",
}
# Who runs all does these at the end, for what comes after them would fail.
ENDS_SOMETHING = ("/logout", "/commands/Reset", "/commands/UpdateFirmware", "/commands/SignedUpdateFirmware")
# In the order in which the folders can be run: what an admin makes is used by the others, and who signs up is a driver.
ROLES = {
    "admin": ("As an admin", "Charge points, firmware, tariffs, certificates: what admins may do besides staff."),
    "root": ("As root", "What only root may do."),
    "staff": ("As staff", "Commands, idTags, everybody's sessions: what staff may do besides drivers."),
    None: ("Without a login", "What needs no login."),
    "user": ("As a driver", "What everybody with an account may do, with things of his own."),
}
AT_THE_END = ("At the end", "What deletes, restarts or logs out, of every role, for what comes after it would fail.")
BEFORE = {"/api/charge_points/{charge_point_id}/commands/RemoteStopTransaction": TAKE_RUNNING_TRANSACTION}
# What else than success is right, by method and path: of what asks a charge point, of what comes only later.
OTHERWISE = (
    (
        r"POST .*/(commands/[\w/]+|firmware_updates|diagnostics|start_charging|stop_charging|reservations)",
        (409, 502, 504),
    ),
    (r"POST /api/charge_points/.*/charging_profiles(/clear)?|GET .*/composite_schedule", (409, 502, 504)),
    # An environment in which nothing could be reserved names none; one that was used or ran out cannot be cancelled.
    (r"GET /api/reservations/.*", (404, 422)),
    (r"DELETE /api/reservations/.*", (404, 409, 422, 502, 504)),
    (r"POST /api/local_lists/.*/sync", (409, 502, 504)),
    # Nobody has asked for a certificate yet, and not every charge point does certificates.
    (r"GET /api/certificates/\{\w+\}", (404,)),
    (r"POST .*/(root_)?certificates", (409, 502, 504)),
    (r"DELETE .*/root_certificates/.*", (404,)),
    (r"GET .*/receipt", (409,)),
    # By then the charge point may be removed.
    (r"DELETE /api/me/favourites/.*", (404,)),
    # Numbers are only for who has the server's METRICS_TOKEN, if it has one.
    (r"GET /metrics", (401, 404)),
    # The session that was followed has ended by then, or has not.
    (r"PATCH /api/sessions/.*", (409,)),
    (r"GET /api/diagnostics/.*/content", (404,)),
    (r"\w+ /api/charge_points/pending/.*", (404,)),
    # Nothing is set aside while charge points tell sensible stories.
    (r"\w+ /api/quarantine/.*", (404, 409, 422)),
    (r"\w+ /api/id_tags/unknown/.*", (404,)),
)
# These leave the charge point as it is (the firmware that UpdateFirmware names is not there), so they ask the one that
# the environment names.
HARMLESS = re.compile(r"GET .*|POST .*/(commands/[\w/]+|diagnostics)")
MADE_UP = "made-up"
# What files have in them that are looked into.
TABLES = {"text/csv": "idTag,label\n{{idTag}},Made by Postman\n"}
# What the environment names; all other things are named by an answer before.
OF_AN_ACCOUNT = {"idTag", "username"}
STANDING = {"charge_point_id", "connector_id"} | OF_AN_ACCOUNT


def every_operation(operations: list[Operation]) -> list[Item]:
    """Return the folders, one for each role, with a folder for each tag, and one for what would spoil all others."""
    created = _created(operations)
    names = {p.name for o in operations if not o.is_link for p in o.parameters_in("path")} | {"transaction_id"}
    remember = REMEMBER % (json.dumps(created, sort_keys=True), json.dumps(sorted(names - STANDING)))
    spoilers = [o for o in operations if _spoils(o)]
    parts = [(ROLES[role], [o for o in operations if o.role == role and not _spoils(o)]) for role in ROLES]
    parts.append((AT_THE_END, sorted(spoilers, key=lambda o: (o.path == ONESELF, o.path.endswith(ENDS_SOMETHING)))))
    return [
        folder(name, description, _by_tag(inside, created), before=LOG_IN_FIRST, after=remember)
        for (name, description), inside in parts
        if inside
    ]


def _by_tag(operations: Iterable[Operation], created: Mapping[str, str]) -> list[Item]:
    folders: dict[str, list[Operation]] = {}
    for operation in operations:
        folders.setdefault(operation.tag, []).append(operation)
    return [folder(name, "", [_request(o, created).item() for o in inside]) for name, inside in folders.items()]


def _created(operations: Iterable[Operation]) -> dict[str, str]:
    """Return the paths by which things can be made, each with the path parameter that names such a thing."""
    makers = {o.path for o in operations if o.method == "POST" and o.status == HTTPStatus.CREATED}
    parents = (o.path.rpartition("/") for o in operations if o.path.endswith("}"))
    return {parent: last.strip("{}") for parent, _, last in parents if parent in makers}


def _spoils(operation: Operation) -> bool:
    return operation.method == "DELETE" or operation.path.endswith(ENDS_SOMETHING)


def _request(operation: Operation, created: Mapping[str, str]) -> Request:
    own = operation.path.startswith(ON_ONESELF)
    return Request(
        name=_name(operation),
        method=operation.method,
        path=operation.path,
        description=_description(operation),
        token=_token(operation, own),
        body=_body(operation, own),
        sends=operation.sends or JSON,
        accept=operation.produces,
        values={p.name: _value(operation, p, created, own) for p in operation.parameters_in("path")},
        query=tuple(_query(operation, p) for p in operation.parameters_in("query")),
        before=BEFORE.get(operation.path, ""),
        headers=tuple({"key": p.name, "value": "{{$guid}}"} for p in operation.parameters_in("header")),
        after=answers(_statuses(operation)),
    )


def _name(operation: Operation) -> str:
    command = operation.path.partition("/commands/")[2]
    return f"{command}: {operation.summary}" if command and "{" not in command else operation.summary


def _token(operation: Operation, own: bool) -> str | None:
    if operation.role is None or "refresh_token" in (operation.body or {}).get("properties", {}):
        return None
    if operation.role == "user":
        return "account_access_token" if own else "access_token"
    return f"{operation.role}_access_token"


def _body(operation: Operation, own: bool) -> str | None:
    if operation.body is not None:
        return example(operation.body, ACCOUNT if own else {})
    return TABLES.get(operation.sends or "", "What a file has in it.\n") if operation.is_file else None


def _statuses(operation: Operation) -> tuple[int, ...]:
    if operation.is_link:
        return (404,)
    where = f"{operation.method} {operation.path}"
    return operation.status, *next((others for pattern, others in OTHERWISE if re.fullmatch(pattern, where)), ())


def _value(operation: Operation, parameter: Parameter, created: Mapping[str, str], own: bool) -> str:
    return MADE_UP if operation.is_link else f"{{{{{_variable(operation, parameter, created, own)}}}}}"


def _variable(operation: Operation, parameter: Parameter, created: Mapping[str, str], own: bool) -> str:
    """Return the variable for a path parameter: what is changed or deleted was made for that."""
    spared = HARMLESS.fullmatch(f"{operation.method} {operation.path}")
    parent = operation.path.partition(f"/{{{parameter.name}}}")[0]
    if created.get(parent) == parameter.name and not (spared and parameter.name in STANDING):
        return f"new_{parameter.name}"
    return f"account_{parameter.name}" if own and parameter.name in OF_AN_ACCOUNT else parameter.name


def _query(operation: Operation, parameter: Parameter) -> Item:
    # What is said about a file may be in a form with it, so the document does not call it required.
    shown = parameter.required or (operation.is_file and parameter.name in TELLING)
    value = example_parameter(parameter.name, parameter.schema) if shown else parameter.schema.get("default")
    return {
        "key": parameter.name,
        "value": "" if value is None else str(value),
        "description": f"{in_words(parameter.schema)}. {parameter.description}".strip(),
        "disabled": not shown,
    }


def _description(operation: Operation) -> str:
    who = "Needs no login." if operation.role is None else f"Needs the role `{operation.role}`, or a higher one."
    parts = [operation.description, who]
    if operation.is_link:
        parts.append("For charge points: the link they were told is the credential. This one is made up: 404.")
    elif operation.is_file:
        parts.append("To send a file of yours, choose *binary* as the body.")
    fields = (operation.body or {}).get("properties", {})
    required = (operation.body or {}).get("required", ())
    rows = [
        f"| `{name}` | {in_words(each)} | {'yes' if name in required else ''} | {each.get('description', '')} |"
        for name, each in fields.items()
    ]
    if rows:
        parts.append("\n".join(("| field | type | required | |", "|---|---|---|---|", *rows)))
    return "\n\n".join(part for part in parts if part)
