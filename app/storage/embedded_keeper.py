"""Keep one mongod running for as long as the server that started this program lives.

    python embedded_keeper.py DIRECTORY LOCK_FD MONGOD [ARGUMENT ...]

Standard input is the read end of a pipe whose write end the server holds. The kernel closes that end
however the server ends, `kill -9` included; whatever arrives, a byte or the end, means: stop the mongod and
go. Processes that the server forks (gunicorn's workers) hold the write end as well, so the database
outlives their drain. Standard output and error are the log file, opened for appending, and they are the
mongod's as well.

The mongod may not outlive this program either: Linux sends it SIGTERM when this program dies. A mongod that
ends by itself is started again on the same port, so that clients find it again. LOCK_FD is the locked lock
file; it is handed on to the mongod, and so stays locked until the last process that can touch the data is
gone.

Run by path with `python -I -S`: standard library only.
"""

import contextlib
import ctypes
import json
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

SERVER_PIPE = 0
LOG = 1
STOP_SECONDS = 30.0
SETTLED_SECONDS = 10.0
FIRST_DELAY, LONGEST_DELAY = 0.25, 5.0
LOG_CHECK_SECONDS = 30.0
LOG_LIMIT = 16 * 2**20
PR_SET_PDEATHSIG = 1


class Keeper:
    """One mongod, started as often as it ends, until the server's pipe says that it is over."""

    def __init__(self, directory: Path, lock_fd: int, command: list[str]) -> None:
        self.directory = directory
        self.lock_fd = lock_fd
        self.command = command
        self.exits = 0
        self.last_status: int | None = None
        self.bell = hang_up_bell()

    def run(self) -> None:
        """Start the mongod, and again after a growing delay when it ends soon, until the server is gone."""
        delay = 0.0
        while not readable([SERVER_PIPE], delay):
            began = time.monotonic()
            mongod = self.launch()
            if mongod is not None and self.outlives_server(mongod):
                break
            self.exits += 1
            self.last_status = None if mongod is None else mongod.returncode
            self.describe(None)
            settled = time.monotonic() - began > SETTLED_SECONDS
            delay = 0.0 if settled else min(max(2 * delay, FIRST_DELAY), LONGEST_DELAY)
        with contextlib.suppress(OSError):
            (self.directory / "running.json").unlink(missing_ok=True)

    def launch(self) -> subprocess.Popen[bytes] | None:
        """Start the mongod; None when there is no starting it, the reason being in the log then."""
        try:
            mongod = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, pass_fds=(self.lock_fd,), preexec_fn=die_with_keeper()
            )
        except (OSError, subprocess.SubprocessError) as error:
            sys.stderr.write(f"{error}\n")
            return None
        self.describe(mongod.pid)
        return mongod

    def outlives_server(self, mongod: subprocess.Popen[bytes]) -> bool:
        """Wait until the mongod ends by itself (False), or stop it when the server is gone (True)."""
        while mongod.poll() is None:
            ready = readable([SERVER_PIPE, self.bell], LOG_CHECK_SECONDS)
            if SERVER_PIPE in ready:
                stop(mongod)
                return True
            if self.bell in ready:
                os.read(self.bell, 4096)
            self.bound_log()
        return False

    def bound_log(self) -> None:
        """Move a log that grew too long aside; everybody appends, so it may be cut under their hands."""
        with contextlib.suppress(OSError):  # a full disk is no reason to let the database go
            if os.fstat(LOG).st_size > LOG_LIMIT:
                log = self.directory / "mongod.log"
                shutil.copyfile(log, log.with_suffix(".log.1"))
                os.truncate(log, 0)

    def describe(self, mongod: int | None) -> None:
        """Write down who runs, for the server that waits and for whoever looks for the mongod."""
        state = {
            "keeper": os.getpid(),
            "mongod": mongod,
            "exits": self.exits,
            "last_status": self.last_status,
        }
        new = self.directory / "running.new"
        with contextlib.suppress(OSError):  # as above
            new.write_text(json.dumps(state))
            os.replace(new, self.directory / "running.json")


def readable(descriptors: list[int], seconds: float) -> list[int]:
    """Wait until one of the descriptors can be read or the time has passed."""
    return select.select(descriptors, [], [], seconds)[0]


def hang_up_bell() -> int:
    """Return a descriptor that gets readable at every signal, a child's end included; none kills from here on.

    A service manager that signals every process of a service at once must not take the database away from a
    server that still drains: only the server's pipe decides.
    """

    def ignore(number: int, frame: FrameType | None) -> None:
        """Do nothing; a handler, unlike SIG_IGN, is not handed down to the mongod."""

    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, ignore)
    return reader


def die_with_keeper() -> Callable[[], None] | None:
    """Return what the child does before it becomes the mongod, so that it ends when the keeper is killed."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    keeper = os.getpid()

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
        if os.getppid() != keeper:  # it died before the question was put
            os._exit(1)

    return ask


def stop(mongod: subprocess.Popen[bytes]) -> None:
    """End the mongod cleanly, or by force when that takes too long."""
    mongod.terminate()
    try:
        mongod.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        mongod.kill()
        mongod.wait()


def main() -> None:
    os.umask(0o077)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):  # a mongod takes many
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    directory, lock_fd, *command = sys.argv[1:]
    Keeper(Path(directory), int(lock_fd), command).run()


if __name__ == "__main__":
    main()
