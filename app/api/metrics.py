"""Numbers for Prometheus, for whoever has the token; without a token set there are none."""

import hmac

from flask import Flask, Response, request
from flask_openapi3 import Tag
from prometheus_client import CONTENT_TYPE_LATEST

from app.api.context import services
from app.api.policy import public
from app.api.routes import Routes
from app.errors import NotAuthenticated, NotFound
from app.metrics import Counts

api = Routes("metrics", __name__, abp_tags=[Tag(name="Health")])

_TEXT = {"content": {"text/plain": {"schema": {"type": "string"}}}}


def register(app: Flask, counts: Counts) -> None:
    """Count the answers from now on."""

    def count(response: Response) -> Response:
        counts.answered(response.status_code)
        return response

    app.after_request(count)


@api.get("/metrics", summary="Numbers for Prometheus", responses={200: _TEXT})
@public
def metrics() -> Response:
    """Needs `Authorization: Bearer <METRICS_TOKEN>`; without that setting there is nothing here."""
    token = services.settings.metrics_token
    if token is None:
        raise NotFound("set METRICS_TOKEN to have metrics here")
    shown = request.headers.get("Authorization", "")
    if not hmac.compare_digest(shown.encode("utf-8", "replace"), f"Bearer {token}".encode()):
        raise NotAuthenticated("send `Authorization: Bearer <METRICS_TOKEN>`")
    return Response(services.metrics.text(), content_type=CONTENT_TYPE_LATEST)
