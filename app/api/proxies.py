"""Where a request comes from, when it comes by way of a reverse proxy named in TRUSTED_PROXIES."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from websockets.datastructures import Headers

from ocpp_server.proxies import TrustedProxies

_FORWARDED = {"HTTP_X_FORWARDED_FOR": "X-Forwarded-For", "HTTP_X_FORWARDED_PROTO": "X-Forwarded-Proto"}
Environ = dict[str, Any]
Wsgi = Callable[[Environ, Any], Iterable[bytes]]


class BehindProxies:
    """WSGI middleware: limits and log lines count by the client's address, as they do at the charge points' door."""

    def __init__(self, app: Wsgi, networks: Sequence[str]) -> None:
        self._app = app
        self._proxies = TrustedProxies(networks)

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        headers = Headers({name: environ[key] for key, name in _FORWARDED.items() if key in environ})
        secure = environ["wsgi.url_scheme"] == "https"
        environ["REMOTE_ADDR"], secure = self._proxies.origin(environ.get("REMOTE_ADDR", ""), secure, headers)
        environ["wsgi.url_scheme"] = "https" if secure else "http"
        return self._app(environ, start_response)
