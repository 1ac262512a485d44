"""The whole Postman collection, run by newman against the running server and a virtual charger."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from ocpp_server.simulator.control import Control
from ocpp_server.simulator.threaded import running
from tests.live import ROOT_PASSWORD, Api, Server, free_port, until
from tests.requirements import need_node

# Every operation, one after the other: three times as long on a busy machine.
PATIENCE = 150
pytestmark = [pytest.mark.journeys, pytest.mark.timeout(PATIENCE + 20)]

POSTMAN = Path(__file__).parents[2] / "postman"
CHARGE_POINT_PASSWORD = "sixteen characters"
POLL_MS = "100"


@dataclass
class Run:
    """A run of the collection under way."""

    process: subprocess.Popen[str]
    report: Path

    def result(self) -> dict[str, Any]:
        """Wait for the end; return newman's report, or fail with what newman found wrong."""
        output, _ = self.process.communicate(timeout=PATIENCE)
        report: dict[str, Any] = json.loads(self.report.read_text())["run"]
        failures = [f"{f['source'].get('name')}: {f['error']['message']}" for f in report["failures"]]
        assert not failures, "\n".join(failures)
        assert self.process.returncode == 0, output
        return report


@pytest.fixture
def newman(server: Server, tmp_path: Path) -> Iterator[Any]:
    """Start newman with the environment's variables."""
    command = need_node() / "node_modules" / ".bin" / "newman"
    started: list[Run] = []

    def start(**variables: str) -> Run:
        report = tmp_path / f"{len(started)}.json"
        options = ["--environment", str(POSTMAN / "chargebridge.postman_environment.json")]
        options += ["--reporters", "cli,json", "--reporter-json-export", str(report), "--color", "off"]
        for name, value in {"base_url": server.url, "poll_ms": POLL_MS, **variables}.items():
            options += ["--env-var", f"{name}={value}"]
        process = subprocess.Popen(
            [str(command), "run", str(POSTMAN / "chargebridge.postman_collection.json"), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(Run(process, report))
        return started[-1]

    yield start
    for run in started:
        if run.process.poll() is None:
            run.process.kill()
        run.process.communicate()


def all_requests(item: dict[str, Any]) -> set[str]:
    inner = {name for each in item.get("item", ()) for name in all_requests(each)}
    return inner | ({item["id"]} if "request" in item else set())


def sent(report: dict[str, Any]) -> set[str]:
    return {one["item"]["id"] for one in report["executions"] if "response" in one}


def test_the_collection_runs_from_top_to_bottom_for_an_operator_and_then_for_a_driver_alone(
    newman: Any, server: Server, root: Api
) -> None:
    collection = json.loads((POSTMAN / "chargebridge.postman_collection.json").read_text())
    charge_point_id, control_port = f"CP-{uuid4().hex[:10]}", free_port()
    whole = newman(
        root_password=ROOT_PASSWORD,
        charge_point_id=charge_point_id,
        charge_point_password=CHARGE_POINT_PASSWORD,
        virtual_charger_url=f"http://127.0.0.1:{control_port}",
    )
    until(lambda: root.get(f"/api/charge_points/{charge_point_id}").status_code == 200 or whole.process.poll())
    with running(
        f"{server.ocpp_url}/{charge_point_id}",
        password=CHARGE_POINT_PASSWORD,
        connectors=2,
        speed=60.0,
        meter_interval=1,
    ) as charger:
        control = charger.do(lambda it: Control([it], control_port).__aenter__())
        assert sent(whole.result()) == all_requests(collection)
        charger.do(lambda _: control.__aexit__())

        # Without an operator's password, all that needs an operator is left out, and all else is green.
        username, password = f"driver-{uuid4().hex}", "a driver's password"
        assert root.post("/api/users", username=username, password=password).status_code == 201
        alone = newman(charge_point_id=charge_point_id, username=username, password=password).result()
    names = {one["item"]["name"] for one in alone["executions"] if "response" in one}
    assert {"Start charging", "Get the receipt", "Your account"} < names
    assert "Sign up" not in names
    assert all("root_access_token" not in json.dumps(one["item"]) for one in alone["executions"] if "response" in one)
