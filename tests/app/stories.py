"""What tests of the HTTP side do over and over: two things at once, a start, a transaction, another address."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import uuid4

import httpx

from tests.live import Api, Charger, Server, plug_in

T = TypeVar("T")


class Meanwhile(Generic[T]):
    """Work that goes on in a thread of its own; calling it waits for the result."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._results: list[T] = []
        self._thread = threading.Thread(target=lambda: self._results.append(work()))
        self._thread.start()

    def __call__(self) -> T:
        self._thread.join(30)
        return self._results[0]

    def done(self) -> bool:
        return not self._thread.is_alive()


def meanwhile(work: Callable[[], T]) -> Meanwhile[T]:
    """Start work, and go on."""
    return Meanwhile(work)


def new_charger(server: Server, root: Api, connectors: int = 2, status: str = "Available", **facts: Any) -> Charger:
    """Add a charge point, connect, boot and report its connectors."""
    added = root.post("/api/charge_points", id=f"CP-{uuid4().hex[:10]}", **facts).json()
    charger = plug_in(server, added["id"], added.get("password"))
    charger.boot()
    for connector_id in range(connectors + 1):
        charger.status(connector_id, status)
    return charger


def press_start(api: Api, charger: Charger, connector_id: int = 1, **more: Any) -> httpx.Response:
    """Press start and let the charge point answer as it is set to."""
    answer = meanwhile(lambda: ask_to_start(api, charger, connector_id, **more))
    charger.serve(1)
    return answer()


def ask_to_start(
    api: Api, charger: Charger, connector_id: int = 1, key: str | None = None, **more: Any
) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else None
    body = {"evse_id": charger.charge_point_id, "connector_id": connector_id, **more}
    return api.post("/api/start_charging", body, headers=headers)


def begin(charger: Charger, id_tag: str, connector_id: int = 1) -> dict[str, Any]:
    """Send StartTransaction and return its answer."""
    return charger.call(
        "StartTransaction",
        {
            "connectorId": connector_id,
            "idTag": id_tag,
            "meterStart": 1000,
            "timestamp": datetime.now(UTC).isoformat(),
        },
    )


def finish(charger: Charger, transaction_id: int) -> Any:
    """Send StopTransaction, 1234 Wh later."""
    return charger.call(
        "StopTransaction",
        {"transactionId": transaction_id, "meterStop": 2234, "timestamp": datetime.now(UTC).isoformat()},
    )


@contextmanager
def calling_from(server: Server, address: str) -> Iterator[Api]:
    """Be a client at another address of this machine, such as 127.0.0.2."""
    transport = httpx.HTTPTransport(local_address=address, verify=False)
    with httpx.Client(base_url=server.url, transport=transport, timeout=30) as client:
        yield Api(client)


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Check that an answer is a problem document and return it."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json"), answer.text
    document: dict[str, Any] = answer.json()
    assert (document["status"], document["code"], document["request_id"]) == (
        status,
        code,
        answer.headers["X-Request-ID"],
    )
    assert document["detail"]
    return document
