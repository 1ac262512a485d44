"""Static files, each under an address that changes with its content, so that it can be kept for ever."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, render_template, request, send_from_directory, url_for

from app.api.policy import public

bp = Blueprint("assets", __name__)

_STATIC = Path(__file__).parent / "static"
_FOREVER = "public, max-age=31536000, immutable"


@cache
def _digest(name: str) -> str:
    return hashlib.blake2b((_STATIC / name).read_bytes(), digest_size=6).hexdigest()


def asset(name: str) -> str:
    """Return the address of a static file as it is now."""
    return url_for("web.assets.static_file", name=name, v=_digest(name))


@bp.get("/static/<path:name>")
@public
def static_file(name: str) -> Response:
    response = send_from_directory(_STATIC, name)
    response.headers["Cache-Control"] = _FOREVER if "v" in request.args else "no-cache"
    return response


@bp.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    return _kept_by_name(render_template("manifest.json"), "application/manifest+json")


@bp.get("/service-worker.js")
@public
def service_worker() -> Response:
    """At the root, for a service worker serves what is below it."""
    return _kept_by_name((_STATIC / "js" / "service-worker.js").read_text(), "text/javascript")


def _kept_by_name(text: str, content_type: str) -> Response:
    response = Response(text, content_type=content_type)
    response.headers["Cache-Control"] = "no-cache"
    return response
