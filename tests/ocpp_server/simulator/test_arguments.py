"""The command line."""

import subprocess
import sys
from pathlib import Path

import pytest

from ocpp_server.simulator.arguments import parse, settings
from ocpp_server.simulator.settings import Settings


def one(*arguments: str) -> Settings:
    (only,) = settings(parse(["ws://127.0.0.1:9000/ocpp/CP001", *arguments]))
    return only


def test_an_address_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OCPP_PASSWORD", raising=False)
    assert one() == Settings(url="ws://127.0.0.1:9000/ocpp/CP001")
    assert one().charge_point_id == "CP001"


def test_options_become_settings() -> None:
    chosen = one("--password", "SECRET", "--connectors", "2", "--power", "7.4", "--soc", "50", "--auto-plug", "never")
    assert (chosen.secret, chosen.connectors, chosen.power_w, chosen.soc) == (b"SECRET", 2, 7400, 0.5)
    assert chosen.auto_plug is None


def test_the_password_may_come_from_the_environment_and_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OCPP_PASSWORD", "from the environment")
    assert one().secret == b"from the environment"
    assert one("--password", "given").secret == b"given"
    with pytest.raises(SystemExit):
        parse(["--help"])
    assert "from the environment" not in capsys.readouterr().out


def test_several_ids_share_an_address() -> None:
    urls = [each.url for each in settings(parse(["ws://host:9000/ocpp/", "CP001", "CP 2/x"]))]
    assert urls == ["ws://host:9000/ocpp/CP001", "ws://host:9000/ocpp/CP%202%2Fx"]
    assert Settings(url=urls[1]).charge_point_id == "CP 2/x"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["http://127.0.0.1/CP001"], "ws://"),
        (["ws://127.0.0.1:9000"], "charge point's id"),
        (["ws://h/CP", "--connectors", "0"], "from 1 to 100"),
        (["ws://h/CP", "--connectors", "1.5"], "whole number"),
        (["ws://h/CP", "--speed", "fast"], "number from 0"),
        (["ws://h/CP", "--soc", "nan"], "number from 0"),
        (["ws://h/CP", "--auto-plug", "soon"], "number from 0"),
        (["ws://h/CP", "--vendor", "V" * 21], "1 to 20 characters"),
        (["wss://h/CP", "--ca", "/no/such/file"], "certificate"),
    ],
)
def test_a_mistake_ends_with_one_readable_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        parse(arguments)
    assert caught.value.code == 2
    assert words in capsys.readouterr().err.splitlines()[-1]


def test_a_file_of_roots_that_is_none_ends_with_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "roots.pem").write_text("no certificate")
    for name in ("roots.pem", "missing.pem"):
        with pytest.raises(SystemExit) as caught:
            parse(["ws://localhost/CP001", "--firmware-root", str(tmp_path / name)])
        assert caught.value.code == 2
        assert "certificate: " in capsys.readouterr().err


def test_it_starts_without_loading_what_only_certificates_need() -> None:
    look = "import sys, ocpp_server.simulator.__main__; sys.exit('cryptography' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0
