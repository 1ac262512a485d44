"""The operator's shell, beside a running server and without one."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from websockets.exceptions import InvalidStatus

from app.cli import main
from tests.app.stories import begin, problem
from tests.live import Api, Charger, Server

Shell = Callable[..., Result]


@pytest.fixture(autouse=True)
def nothing_of_this_process_changes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the test run's own logging, and any .env out."""
    monkeypatch.setattr("app.logs.configure", lambda level, style: None)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def shell(server: Server, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Run a command beside the running server, as one does in a second terminal."""
    monkeypatch.setenv("DATA_DIR", str(server.data_dir))
    monkeypatch.setenv("HTTP_BIND", f"127.0.0.1:{server.http_port}")
    monkeypatch.setenv("OCPP_BIND", f"127.0.0.1:{server.ocpp_port}")
    return lambda *words, **options: CliRunner().invoke(main, words, **options)


def said(result: Result, status: int = 0) -> str:
    assert result.exit_code == status, result.output
    assert status == 0 or len(result.stderr.splitlines()) == 1, result.stderr
    return result.stdout if status == 0 else result.stderr


@pytest.fixture
def stranger(server: Server) -> Iterator[Api]:
    api = server.anonymous()
    yield api
    api.close()


def test_accounts_are_made_listed_changed_and_get_new_passwords(shell: Shell, server: Server, stranger: Api) -> None:
    name = f"shell-{uuid4().hex[:8]}"
    made = said(shell("users", "create", name, "--role", "staff", input="long enough\nlong enough\n"))
    assert re.search(rf"{name}  staff  idTag [A-Z0-9]+\n$", made)
    assert "long enough" not in made
    assert f"{name}  staff" in said(shell("users", "list"))
    api = server.log_in(name, "long enough")
    assert api.get("/api/id_tags").status_code == 200
    assert said(shell("users", "set-role", name.upper(), "user")) == f"{name}  user\n"
    problem(api.get("/api/id_tags"), 403, "forbidden")
    said(shell("users", "set-password", name, "--password", "another one"))
    problem(api.get("/api/me"), 401, "not_authenticated")
    assert stranger.post("/api/login", username=name, password="another one").status_code == 200
    api.close()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["users", "create", "ro ot", "--password", "long enough"], "username: must be 3 to 64 letters"),
        (["users", "create", "root", "--password", "long enough"], "the user name root is taken"),
        (["users", "create", "someone-new", "--password", "short"], "password: 8 to 256 characters"),
        (["users", "set-role", "nobody-of-this-name", "staff"], "there is no user nobody-of-this-name"),
        (["users", "set-role", "root", "user"], "this is the last root"),
        (["users", "set-password", "nobody-of-this-name", "--password", "long enough"], "there is no user"),
        (["charge-points", "add", "a/b"], "id: 1 to 48 letters"),
        (["charge-points", "add", "Shell-1", "--password", "short"], "password: 16 to 40"),
        (["charge-points", "set-password", "Nowhere"], "there is no charge point Nowhere"),
        (["id-tags", "add", "two words"], "id_tag: must be 1 to 20 letters"),
        (["id-tags", "add", "x" * 21], "id_tag: must be 1 to 20 letters"),
        (["id-tags", "block", "NOSUCHTAG"], "there is no idTag NOSUCHTAG"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(shell: Shell, words: list[str], reason: str) -> None:
    assert said(shell(*words), 2).startswith(f"chargebridge: {reason}")


def test_a_charge_point_added_here_connects_with_what_was_printed(
    shell: Shell, server: Server, connect: Callable[..., Charger]
) -> None:
    charge_point_id = f"CP-{uuid4().hex[:8]}"
    printed = said(shell("charge-points", "add", charge_point_id, "--name", "Level 1"))
    assert f"url       {server.ocpp_url}/{charge_point_id}\n" in printed
    password = re.search(r"password  (\S+) ", printed)
    assert password is not None
    connect(charge_point_id, password[1]).boot()
    assert f"{charge_point_id}  Level 1  Test Frame by frame" in said(shell("charge-points", "list"))
    new = said(shell("charge-points", "set-password", charge_point_id)).strip()
    with pytest.raises(InvalidStatus, match="401"):
        connect(charge_point_id, password[1])
    connect(charge_point_id, new)
    exists = said(shell("charge-points", "add", charge_point_id.lower()), 2)
    assert exists.endswith(f"there is a charge point {charge_point_id.lower()} already\n")


def test_tags_are_added_listed_and_blocked_at_once(shell: Shell, charger: Charger) -> None:
    made = said(shell("id-tags", "add")).strip()
    given = said(shell("id-tags", "add", uuid4().hex[:12], "--label", "Fleet card 7")).strip()
    assert given == given.upper()
    assert said(shell("id-tags", "add", given), 2).endswith(f"there is an idTag {given} already\n")
    listed = said(shell("id-tags", "list"))
    assert f"{given}  Accepted  -  Fleet card 7\n" in listed
    assert begin(charger, made)["idTagInfo"]["status"] == "Accepted"
    assert said(shell("id-tags", "block", given.lower())) == "blocked\n"
    assert begin(charger, given, 2)["idTagInfo"]["status"] == "Blocked"


def test_tags_are_imported_and_what_is_wrong_is_told_by_its_line(shell: Shell, tmp_path: Path) -> None:
    good, other = (uuid4().hex[:12].upper() for _ in range(2))
    table = tmp_path / "cards.csv"
    table.write_text(f"idTag,label,status\n{good},Fleet card 8,\n{other},,Lost\n")
    refused = shell("id-tags", "import", str(table))
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr == "chargebridge: line 3, status: Input should be 'Accepted' or 'Blocked'\n"
    dry = shell("id-tags", "import", str(table), "--dry-run")
    assert dry.stderr == "line 3, status: Input should be 'Accepted' or 'Blocked'\n"
    assert dry.stdout == "1 created, 0 updated, 0 unchanged, 0 skipped\n"
    assert good not in said(shell("id-tags", "list"))
    assert shell("id-tags", "import", str(table), "--partial").stdout == dry.stdout
    assert f"{good}  Accepted  -  Fleet card 8\n" in said(shell("id-tags", "list"))
    table.write_text(f"idTag;status\n{good};blocked\n")
    assert said(shell("id-tags", "import", str(table))) == "0 created, 0 updated, 0 unchanged, 1 skipped\n"
    assert said(shell("id-tags", "import", str(table), "--update")) == "0 created, 1 updated, 0 unchanged, 0 skipped\n"


def test_charge_points_are_imported_and_connect_with_what_was_printed(
    shell: Shell, server: Server, connect: Callable[..., Charger], tmp_path: Path
) -> None:
    first, second = (f"CP-{uuid4().hex[:8]}" for _ in range(2))
    table = tmp_path / "chargers.csv"
    table.write_text(f"id,name,security_profile\n{first},Level 1,\n{second},,0\na/b,,\n{second}x,,7\n")
    imported = shell("charge-points", "import", str(table))
    header, line, open_one = imported.stdout.splitlines()
    assert (imported.exit_code, header, open_one) == (2, "id,url,password", f"{second},{server.ocpp_url}/{second},")
    assert [told.partition(": must")[0][:31] for told in imported.stderr.splitlines()] == [
        "chargebridge: line 4: id: 1 to ",
        "chargebridge: line 5: security_",
    ]
    charge_point_id, _url, password = line.split(",")
    connect(charge_point_id, password).boot()
    connect(second).boot()
    table.write_text(f"id\n{first}\n")
    again = shell("charge-points", "import", str(table))
    assert (again.exit_code, again.stdout) == (0, "id,url,password\n")
    assert again.stderr == f"line 2: there is a charge point {first} already\n"


def test_lists_say_what_their_columns_are(shell: Shell) -> None:
    for what, columns in (
        ("users", "username  role  idTag"),
        ("charge-points", "id  name  vendor model  last seen"),
        ("id-tags", "idTag  status  username  label"),
    ):
        assert said(shell(what, "list")).splitlines()[0] == columns


def test_the_document_can_be_printed_without_a_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "none"))
    document = json.loads(said(CliRunner().invoke(main, ["openapi"])))
    assert "/api/start_charging" in document["paths"]
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "words", [[], ["serve"], ["users"], ["users", "create"], ["charge-points"], ["charge-points", "add"], ["id-tags"]]
)
def test_every_command_says_what_it_does(words: list[str]) -> None:
    text = said(CliRunner().invoke(main, [*words, "--help"]))
    assert text.startswith("Usage: ")
    for line in text.partition("Commands:\n")[2].splitlines():
        assert re.match(r"  [a-z-]+  +\w+.*[^.]\.$", line), f"{line!r} does not say all that it does"


def test_a_bad_setting_is_told_here_too(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_FORMAT", "xml")
    assert said(shell("users", "list"), 2).startswith("chargebridge: LOG_FORMAT=xml: ")


def test_a_mongodb_that_is_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONGODB_URI", "mongodb://someone:a-password@127.0.0.1:1/?serverSelectionTimeoutMS=100")
    told = said(CliRunner().invoke(main, ["users", "list"]), 2)
    assert "MongoDB does not answer" in told
    assert "a-password" not in told


def test_without_a_server_the_database_is_started_for_the_command_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "alone"))
    added = CliRunner().invoke(main, ["id-tags", "add", "CARD1"])
    assert said(added) == "CARD1\n"
    assert "MongoDB" in added.stderr
    examined = CliRunner().invoke(main, ["doctor"])
    assert "ok    root account: none yet; the first start makes it" in examined.stdout
