"""The embedded MongoDB: complete, private, there again after every kind of death, and explained when it cannot be."""

import errno
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient, WriteConcern
from pymongo.collection import Collection
from pymongo.errors import OperationFailure

from app.storage import embedded, embedded_errors, embedded_keeper
from app.storage.embedded import EmbeddedMongo, EmbeddedMongoError, running_uri

pytestmark = pytest.mark.faults

DURABLE = WriteConcern("majority", j=True)

# Servers that never call `stop`: they run until their standard input ends, or until they are killed.
SERVER = """
import pathlib, sys
from app.storage.embedded import EmbeddedMongo
database = EmbeddedMongo(pathlib.Path(sys.argv[1]))
print(database.start(), flush=True)
sys.stdin.read()
"""
SERVER_WITH_A_WORKER = """
import os, pathlib, sys, time
from app.storage.embedded import EmbeddedMongo
database = EmbeddedMongo(pathlib.Path(sys.argv[1]))
uri = database.start()
if os.fork() == 0:
    database.stop()
    print(uri, flush=True)
    sys.stdin.read()
    os._exit(0)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedMongo]:
    with EmbeddedMongo(tmp_path_factory.mktemp("data")) as running:
        yield running


@contextmanager
def notes(uri: str) -> Iterator[Collection[dict[str, Any]]]:
    with MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=10000) as client:
        yield client.test.get_collection("notes", write_concern=DURABLE)


@contextmanager
def server(script: str, data_dir: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with subprocess.Popen(
        [sys.executable, "-c", script, data_dir], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def eventually(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def pids(running: EmbeddedMongo) -> tuple[int, int]:
    state = json.loads(running.directory.state_file.read_text())
    return state["keeper"], state["mongod"]


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_it_has_transactions_and_change_streams(database: EmbeddedMongo) -> None:
    with notes(database.uri) as collection:
        collection.insert_one({"_id": "first"})
        client = collection.database.client
        with collection.watch() as changes:
            with client.start_session() as session, session.start_transaction():
                collection.with_options(write_concern=None).insert_one({"_id": "second"}, session=session)
            assert next(changes)["documentKey"] == {"_id": "second"}


def test_it_listens_on_loopback_only(database: EmbeddedMongo) -> None:
    _, mongod = pids(database)
    descriptors = [os.readlink(entry) for entry in Path(f"/proc/{mongod}/fd").iterdir() if entry.is_symlink()]
    inodes = {name[8:-1] for name in descriptors if name.startswith("socket:[")}
    rows = [
        line.split()
        for table in ("tcp", "tcp6", "udp", "udp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    listening = {row[1] for row in rows if row[9] in inodes and row[3] in ("0A", "07")}
    loopback = f"0100007F:{database.directory.port():04X}"
    assert listening == {loopback}
    unix = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()[1:]]
    assert not [row for row in unix if row[6] in inodes and len(row) > 7]


def test_without_the_key_nobody_gets_in(database: EmbeddedMongo) -> None:
    with MongoClient[dict[str, Any]]("127.0.0.1", database.directory.port(), directConnection=True) as stranger:
        for attempt in (
            lambda: stranger.list_database_names(),
            lambda: stranger.test.notes.find_one(),
            lambda: stranger.admin.command("createUser", "mallory", pwd="x", roles=["root"]),
        ):
            with pytest.raises(OperationFailure, match="requires authentication"):
                attempt()


def test_its_files_are_for_their_owner_only(database: EmbeddedMongo) -> None:
    directory = database.directory.path
    open_to_others = [path for path in (directory, *directory.rglob("*")) if path.lstat().st_mode & 0o077]
    assert directory / "data" / "WiredTiger" not in open_to_others
    assert directory / "key" in directory.iterdir()
    assert [path for path in open_to_others if path.parent == directory or path == directory] == []


def test_signals_for_the_whole_terminal_or_service_leave_it_to_the_server(database: EmbeddedMongo) -> None:
    keeper, mongod = pids(database)
    assert os.getsid(keeper) == os.getsid(mongod) == keeper
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        os.kill(keeper, number)
    with notes(database.uri) as collection:
        collection.insert_one({"after": "signals"})
    assert pids(database) == (keeper, mongod)
    assert runs(keeper)


def test_other_programs_attach_to_the_running_database(tmp_path: Path) -> None:
    assert running_uri(tmp_path) is None
    with server(SERVER, tmp_path) as (process, uri):
        assert running_uri(tmp_path) == uri
        process.kill()
        process.wait()
        assert eventually(lambda: running_uri(tmp_path) is None)


def test_a_second_server_is_told_who_uses_the_data(tmp_path: Path) -> None:
    with server(SERVER, tmp_path) as (process, uri):
        with pytest.raises(embedded_errors.DataDirLocked, match=f"process id {process.pid}:") as refusal:
            EmbeddedMongo(tmp_path).start()
        assert refusal.value.pid == process.pid
        with notes(uri) as collection:
            collection.insert_one({"still": "there"})


def test_what_was_acknowledged_survives_a_killed_mongod_and_clients_find_it_again(tmp_path: Path) -> None:
    with EmbeddedMongo(tmp_path) as running, notes(running.uri) as collection:
        for number in range(3):
            collection.insert_one({"_id": number})
            keeper, mongod = pids(running)
            os.kill(mongod, signal.SIGKILL)
            assert collection.count_documents({}) == number + 1
            assert eventually(lambda: pids(running)[1] != mongod)  # noqa: B023
            assert pids(running)[0] == keeper


def test_what_was_acknowledged_survives_a_killed_server(tmp_path: Path) -> None:
    with server(SERVER, tmp_path) as (process, uri):
        keeper, mongod = pids(EmbeddedMongo(tmp_path))
        with notes(uri) as collection:
            collection.insert_one({"_id": "kept"})
        process.kill()
        process.wait()
        steps: list[str] = []
        running = EmbeddedMongo(tmp_path)
        try:
            with notes(running.start(steps.append)) as collection:
                assert collection.find_one() == {"_id": "kept"}
        finally:
            running.stop()
    assert steps[0] == "Waiting for the last server's MongoDB to end"
    assert not runs(keeper)
    assert not runs(mongod)


def test_what_was_acknowledged_survives_a_killed_keeper(tmp_path: Path) -> None:
    running = EmbeddedMongo(tmp_path)
    with notes(running.start()) as collection:
        collection.insert_one({"_id": "kept"})
    keeper, mongod = pids(running)
    os.kill(keeper, signal.SIGKILL)
    assert eventually(lambda: not runs(mongod))
    running.stop()
    with running, notes(running.uri) as collection:
        assert collection.find_one() == {"_id": "kept"}


def test_the_database_outlives_a_killed_server_until_its_workers_have_drained(tmp_path: Path) -> None:
    with server(SERVER_WITH_A_WORKER, tmp_path) as (process, uri):
        assert process.stdin is not None
        keeper, mongod = pids(EmbeddedMongo(tmp_path))
        process.kill()
        process.wait()
        with notes(uri) as collection:
            collection.insert_one({"from": "a draining worker"})
        assert runs(keeper)
        process.stdin.close()
        assert eventually(lambda: not runs(mongod) and not runs(keeper))


def test_nothing_runs_after_a_stop(tmp_path: Path) -> None:
    running = EmbeddedMongo(tmp_path)
    running.stop()
    running.start()
    keeper, mongod = pids(running)
    running.stop()
    running.stop()
    assert not runs(keeper)
    assert not runs(mongod)
    assert not running.directory.is_locked()


@contextmanager
def another_program(port: int) -> Iterator[None]:
    """Listen, and hang up on everybody who calls."""
    listener = socket.create_server(("127.0.0.1", port))

    def hang_up() -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            caller.close()

    thread = threading.Thread(target=hang_up)
    thread.start()
    try:
        yield
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def test_a_taken_port_is_left_for_another_and_the_data_stays(tmp_path: Path) -> None:
    running = EmbeddedMongo(tmp_path)
    with running, notes(running.uri) as collection:
        collection.insert_one({"_id": "kept"})
    first = running.directory.port()
    assert first is not None
    with another_program(first), running:
        second = running.directory.port()
        assert second != first
        with notes(running.uri) as collection:
            assert collection.find_one() == {"_id": "kept"}
    with running:
        assert running.directory.port() == second


def test_a_lost_key_is_replaced_and_the_data_stays(tmp_path: Path) -> None:
    running = EmbeddedMongo(tmp_path)
    with running, notes(running.uri) as collection:
        collection.insert_one({"_id": "kept"})
    lost = running.uri
    running.directory.key_file.unlink()
    with running, notes(running.uri) as collection:
        assert running.uri != lost
        assert collection.find_one() == {"_id": "kept"}


def test_a_damaged_database_is_reported_with_its_log(tmp_path: Path) -> None:
    running = EmbeddedMongo(tmp_path)
    running.directory.make()
    (running.directory.data / "storage.bson").write_bytes(b"not what it was")
    with pytest.raises(embedded_errors.StartFailed, match="Unable to read the storage engine metadata") as failure:
        running.start()
    assert str(running.directory.log) in str(failure.value)
    assert not running.directory.is_locked()


@pytest.mark.parametrize(
    ("behaviour", "kind", "advice"),
    [
        (
            "echo 'mongod: error while loading shared libraries: libcurl.so.4: cannot open shared object file: "
            "No such file or directory' >&2; exit 127",
            embedded_errors.LibraryMissing,
            "needs libcurl.so.4: apt-get install libcurl4, or set MONGODB_URI",
        ),
        (
            "echo 'mongod: error while loading shared libraries: libssl.so.3: cannot open shared object file: "
            "No such file or directory' >&2; exit 127",
            embedded_errors.LibraryMissing,
            "install the package with libssl.so.3",
        ),
        ("kill -ILL $$", embedded_errors.ProcessorTooOld, "AVX"),
        (
            """echo '{"s":"E","c":"CONTROL","msg":"DBException in initAndListen, terminating","attr":"""
            """{"error":"UnknownError: 28: No space left on device"}}'; exit 100""",
            embedded_errors.DiskFull,
            "disk is full",
        ),
        (
            """echo '{"s":"E","msg":"Failed to set up listener","attr":{"error":{"errmsg":"Address already in """
            """use"}}}'; exit 48""",
            embedded_errors.PortTaken,
            "start again",
        ),
        (
            """echo '{"s":"E","msg":"DBException in initAndListen, terminating","attr":{"error":"DBPathInUse: """
            """Unable to lock the lock file"}}'; exit 100""",
            embedded_errors.DataDirLocked,
            "in use by a MongoDB",
        ),
        (
            """echo '{"s":"F","msg":"UPGRADE PROBLEM: Found an invalid featureCompatibilityVersion"}'; exit 62""",
            embedded_errors.DataIncompatible,
            "another version of MongoDB",
        ),
        ("echo odd >&2; exit 3", embedded_errors.StartFailed, "ended at once: odd: see"),
        ("exit 3", embedded_errors.StartFailed, "exit status 3"),
        ("exec sleep 60", embedded_errors.StartTimedOut, "not ready after 1 s"),
    ],
)
def test_a_mongod_that_does_not_start_is_explained_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behaviour: str, kind: type[EmbeddedMongoError], advice: str
) -> None:
    mongod = tmp_path / "bin" / "mongod"
    mongod.parent.mkdir()
    mongod.write_text(f"#!/bin/sh\n{behaviour}\n")
    mongod.chmod(0o755)
    monkeypatch.setenv("PATH", f"{mongod.parent}:{os.environ['PATH']}")
    running = EmbeddedMongo(tmp_path, start_timeout=1)
    with pytest.raises(kind) as failure:
        running.start()
    assert advice in str(failure.value)
    assert "\n" not in str(failure.value)
    assert not running.directory.is_locked()


