"""`make demo`: the server, two virtual chargers, and a driver's charging session played step by step against them."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from app.config import Settings
from app.demo_accounts import CHARGE_POINT_PASSWORD, CHARGE_POINTS, PASSWORDS
from app.demo_client import DemoClient
from app.errors import ConfigurationError
from app.serving import require_free

SPEED = "120"
ENOUGH_WH = 2000
PATIENCE = 90.0
TARIFF = {"name": "Car park", "currency": "EUR", "price_per_kwh": 59, "vat_percent": 19, "default": True}
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class DemoFailed(Exception):
    """A step did not come out as it should; the message says which."""


class Demo:
    """Starts the parts as an operator would, plays the sequence as an app would, and ends everything together."""

    def __init__(self, settings: Settings, *, leave: bool) -> None:
        for bind in settings.binds.values():
            if bind.rpartition(":")[0] not in LOOPBACK:
                raise ConfigurationError(
                    f"the demo's passwords are known to all, so it runs on 127.0.0.1, not on {bind}"
                )
        self._settings = settings
        self._leave = leave
        self._control = f"127.0.0.1:{int(settings.ocpp_bind.rpartition(':')[2]) + 1}"
        self._directory = settings.data_dir / "demo"
        self._client = DemoClient(settings.http_url)
        self._parts: list[subprocess.Popen[bytes]] = []
        self._stopping = threading.Event()

    def run(self) -> int:
        """Play until Ctrl-C; return the exit status."""
        for sign in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, _leave_quietly)
        try:
            self._start_server()
            self._play(self._set_up())
            if not self._leave:
                self._stay_up()
        except KeyboardInterrupt:
            print("\nStopping …")
        except DemoFailed as failure:
            print(f"\nThe demo stopped: {failure}", file=sys.stderr)
            return 1
        finally:
            self._end()
        return 0

    def _start_server(self) -> None:
        for name, bind in (*self._settings.binds.items(), ("the virtual chargers", self._control)):
            require_free(name, bind)  # or the sequence would be played against whoever has the port
        self._directory.mkdir(parents=True, exist_ok=True)
        log = self._directory / "server.log"
        print(f"Starting ChargeBridge on a MongoDB of its own in {self._directory} (log: {log}) …", flush=True)
        environment = {"DATA_DIR": str(self._directory), "ROOT_USERNAME": "root", "ROOT_PASSWORD": PASSWORDS["root"]}
        with log.open("wb") as output:
            server = self._launch(["app", "serve"], environment, output, output)
        _wait("the server", lambda: self._up(server, log))

    def _up(self, server: subprocess.Popen[bytes], log: Path) -> bool:
        if server.poll() is not None:
            raise DemoFailed(log.read_text(errors="replace").strip().rpartition("\n")[2] or "the server ended")
        return self._client.ready()

    def _launch(
        self, module: list[str], environment: dict[str, str], out: IO[bytes] | int, err: IO[bytes] | int
    ) -> subprocess.Popen[bytes]:
        part = subprocess.Popen(
            [sys.executable, "-u", "-m", *module],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=os.environ | environment,
            start_new_session=True,  # Ctrl-C is ours: the parts are ended in order
        )
        self._parts.append(part)
        return part

    def _set_up(self) -> str:
        """Make accounts and charge points, start the chargers; return root's token."""
        root = self._client.log_in("root", PASSWORDS["root"])
        for role in ("staff", "admin"):
            self._client.call("POST", "/api/users", root, username=role, password=PASSWORDS[role], role=role)
        for number, charge_point_id in enumerate(CHARGE_POINTS, 1):
            facts = {"name": f"Demo charger {number}", "place": "Car park", "password": CHARGE_POINT_PASSWORD}
            self._client.call("POST", "/api/charge_points", root, id=charge_point_id, **facts)
        if not self._client.call("GET", "/api/tariffs", root)["items"]:
            self._client.call("POST", "/api/tariffs", root, **TARIFF)
        options = ["--connectors", "2", "--speed", SPEED, "--meter-interval", "1", "--auto-plug", "1"]
        options += ["--model", "Virtual 11", "--auto-unplug", "2", "--control", self._control.rpartition(":")[2]]
        charger = self._launch(
            ["ocpp_server.simulator", self._settings.ocpp_url, *CHARGE_POINTS, *options],
            {"OCPP_PASSWORD": CHARGE_POINT_PASSWORD},
            subprocess.PIPE,
            subprocess.STDOUT,
        )
        threading.Thread(target=_repeat, args=(charger, self._stopping), daemon=True).start()
        _wait("the virtual chargers", lambda: self._ready_chargers(root) == len(CHARGE_POINTS))
        return root

    def _ready_chargers(self, token: str) -> int:
        found = self._client.call("GET", "/api/charge_points", token)["items"]
        return sum(one["online"] and len(one["connectors"]) > 1 for one in found)

    def _play(self, root: str) -> None:
        client, evse_id = self._client, CHARGE_POINTS[0]
        print("\nA driver charges:\n")
        credentials = {"username": "driver", "password": PASSWORDS["driver"]}
        account = client.call("POST", "/api/signup", None, **credentials)
        if "access_token" in account:
            client.tell("POST /api/signup", {"username": "driver"}, account, "username", "idTag")
        account = client.call("POST", "/api/login", None, **credentials)
        # A session left open by hand, on a charger that is gone, must not keep the next demo from playing.
        client.call("PATCH", f"/api/id_tags/{account['idTag']}", root, concurrent_limit=100)
        client.tell("POST /api/login", {"username": "driver"}, account, "access_token", "idTag")
        token = str(account["access_token"])

        found = client.call("GET", f"/api/charge_points/{evse_id}", token)
        client.tell(f"GET /api/charge_points/{evse_id}", {}, found["connectors"][0], "connector_id", "status", "price")

        request = {"evse_id": evse_id, "connector_id": 1}
        started = client.call("POST", "/api/start_charging", token, **request)
        client.tell("POST /api/start_charging", request, started, "status", "session_id", "detail")
        if started.get("status") != "Accepted":
            raise DemoFailed(f"charging did not start: {started.get('hint') or started.get('detail')}")
        path = f"/api/sessions/{started['session_id']}"
        self._follow(path, token, lambda session: session["energy_wh"] >= ENOUGH_WH)

        stopped = client.call("POST", "/api/stop_charging", token, session_id=started["session_id"])
        client.tell("POST /api/stop_charging", {"session_id": started["session_id"]}, stopped, "status", "detail")
        self._follow(path, token, lambda session: session["state"] == "completed")
        receipt = client.call("GET", f"{path}/receipt", token)
        names = ("name", "minutes", "energy_wh", "energy_source", "stop_reason", "cost")
        client.tell(f"GET {path}/receipt", {}, receipt, *names)

    def _follow(self, path: str, token: str, enough: Callable[[dict[str, Any]], bool]) -> None:
        told: tuple[Any, ...] = ()

        def look() -> bool:
            nonlocal told
            session = self._client.call("GET", path, token)
            news = (session["state"], session["energy_wh"] // 500)
            if news != told:
                told = news
                self._client.tell(f"GET {path}", {}, session, "state", "energy_wh", "power_w", "soc", "cost")
            return enough(session)

        _wait("the session", look)

    def _where(self) -> str:
        """Return what the shell must be told to speak of this server: it names addresses to enter in chargers."""
        usual = {name: Settings.model_fields[name.lower()].default for name in self._settings.binds}
        others = {name: bind for name, bind in self._settings.binds.items() if bind != usual[name]}
        return " ".join(f"{name}={value}" for name, value in {"DATA_DIR": str(self._directory), **others}.items())

    def _stay_up(self) -> None:
        url = self._settings.http_url
        print(f"""
Everything stays up until Ctrl-C.

  pages     {url}/           API   {url}/api   documentation   {url}/docs
  chargers  {self._settings.ocpp_url}/<id>
  cables    http://{self._control}/   the virtual chargers: plug, unplug, offline, late-stop, fault …
  accounts  {"   ".join(f"{name} / {password}" for name, password in PASSWORDS.items())}
  shell     {self._where()} {Path(sys.executable).parent}/chargebridge --help

Try it yourself:

  TOKEN=$(curl -s {url}/api/login -H 'Content-Type: application/json' \\
    -d '{{"username": "driver", "password": "{PASSWORDS["driver"]}"}}' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  curl -s {url}/api/start_charging -H "Authorization: Bearer $TOKEN" \\
    -H 'Content-Type: application/json' -d '{{"evse_id": "CP002", "connector_id": 1}}'
  curl -s http://{self._control}/unplug -H 'Content-Type: application/json' -d '{{"charge_point_id": "CP002"}}'
""")
        while all(part.poll() is None for part in self._parts):
            time.sleep(0.5)
        raise DemoFailed(f"a part ended by itself; see {self._directory / 'server.log'}")

    def _end(self) -> None:
        self._stopping.set()
        for part in reversed(self._parts):
            part.terminate()
            try:
                part.wait(15)
            except subprocess.TimeoutExpired:
                part.kill()
                part.wait()


def _leave_quietly(_sign: int, _frame: Any) -> None:
    raise KeyboardInterrupt


def _wait(what: str, look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not look():
        if time.monotonic() > deadline:
            raise DemoFailed(f"{what} took longer than {PATIENCE:.0f} s")
        time.sleep(0.2)


def _repeat(charger: subprocess.Popen[bytes], stopping: threading.Event) -> None:
    """Show what the virtual chargers say, until everything ends."""
    assert charger.stdout is not None
    for line in charger.stdout:
        if not stopping.is_set():
            print(f"      charger │ {line.decode(errors='replace').rstrip()}", flush=True)
