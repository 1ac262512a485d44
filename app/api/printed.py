"""Pages to print: they need nothing else, whether they are looked at, saved or sent on; and they run nothing."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Response, make_response, render_template
from markupsafe import Markup

HTML = "text/html"


def printed_page(template: str, stylesheet: str, **facts: Any) -> Response:
    """Return a page with its stylesheet in it, and a policy that lets in nothing but that."""
    style, digest = _style(stylesheet)
    response = make_response(render_template(template, style=Markup(style), **facts))
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    return response


@cache
def _style(name: str) -> tuple[str, str]:
    """Return a stylesheet, and the digest by which a page's policy lets it in."""
    style = (Path(__file__).parent / "templates" / name).read_text()
    return style, base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