def test_a_platform_without_a_mongod_hears_the_two_things_that_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "fiftyone", raising=False)
    with pytest.raises(embedded_errors.MongodNotFound, match="`mongod` is on PATH, or set MONGODB_URI"):
        EmbeddedMongo(tmp_path).start()


def test_a_nearly_full_disk_is_refused_before_it_hurts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "LEAST_FREE", shutil.disk_usage(tmp_path).total)
    with pytest.raises(embedded_errors.DiskFull, match=str(tmp_path)):
        EmbeddedMongo(tmp_path).start()


def test_a_data_directory_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedMongoError, match=f"{tmp_path}/file/mongo.* cannot be used: Not a directory"):
        EmbeddedMongo(tmp_path / "file").start()


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.EACCES, embedded_errors.DataDirForbidden),
        (errno.EROFS, embedded_errors.DataDirForbidden),
        (errno.ENOSPC, embedded_errors.DiskFull),
    ],
)
def test_what_the_file_system_refuses_is_named_with_its_path(number: int, kind: type[EmbeddedMongoError]) -> None:
    refusal = embedded_errors.from_os_error(OSError(number, "no", "/srv/data"), Path("/elsewhere"))
    assert type(refusal) is kind
    assert "/srv/data" in str(refusal)


@contextmanager
def keeper_of(behaviour: str, directory: Path) -> Iterator[subprocess.Popen[bytes]]:
    log = directory / "mongod.log"
    with (
        log.open("ab") as output,
        (directory / "lock").open("w") as lock,
        subprocess.Popen(
            [sys.executable, embedded_keeper.__file__, directory, str(lock.fileno()), "/bin/sh", "-c", behaviour],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            pass_fds=(lock.fileno(),),
        ) as keeper,
    ):
        try:
            yield keeper
        finally:
            assert keeper.stdin is not None
            keeper.stdin.close()
            assert keeper.wait(10) == 0


