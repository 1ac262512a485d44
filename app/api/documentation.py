"""The OpenAPI 3.1 document and a page to read it on, both without any other host."""

import re
from importlib import resources
from pathlib import Path
from typing import Any, cast

from flask import Blueprint, Response, current_app, render_template, send_from_directory
from flask_openapi3 import Info, OpenAPI, SecurityScheme

from app.api.models import Problem
from app.api.policy import policy_of, public
from app.api.routes import describe

bp = Blueprint("documentation", __name__, template_folder="templates", static_folder=None)

INFO = Info(
    title="ChargeBridge",
    version="0.1.0",
    description="An OCPP 1.6J Central System for charging apps. Log in, send the access token as a bearer token, "
    "start a session, follow it. Errors are problem documents (RFC 9457) with a stable `code`.",
)
SECURITY_SCHEMES: dict[str, SecurityScheme | dict[str, Any]] = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
}
_SWAGGER = Path(str(resources.files("flask_openapi3_swagger"))) / "templates" / "swagger"


def document(app: OpenAPI) -> dict[str, Any]:
    """Return the OpenAPI document, each operation with the role it needs and the problem it may answer with."""
    describe(app)
    spec = cast(dict[str, Any], app.api_doc)
    spec["components"]["schemas"].setdefault("Problem", Problem.model_json_schema())
    for rule in app.url_map.iter_rules():
        path = spec["paths"].get(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), {})
        policy = policy_of(app, rule.endpoint)
        for operation in (path[method] for method in map(str.lower, rule.methods or ()) if method in path):
            operation["security"] = [] if policy is None or policy.role is None else [{"bearer": []}]
            if policy and policy.role:
                operation["x-role"] = policy.role.value
            operation["responses"].pop("422", None)
            operation["responses"].setdefault("default", _PROBLEM)
    return spec


_PROBLEM = {
    "description": "A problem",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


@bp.get("/openapi.json")
@public
def openapi() -> dict[str, Any]:
    return document(cast(OpenAPI, current_app))


@bp.get("/docs")
@public
def docs() -> str:
    return render_template("docs.html")


@bp.get("/docs/<path:name>")
@public
def asset(name: str) -> Response:
    if name == "docs.js":
        return send_from_directory(Path(__file__).parent / "templates", name)
    return send_from_directory(_SWAGGER, name)
