"""What goes wrong on a page, told on a page: by the API's own table of errors, in the reader's language."""

from typing import Any

from flask import Blueprint, Flask, Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_jwt_extended.exceptions import CSRFError, JWTExtendedException
from jwt import PyJWTError
from pydantic import ValidationError

from app.api import problems
from app.errors import BadInput, NotFound
from app.web.addresses import parts_of
from app.web.failure_words import failure
from app.web.field_words import field_fault, in_words
from app.web.forms import Fault, page_of_form
from app.web.headers import protect

_FOR_PROGRAMS = ("/api/", "/files/")
_NO_SUCH_PAGE = (403, 404, 405)
# Nothing that could be put right in the form, or nothing of it could be read.
_NOT_OF_THE_FORM = (403, 404, 413, 415)


def register(bp: Blueprint) -> None:
    """Tell a page's errors on a page."""
    bp.register_error_handler(JWTExtendedException, _on_unknown_visitor)
    bp.register_error_handler(PyJWTError, _on_unknown_visitor)
    bp.register_error_handler(CSRFError, _on_error)
    bp.register_error_handler(ValidationError, _on_invalid_form)
    bp.register_error_handler(Exception, _on_error)


def register_unknown_addresses(app: Flask) -> None:
    """Tell a browser on a page that there is nothing at an address."""
    for status in (404, 405):
        app.register_error_handler(status, _on_unknown_address)


def _on_unknown_visitor(_error: Exception) -> ResponseReturnValue:
    """Lead to the login, and from there back; a part of a page is not what to come back to, but the page it is on."""
    if request.headers.get("HX-Request") == "true":
        shown = parts_of(request.headers.get("HX-Current-URL"))
        return Response(headers={"HX-Redirect": url_for("web.account.login_page", next=shown.path or "/")})
    back = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("web.account.login_page", next=back if back != "/" else None))


def _on_invalid_form(error: ValidationError) -> ResponseReturnValue:
    errors = {
        ".".join(str(part) for part in e["loc"]): field_fault(e["type"], e["msg"], e.get("ctx", {}))
        for e in error.errors()
    }
    return _told(422, Fault(failure("bad_input", ""), errors))


def _on_error(error: Exception) -> ResponseReturnValue:
    answer = problems.answer_to(error)
    facts: dict[str, Any] = answer.get_json()
    # Not those of the answer, which know nothing of the values in their words any more.
    said = error.errors if isinstance(error, BadInput) else getattr(error, "facts", facts).get("errors", ())
    errors = {e["field"]: in_words(e["message"]) for e in said}
    page = _told(answer.status_code, Fault(failure(facts["code"], facts["detail"]), errors, facts))
    for name in ("Retry-After", "Allow"):
        if name in answer.headers:
            page.headers[name] = answer.headers[name]
    return page


def _on_unknown_address(error: Exception) -> ResponseReturnValue:
    if "text/html" not in request.headers.get("Accept", "") or request.path.startswith(_FOR_PROGRAMS):
        return problems.answer_to(error)
    return protect(make_response(_on_error(error)))


def _told(status: int, fault: Fault) -> Response:
    """Return the form with what is wrong with it, else a page that says it.

    Pages a role may not see do not exist for it, so they look like any other address that nobody knows.
    """
    g.fault = fault
    try:
        response = None if status in _NOT_OF_THE_FORM else _page_with_form()
    except NotFound:  # what the form is about
        response, status = None, 404
    if response is None:
        if status in _NO_SUCH_PAGE and fault.facts.get("code") != "csrf_failed":
            status, g.fault = 404, Fault(failure("not_found", ""))
        response = make_response(render_template("pages/failure.html", status=status))
    response.status_code = status
    return response


def _page_with_form() -> Response | None:
    """Return the page that the form at hand is on; raises NotFound where that is about something that is not there."""
    form = page_of_form(request.endpoint) if request.endpoint else None
    return None if form is None else make_response(form(**(request.view_args or {})))
