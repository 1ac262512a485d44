"""Before what hurts: the form is answered with a question, and what it says is done when the question is.

In a browser with scripts the question is a dialog (static/js/asking.js), in others a page. What is asked about is data:
questions.py and point/questions.py.
"""

from collections import defaultdict
from collections.abc import Mapping

from flask import Response, make_response, render_template, request
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException

from app.web.addresses import parts_of
from app.web.forms import CONFIRMED_FIELD, CSRF_FIELD
from app.web.named import require_named
from app.web.navigation import OPERATOR
from app.web.point.questions import QUESTIONS as POINT_QUESTIONS
from app.web.questions import QUESTIONS, Question

ALL_QUESTIONS = {**QUESTIONS, **POINT_QUESTIONS}
# Whoever sends it wants the question only, if there is one; nothing is done.
ASK_ONLY = "Ask-Only"
# What forms say of how many.
_CHOSEN = "charge_point_ids"


def ask() -> Response | None:
    """Answer a form by what is to be asked before it is done; None when nothing is, or it was asked.

    Raises NotFound where it is about what is not there.
    """
    if request.method != "POST":
        return None
    # Only where something may be asked the form is read: what others send can be a file.
    questions = ALL_QUESTIONS.get(request.endpoint or "", ())
    facts = _facts() if questions else {}
    question = next((one for one in questions if one.fits(facts)), None)
    is_asking = ASK_ONLY in request.headers
    if question is None:
        return Response(status=204) if is_asking else None
    if not is_asking and CONFIRMED_FIELD in request.form:
        return None
    require_named(request.view_args or {})
    return _asked("parts/question.html" if is_asking else "pages/question.html", question, facts)


def may_ask(address: str) -> bool:
    """Tell whether something may be asked about a form that is sent to an address."""
    adapter = request_ctx.url_adapter
    try:
        endpoint, _values = adapter.match(parts_of(address).path, method="POST") if adapter else ("", {})
    except HTTPException:
        return False
    return endpoint in ALL_QUESTIONS


def _facts() -> Mapping[str, str]:
    """Return what the form says and, before it, its address; what is not said is empty, and spaces around it are not
    looked at when it is done either."""
    address = {name: str(value) for name, value in (request.view_args or {}).items()}
    typed = {name: text.strip() for name, text in request.form.items()}
    return defaultdict(str, {**typed, "count": str(len(request.form.getlist(_CHOSEN))), **address})


def _asked(template: str, question: Question, facts: Mapping[str, str]) -> Response:
    came_from = parts_of(request.referrer)
    back = "/" + came_from.path.lstrip("/\\")
    return make_response(
        render_template(
            template,
            title=str(question.title) % facts,
            text=str(question.text),
            do=question.do,
            fields=[each for each in request.form.items(multi=True) if each[0] not in (CSRF_FIELD, CONFIRMED_FIELD)],
            confirmed=CONFIRMED_FIELD,
            back=back + (f"?{came_from.query}" if came_from.query else ""),
            is_operating=request.path.startswith(f"{OPERATOR}/"),
        )
    )
