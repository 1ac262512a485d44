"""The embedded MongoDB: a real mongod, private to one DATA_DIR, living as long as the server that starts it.

`embedded_directory.py` says what lies on the disk, `embedded_keeper.py` who ends when, `embedded_errors.py`
what can go wrong.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from app.storage import embedded_keeper
from app.storage.embedded_directory import MongoDirectory
from app.storage.embedded_errors import (
    DiskFull,
    EmbeddedMongoError,
    StartFailed,
    StartTimedOut,
    from_log,
    from_os_error,
    last_words,
)
from app.storage.embedded_mongod import command, find_mongod
from app.storage.embedded_replica_set import make_primary, until, uri_of

__all__ = ["EmbeddedMongo", "EmbeddedMongoError", "running_uri"]

# In bytes: a mongod ends abruptly when the disk is full, so it does not begin close to that.
LEAST_FREE = 64 * 2**20
# A mongod may need its keeper's whole patience to end.
ENDING_SECONDS = embedded_keeper.STOP_SECONDS + 5


class EmbeddedMongo:
    """A mongod that `start` (or `with`) starts and `stop` ends; so does the end of this process, however it comes.

    Keep the object: the database ends when it is garbage. A process forked from this one keeps the database
    alive but may not end it, `stop` does nothing there. `start_timeout` is in seconds and covers the replay of
    the journal; `cache_gb` is WiredTiger's cache in GB.
    """

    def __init__(self, data_dir: Path, *, start_timeout: float = 120.0, cache_gb: float = 0.5) -> None:
        self.directory = MongoDirectory(data_dir)
        self.start_timeout = start_timeout
        self.cache_gb = cache_gb
        self.uri = ""
        self._server = 0
        self._keeper: subprocess.Popen[bytes] | None = None

    def start(self, progress: Callable[[str], None] | None = None) -> str:
        """Return the URI of the writable primary; `progress` gets a line for people at each longer step.

        Raises EmbeddedMongoError.
        """
        mongod = find_mongod()
        say = progress or (lambda _: None)
        try:
            self.directory.make()
            if shutil.disk_usage(self.directory.path).free < LEAST_FREE:
                raise DiskFull(self.directory.path)
            lock = self.directory.lock(ENDING_SECONDS, lambda: say("Waiting for the last server's MongoDB to end"))
            try:
                say(f"Starting MongoDB in {self.directory.path}")
                self.uri = self._start(mongod, lock)
            except BaseException:
                self._end_keeper()
                raise
            finally:
                os.close(lock)  # the keeper and the mongod hold it on
        except OSError as error:
            raise from_os_error(error, self.directory.path) from error
        return self.uri

    def stop(self) -> None:
        """End the database; return when nothing can touch its data any more."""
        if not self._end_keeper():
            return
        deadline = time.monotonic() + ENDING_SECONDS
        while self.directory.is_locked() and time.monotonic() < deadline:  # by the mongod of a killed keeper
            time.sleep(0.01)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start(self, mongod: Path, lock: int) -> str:
        deadline = time.monotonic() + self.start_timeout
        key = self.directory.key_made_if_missing()
        port = self.directory.free_port()
        self._launch_keeper(command(mongod, self.directory, port, self.cache_gb), lock)
        try:
            self._wait_until_listening(port, deadline)
            make_primary(port, key, deadline)
        except TimeoutError as error:
            raise StartTimedOut(self.start_timeout, last_words(self.directory.log), self.directory.log) from error
        except PyMongoError as error:
            self._raise_if_ended()
            raise StartFailed(str(error).partition(", full error")[0], self.directory.log) from error
        self.directory.keep_port(port)
        return uri_of(port, key)

    def _launch_keeper(self, mongod_command: list[str], lock: int) -> None:
        self._server = os.getpid()
        self.directory.state_file.unlink(missing_ok=True)
        with self.directory.new_log() as log:
            self._keeper = subprocess.Popen(
                [
                    sys.executable,
                    "-I",
                    "-S",
                    embedded_keeper.__file__,
                    self.directory.path,
                    str(lock),
                    *mongod_command,
                ],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                bufsize=0,
                pass_fds=(lock,),
                cwd=self.directory.path,
                start_new_session=True,  # Ctrl-C is for the server, which drains first
            )

    def _wait_until_listening(self, port: int, deadline: float) -> None:
        for _ in until(deadline):
            self._raise_if_ended()
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return

    def _raise_if_ended(self) -> None:
        state = self.directory.state()
        if state.get("exits") or self._keeper is None or self._keeper.poll() is not None:
            status = state.get("last_status")
            raise from_log(self.directory.log, status if isinstance(status, int) else None)

    def _end_keeper(self) -> bool:
        """End the keeper, which ends the mongod first; False in a process that has none of its own."""
        keeper = self._keeper
        if keeper is None or os.getpid() != self._server:
            return False
        self._keeper = None
        assert keeper.stdin is not None
        try:
            keeper.stdin.write(b".")  # closing alone says nothing while a forked process holds the pipe, too
        except BrokenPipeError:
            pass  # the keeper was killed
        finally:
            keeper.stdin.close()
        try:
            keeper.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            keeper.kill()
            keeper.wait()
        return True


def running_uri(data_dir: Path) -> str | None:
    """Return the URI of the embedded MongoDB that a running server has on this DATA_DIR, if any.

    It was asked, not only looked up: a writable primary answered within three seconds. Raises
    EmbeddedMongoError when this user may not look.
    """
    directory = MongoDirectory(data_dir)
    try:
        port, key = directory.port(), directory.key()
        if port is None or key is None or not directory.is_locked():
            return None
    except OSError as error:
        raise from_os_error(error, directory.path) from error
    uri = uri_of(port, key)
    with MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=3000, connectTimeoutMS=3000) as client:
        try:
            client.admin.command("ping")
        except PyMongoError:
            return None
    return uri
