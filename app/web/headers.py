"""What a browser may do with a page: nothing but what comes from here, and hear what happens live."""

from urllib.parse import urlsplit

from flask import Response
from werkzeug.datastructures import Headers

from app.api.context import services

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def protect(response: Response) -> Response:
    """Set a page's headers where it has none of its own."""
    headers: Headers = response.headers
    live = urlsplit(services.settings.live_url)
    allowed = {**_POLICY, "connect-src": f"'self' {live.scheme}://{live.netloc}"}
    headers.setdefault("Content-Security-Policy", "; ".join(f"{name} {value}" for name, value in allowed.items()))
    # Without a referrer browsers say `Origin: null` of our own forms, too.
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.add("Vary", "Cookie, Accept-Language, HX-Request")
    return response
