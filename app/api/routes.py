"""Routes that are described when somebody asks for the document: describing them all takes a quarter of a start."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from flask_openapi3 import APIBlueprint, OpenAPI
from flask_openapi3.utils import parse_parameters

_one_at_a_time = threading.Lock()


class Routes(APIBlueprint):
    """A resource's routes; they are served from the start on, and in the document once `describe` was called."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._undescribed: list[Callable[[], Any]] = []

    # The library's own, called as a route is declared; should that ever change, routes are described at once again.
    def _collect_openapi_info(self, rule: str, func: Callable[..., Any], **facts: Any) -> Any:
        """Put the description off; return the models that a request is checked against."""
        self._undescribed.append(partial(super()._collect_openapi_info, rule, func, **facts))
        return parse_parameters(func, doc_ui=False)

    def describe(self) -> None:
        """Describe what is not described yet."""
        while self._undescribed:
            self._undescribed.pop(0)()


def describe(app: OpenAPI) -> None:
    """Put every route of an application in its document."""
    with _one_at_a_time:
        for routes in app.blueprints.values():
            if isinstance(routes, Routes):
                routes.describe()
                app.paths.update(routes.paths)
                app.components_schemas.update(routes.components_schemas)
                app.tags += [tag for tag in routes.tags if tag.name not in app.tag_names]
                app.tag_names += [tag.name for tag in routes.tags if tag.name not in app.tag_names]
