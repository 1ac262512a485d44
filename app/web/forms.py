"""Forms: read into the same models as JSON bodies, and shown again with what was wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import current_app, g, request

from app.api.models import Body

B = TypeVar("B", bound=Body)
View = TypeVar("View", bound=Callable[..., Any])
CSRF_FIELD = "csrf_token"
CONFIRMED_FIELD = "_confirmed"
_NOT_OF_THE_MODEL = (CSRF_FIELD, CONFIRMED_FIELD)
_PAGE = "chargebridge_page"


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong, in the reader's language: in one sentence or two, and by the field it is about."""

    message: str
    errors: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)


def submitted(model: type[B]) -> B:
    """Read the form into a model; a field left empty is one not given. Raises pydantic's ValidationError."""
    return model.model_validate_strings({k: v for k, v in request.form.items() if v and k not in _NOT_OF_THE_MODEL})


def shown_on(page: Callable[..., Any]) -> Callable[[View], View]:
    """Declare the page that a form is on: what goes wrong is said there, and what was typed is still in it.

    It must be for the same people as the form's own route: it is shown without asking again.
    """

    def declare(view: View) -> View:
        setattr(view, _PAGE, page)
        return view

    return declare


def page_of_form(endpoint: str) -> Callable[..., Any] | None:
    """Return the page that an endpoint's form is on."""
    page: Callable[..., Any] | None = getattr(current_app.view_functions[endpoint], _PAGE, None)
    return page


def fault() -> Fault | None:
    """Return what went wrong with the form at hand."""
    found: Fault | None = g.get("fault")
    return found


def typed(name: str, otherwise: Any = None) -> str:
    """Return what is in a field: what was typed, else what is stored."""
    return str(request.form.get(name, "" if otherwise is None else otherwise))
