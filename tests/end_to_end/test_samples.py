"""The README's samples, run as they are printed, against a virtual charger."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.demo_accounts import PASSWORDS
from ocpp_server.simulator.threaded import running
from tests.live import Api, Server, until
from tests.requirements import need

pytestmark = pytest.mark.journeys

README = Path(__file__).parents[2] / "README.md"
IN_THAI = README.with_name("README.th.md")
SHOWN = "http://127.0.0.1:8000"
PASSWORD = "sixteen characters"

# How each language's samples are run. There is no package of Dart for Debian, so it is tried where it is by chance.
RUN = {"sh": ["bash", "-eu", "-o", "pipefail"], "python": [sys.executable], "js": ["node"], "dart": ["dart", "run"]}
LANGUAGES = [language for language in RUN if language != "dart" or shutil.which("dart")]


def sample(language: str) -> str:
    """Return the README's first sample in a language, of those that show how an app is built."""
    section = README.read_text().partition("## Build an app on it")[2].partition("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)[0]


@pytest.fixture(scope="module")
def demo(server: Server, root: Api) -> Iterator[None]:
    """What the samples name: the demo's driver and a virtual charger CP001."""
    root.post("/api/users", username="driver", password=PASSWORDS["driver"])
    root.post("/api/charge_points", id="CP001", password=PASSWORD)
    with running(f"{server.ocpp_url}/CP001", password=PASSWORD, connectors=2, speed=600.0, meter_interval=1):
        until(lambda: len(root.get("/api/charge_points/CP001").json()["connectors"]) > 1)
        yield


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sample_of_the_readme_charges_a_car(server: Server, tmp_path: Path, language: str) -> None:
    need(shutil.which(RUN[language][0]) is not None, f"{RUN[language][0]} is missing")
    script = tmp_path / f"sample.{language}"
    script.write_text(sample(language).replace(SHOWN, server.url))
    ran = subprocess.run([*RUN[language], str(script)], cwd=tmp_path, capture_output=True, text=True, timeout=50)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert re.search(r"energy_source['\"]?: ?['\"]meter", ran.stdout), ran.stdout


def test_the_readme_in_thai_has_the_same_sample() -> None:
    assert f"```sh\n{sample('sh')}```" in IN_THAI.read_text()