def test_the_log_is_moved_aside_when_it_has_grown_too_long(tmp_path: Path) -> None:
    log = tmp_path / "mongod.log"
    excess = embedded_keeper.LOG_LIMIT + 1
    with keeper_of(f"head -c {excess} /dev/zero; echo on; exec sleep 60", tmp_path) as keeper:
        assert eventually(lambda: log.stat().st_size > excess)

        def is_cut() -> bool:
            os.kill(keeper.pid, signal.SIGHUP)  # any signal makes the keeper look around
            return log.stat().st_size == 0

        assert eventually(is_cut)
    assert log.with_suffix(".log.1").stat().st_size > excess


def test_a_mongod_that_keeps_failing_is_tried_again_with_growing_delays(tmp_path: Path) -> None:
    times = tmp_path / "times"
    with keeper_of(f"date +%s.%N >> {times}", tmp_path):
        assert eventually(lambda: times.exists() and len(times.read_text().split()) >= 4)
    moments = [float(moment) for moment in times.read_text().split()]
    delays = [later - earlier for earlier, later in zip(moments, moments[1:], strict=False)]
    assert delays[0] >= embedded_keeper.FIRST_DELAY
    assert delays[1] >= 2 * embedded_keeper.FIRST_DELAY
    assert delays[2] >= 4 * embedded_keeper.FIRST_DELAY
    assert not (tmp_path / "running.json").exists()


def test_a_mongod_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_keeper, "STOP_SECONDS", 0.1)
    stubborn = "trap '' TERM; echo ready; while :; do sleep 0.05; done"
    with subprocess.Popen(["/bin/sh", "-c", stubborn], stdout=subprocess.PIPE) as mongod:
        assert mongod.stdout is not None
        mongod.stdout.readline()
        embedded_keeper.stop(mongod)
        assert mongod.returncode == -signal.SIGKILL
