"""DATA_DIR/mongo: what lies in it, who may use it, and since when.

For its owner only: `data`, the database; `lock`, locked as long as any process can touch the data, with the
process id of the server in it; `key`, the only secret; `port`, the port to try first; `running.json`, who
runs; `mongod.log` and the one before it.
"""

import fcntl
import json
import os
import random
import secrets
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from app.storage.embedded_errors import DataDirLocked

# Below the ports that systems lend to outgoing connections, so that nobody takes one between stop and start.
PORTS = range(20000, 32768)
KEY_BYTES = 32
POLL_SECONDS = 0.05


class MongoDirectory:
    """The files of one DATA_DIR/mongo; absolute, for the mongod outlives changes of the working directory."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir.resolve() / "mongo"
        self.data = self.path / "data"
        self.log = self.path / "mongod.log"
        self.key_file = self.path / "key"
        self.port_file = self.path / "port"
        self.lock_file = self.path / "lock"
        self.state_file = self.path / "running.json"

    def make(self) -> None:
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.chmod(0o700)

    def lock(self, patience: float, waiting: Callable[[], None]) -> int:
        """Return the descriptor of the lock file, locked; call `waiting` once if the last server's mongod still ends.

        Raises DataDirLocked at once when a living server holds it, or after `patience` seconds.
        """
        descriptor = os.open(self.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + patience
        told = False
        while not try_lock(descriptor, fcntl.LOCK_EX):
            owner = self.owner()
            if owner is not None or time.monotonic() > deadline:
                os.close(descriptor)
                raise DataDirLocked(self.path, owner)
            if not told:
                waiting()
                told = True
            time.sleep(POLL_SECONDS)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "began": beginning(os.getpid())}).encode(), 0)
        return descriptor

    def owner(self) -> int | None:
        """Return the process id of the server that locked the directory last, None when it is no more."""
        note = read_json(self.lock_file)
        pid = note.get("pid")
        if isinstance(pid, int) and is_alive(pid) and beginning(pid) == note.get("began"):
            return pid
        return None

    def is_locked(self) -> bool:
        try:
            descriptor = os.open(self.lock_file, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            return not try_lock(descriptor, fcntl.LOCK_SH)
        finally:
            os.close(descriptor)

    def new_log(self) -> BinaryIO:
        """Open an empty log for appending; the one before it stays for whoever looks into a crash."""
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        return os.fdopen(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")

    def state(self) -> dict[str, object]:
        """Return what the keeper wrote down last, empty when none runs."""
        return read_json(self.state_file)

    def key(self) -> str | None:
        """Return the secret, None when there is none (any more)."""
        try:
            key = self.key_file.read_text()
        except FileNotFoundError:
            return None
        return key if len(key) == 2 * KEY_BYTES else None

    def key_made_if_missing(self) -> str:
        key = self.key()
        if key is None:
            key = secrets.token_hex(KEY_BYTES)
            replace(self.key_file, key)
        self.key_file.chmod(0o600)  # a mongod refuses a key that others may read, as a copied one may be
        return key

    def port(self) -> int | None:
        try:
            return int(self.port_file.read_text())
        except (FileNotFoundError, ValueError):
            return None

    def free_port(self) -> int:
        """Return last time's port if it is free, else another that is."""
        last = self.port()
        if last is not None and is_free(last):
            return last
        return next(port for port in random.sample(PORTS, len(PORTS)) if is_free(port))

    def keep_port(self, port: int) -> None:
        if port != self.port():
            replace(self.port_file, str(port))


def try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the mongod does
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def beginning(pid: int) -> str | None:
    """Return when a process began, to tell it from a later one with the same id; None where /proc is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except FileNotFoundError:
        return None


def read_json(path: Path) -> dict[str, object]:
    try:
        value = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def replace(path: Path, text: str) -> None:
    """Write a file for its owner only, whole or not at all."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    new.replace(path)
