"""The product as it is deployed, started for a test: real gunicorn, real MongoDB, real sockets; and its two users."""

import base64
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from app.domain.users import PASSWORD_COST_MIN
from app.storage.database import Storage
from app.storage.embedded import running_uri
from tests import plain_http
from tests.contract import Contract, contract_of

ROOT_PASSWORD = "root password for tests"
T = TypeVar("T")
_numbers = itertools.count(1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(look: Callable[[], T | None], seconds: float = 10.0) -> T:
    """Return the first true result of `look`; raises AssertionError when there is none in time.

    Looking is a request, as often as not: what takes long is looked at less often.
    """
    pause, deadline = 0.01, time.monotonic() + seconds
    while True:
        if result := look():
            return result
        assert time.monotonic() < deadline, f"waited {seconds} s in vain"
        time.sleep(pause)
        pause = min(1.3 * pause, 0.1)


@dataclass
class Server:
    """A running server, seen from outside."""

    process: subprocess.Popen[bytes]
    http_port: int
    ocpp_port: int
    log: Path
    data_dir: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def ocpp_url(self) -> str:
        return f"ws://127.0.0.1:{self.ocpp_port}/ocpp"

    def anonymous(self, address: str = "127.0.0.1") -> "Api":
        """Return a client that comes from this address of the machine."""
        # Without verify=False each client would read all the world's certificates, for plain HTTP.
        transport = httpx.HTTPTransport(verify=False, local_address=address)
        hooks = {"response": [self.contract.check]}
        return Api(httpx.Client(base_url=self.url, timeout=30, transport=transport, event_hooks=hooks))

    @cached_property
    def contract(self) -> Contract:
        return contract_of(self.url)

    def log_in(self, username: str, password: str) -> "Api":
        api = self.anonymous()
        api.use(api.post("/api/login", username=username, password=password).json())
        return api

    def root(self) -> "Api":
        return self.log_in("root", ROOT_PASSWORD)

    def sign_up(self) -> "Api":
        """Return a new driver, who lives elsewhere than all the others: an address may only sign up so many."""
        number = next(_numbers)
        api = self.anonymous(f"127.1.{number // 250}.{number % 250 + 1}")
        api.use(api.post("/api/signup", username=f"driver{number}-{uuid4().hex[:6]}", password="a driver's").json())
        return api

    def stop(self, sign: int = signal.SIGTERM) -> int:
        self.process.send_signal(sign)
        return self.process.wait(20)


class Api:
    """A client of the REST side; keeps the tokens, raises nothing by itself."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        self.tokens: dict[str, Any] = {}

    def use(self, tokens: dict[str, Any]) -> None:
        self.tokens = tokens
        self.http.headers["Authorization"] = f"Bearer {tokens['access_token']}"

    @property
    def id_tag(self) -> str:
        return str(self.tokens["idTag"])

    @property
    def username(self) -> str:
        return str(self.tokens["username"])

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.http.get(path, params=query)

    def post(
        self, path: str, body: Any = None, /, headers: dict[str, str] | None = None, **fields: Any
    ) -> httpx.Response:
        return self.http.post(path, json=fields if body is None else body, headers=headers)

    def patch(self, path: str, **fields: Any) -> httpx.Response:
        return self.http.patch(path, json=fields)

    def delete(self, path: str) -> httpx.Response:
        return self.http.delete(path)

    def close(self) -> None:
        self.http.close()

    def session_in(self, session_id: str, *states: str, seconds: float = 10.0) -> dict[str, Any]:
        """Return a session once it is in one of the states."""

        def look() -> dict[str, Any] | None:
            session = self.get(f"/api/sessions/{session_id}").json()
            return session if session["state"] in states else None

        return until(look, seconds)


@dataclass
class Charger:
    """A charge point driven frame by frame over a real WebSocket; what the server calls is answered from `answers`."""

    charge_point_id: str
    socket: ClientConnection
    answers: dict[str, Any] = field(default_factory=dict)
    called: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def send(self, frame: Any) -> None:
        self.socket.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))

    def receive(self, seconds: float = 10.0) -> Any:
        """Return the next frame, whatever it is."""
        return json.loads(self.socket.recv(timeout=seconds))

    def call(self, action: str, payload: Any, message_id: str | None = None, seconds: float = 10.0) -> Any:
        """Send a CALL and return its answer: the payload of a CALLRESULT, or the CALLERROR frame as a list."""
        message_id = message_id or uuid4().hex
        self.send([2, message_id, action, payload])
        while True:
            frame = self.receive(seconds)
            if frame[0] == 2:
                self._answer(frame)
            elif frame[1] == message_id:
                return frame[2] if frame[0] == 3 else frame

    def serve(self, count: int = 1, seconds: float = 10.0) -> list[tuple[str, dict[str, Any]]]:
        """Answer the next `count` calls of the server and return them."""
        served = []
        while len(served) < count:
            frame = self.receive(seconds)
            if frame[0] == 2:
                served.append(self._answer(frame))
        return served

    def _answer(self, frame: Any) -> tuple[str, dict[str, Any]]:
        _type, message_id, action, payload = frame
        self.called.append((action, payload))
        answer = self.answers.get(action, {"status": "Accepted"})
        if answer is not None:
            self.send([3, message_id, answer] if isinstance(answer, dict) else [4, message_id, *answer])
        return action, payload

    def boot(self) -> Any:
        return self.call("BootNotification", {"chargePointVendor": "Test", "chargePointModel": "Frame by frame"})

    def status(self, connector_id: int, status: str, **more: Any) -> Any:
        payload = {"connectorId": connector_id, "status": status, "errorCode": "NoError", **more}
        return self.call("StatusNotification", payload)

    def close(self) -> None:
        self.socket.close()


def basic(user: str, password: str | bytes) -> str:
    secret = password if isinstance(password, bytes) else password.encode()
    return "Basic " + base64.b64encode(user.encode() + b":" + secret).decode()


def plug_in(server: Server, charge_point_id: str, password: str | None, **options: Any) -> Charger:
    """Connect as a charge point; raises websockets' InvalidStatus when refused."""
    headers = dict(options.pop("headers", {}))
    if password is not None:
        headers["Authorization"] = basic(charge_point_id, password)
    subprotocols = [Subprotocol(p) for p in options.pop("subprotocols", ["ocpp1.6"])]
    path = options.pop("path", charge_point_id)
    opened = connect(
        f"{server.ocpp_url}/{path}",
        subprotocols=subprotocols,
        additional_headers=headers,
        compression=None,
        legacy=True,  # a charge point outlives the block that connects it
        **options,
    )
    return Charger(charge_point_id, opened)


@contextmanager
def running_server(data_dir: Path, **environment: str) -> Iterator[Server]:
    """Run `chargebridge serve` on free ports, until the end of the block."""
    http_port, ocpp_port = free_port(), free_port()
    settings = {
        "DATA_DIR": str(data_dir),
        "HTTP_BIND": f"127.0.0.1:{http_port}",
        "OCPP_BIND": f"127.0.0.1:{ocpp_port}",
        "ROOT_PASSWORD": ROOT_PASSWORD,
        # The least there is: every test has drivers of its own.
        "PASSWORD_COST": str(PASSWORD_COST_MIN),
        "CALL_TIMEOUT": "2",
        # A test that plays a charge point frame by frame is asked nothing that it does not expect.
        "AUTO_PROVISION": "off",
        "LOG_FORMAT": "json",
        **environment,
    }
    log = data_dir.with_name(f"{data_dir.name}.log")
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve"],
            stdout=output,
            stderr=output,
            env=os.environ | settings,
        )
    server = Server(process, http_port, ocpp_port, log, data_dir)
    try:
        until(lambda: _ready(server), 60)
        yield server
    finally:
        if process.poll() is None:
            assert server.stop() == 0, log.read_text()[-3000:]


