"""Is it alive, and can it work? For load balancers and service managers."""

from typing import Any, Literal

from flask_openapi3 import Tag

from app.api.answer import Answer
from app.api.context import services
from app.api.policy import public
from app.api.routes import Routes
from app.storage.errors import DatabaseError
from ocpp_server.errors import BridgeStopped

api = Routes("health", __name__, abp_tags=[Tag(name="Health")])

BLOCKED_SECONDS = 5.0


class Health(Answer):
    status: str


class Readiness(Answer):
    status: Literal["ready", "not ready"]
    checks: dict[str, str]


@api.get("/healthz", summary="The process answers", responses={200: Health})
@public
def healthz() -> dict[str, Any]:
    return {"status": "ok"}


@api.get("/readyz", summary="The database answers and the loop thread keeps up", responses={200: Readiness})
@public
def readyz() -> tuple[dict[str, Any], int]:
    checks = {"database": _database(), "ocpp": _loop()}
    ready = all(value == "ok" for value in checks.values())
    return {"status": "ready" if ready else "not ready", "checks": checks}, 200 if ready else 503


def _database() -> str:
    try:
        services.storage.ping()
    except DatabaseError:
        return "does not answer"
    return "ok"


def _loop() -> str:
    try:
        lag = services.loop_lag()
    except BridgeStopped:
        return "not running"
    return "ok" if lag < BLOCKED_SECONDS else f"blocked for {lag:.0f} s"