@contextmanager
def server_beside(server: Server, data_dir: Path, **environment: str) -> Iterator[Server]:
    """Run another server, with settings of its own, on an empty database of the first one's MongoDB.

    It is there in a second, for only the first has a MongoDB to start.
    """
    with running_server(data_dir, **{**database_beside(server), **environment}) as running:
        yield running


def database_beside(server: Server) -> dict[str, str]:
    """Return the settings of a server on an empty database of another one's MongoDB."""
    return {"MONGODB_URI": another_database(server), "JWT_SECRET_KEY": "x" * 32}


def _ready(server: Server) -> bool:
    assert server.process.poll() is None, server.log.read_text()[-3000:]
    try:
        return plain_http.get(f"{server.url}/readyz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def another_database(server: Server) -> str:
    """Return the URI of a new, empty database beside the server's own."""
    uri = running_uri(server.data_dir)
    assert uri is not None
    return uri.replace("/?", f"/test-{uuid4().hex[:10]}?authSource=admin&")


@contextmanager
def empty_storage(server: Server) -> Iterator[Storage]:
    """Give the storage of an empty database beside the server's own, until the end of the block."""
    storage = Storage(another_database(server))
    try:
        storage.prepare()
        yield storage
        storage.client.drop_database(storage.sessions.documents.database.name)
    finally:
        storage.close()
