"""What can keep the embedded MongoDB from running, each said in one line that tells what helps.

EmbeddedMongoError
├── MongodNotFound       there is no mongod to run
├── LibraryMissing       the mongod lacks a shared library
├── ProcessorTooOld      the mongod needs instructions that this processor does not have
├── DataDirLocked        another server runs, or still stops, on the same data directory
├── DataDirForbidden     the data directory may not be read or written
├── DiskFull             no room where the data directory is
├── PortTaken            somebody else took the port between choosing and using it
├── DataIncompatible     the data was written by another version of MongoDB
├── StartFailed          the mongod ended for another reason
└── StartTimedOut        the mongod runs but did not get ready in time
"""

import errno
import json
import re
import signal
from collections.abc import Callable
from pathlib import Path

TAIL_BYTES = 65536


class EmbeddedMongoError(Exception):
    """The embedded MongoDB cannot run."""


class MongodNotFound(EmbeddedMongoError):
    def __init__(self) -> None:
        super().__init__(
            "there is no embedded MongoDB for this platform: "
            "install MongoDB so that `mongod` is on PATH, or set MONGODB_URI"
        )


class LibraryMissing(EmbeddedMongoError):
    """`library` is the file name the dynamic linker asked for."""

    def __init__(self, library: str) -> None:
        helps = "apt-get install libcurl4" if library == "libcurl.so.4" else f"install the package with {library}"
        super().__init__(f"the embedded MongoDB needs {library}: {helps}, or set MONGODB_URI")
        self.library = library


class ProcessorTooOld(EmbeddedMongoError):
    def __init__(self) -> None:
        super().__init__(
            "this processor lacks instructions (AVX) that the embedded MongoDB needs: set MONGODB_URI instead"
        )


class DataDirLocked(EmbeddedMongoError):
    """`pid` is the server that uses the data directory, None when that is gone, or unknown (another container's)."""

    def __init__(self, directory: Path, pid: int | None) -> None:
        holder = "a MongoDB of unknown origin" if pid is None else f"the running server with process id {pid}"
        super().__init__(f"{directory} is in use by {holder}: stop it, or set another DATA_DIR")
        self.pid = pid


class DataDirForbidden(EmbeddedMongoError):
    def __init__(self, path: Path | str) -> None:
        super().__init__(f"{path} may not be read or written by this user: change its owner, or set another DATA_DIR")


class DiskFull(EmbeddedMongoError):
    def __init__(self, path: Path | str) -> None:
        super().__init__(f"the disk is full: make room at {path}, or set another DATA_DIR")


class PortTaken(EmbeddedMongoError):
    def __init__(self, log: Path) -> None:
        super().__init__(f"another program took the embedded MongoDB's port just now: start again, or see {log}")


class DataIncompatible(EmbeddedMongoError):
    def __init__(self, log: Path) -> None:
        super().__init__(
            "the data was written by another version of MongoDB than the mongod found: "
            f"run that version, or migrate the data: see {log}"
        )


class StartFailed(EmbeddedMongoError):
    def __init__(self, meaning: str, log: Path) -> None:
        super().__init__(f"the embedded MongoDB ended at once: {meaning}: see {log}")


class StartTimedOut(EmbeddedMongoError):
    def __init__(self, seconds: float, meaning: str, log: Path) -> None:
        super().__init__(
            f"the embedded MongoDB was not ready after {seconds:g} s; its last words: {meaning}: see {log}"
        )


def from_os_error(error: OSError, path: Path) -> EmbeddedMongoError:
    """Say what a refusal of the file system means."""
    where = error.filename or path
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(where)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return DataDirForbidden(where)
    return EmbeddedMongoError(f"{where} cannot be used: {error.strerror or error}")


# What a mongod (or the system that could not run it) writes, in the order to look for it.
MEANINGS: tuple[tuple[str, Callable[[Path], EmbeddedMongoError]], ...] = (
    ("No space left on device", lambda log: DiskFull(log.parent)),
    ("Disk quota exceeded", lambda log: DiskFull(log.parent)),
    ("Address already in use", PortTaken),
    ("DBPathInUse", lambda log: DataDirLocked(log.parent, None)),
    ("UPGRADE PROBLEM", DataIncompatible),
    ("Invalid featureCompatibilityVersion", DataIncompatible),
    ("too recent to start up on the existing data files", DataIncompatible),
    ("unsupported WiredTiger file version", DataIncompatible),
    ("Permission denied", lambda log: DataDirForbidden(log.parent)),
    ("Read-only file system", lambda log: DataDirForbidden(log.parent)),
)
LINKER = re.compile(r"error while loading shared libraries: ([^:]+): cannot open shared object file")


def from_log(log: Path, status: int | None) -> EmbeddedMongoError:
    """Say what the end of a mongod means, by its log and its exit status (negative: the signal that killed it)."""
    text = tail(log)
    if missing := LINKER.search(text):
        return LibraryMissing(missing[1])
    if status == -signal.SIGILL:
        return ProcessorTooOld()
    for words, meaning in MEANINGS:
        if words in text:
            return meaning(log)
    return StartFailed(last_words(log) or f"exit status {status}", log)


def last_words(log: Path) -> str:
    """Return the message of the last error a mongod logged, or else its last message."""
    messages: list[str] = []
    errors: list[str] = []
    for line in tail(log).splitlines():
        try:
            entry = json.loads(line)
            message = str(entry["msg"]).strip()
            detail = entry.get("attr", {}).get("error", "")
            if isinstance(detail, dict):
                detail = detail.get("errmsg", "")
            if detail:
                message = f"{message}: {detail}"
            # An assertion follows the error that it asserts, and says less.
            is_error = entry["s"] in ("E", "F") and entry["c"] != "ASSERT"
        except (ValueError, KeyError, TypeError, AttributeError):
            message, is_error = line.strip(), False
        if message:
            messages.append(message)
        if message and is_error:
            errors.append(message)
    return " ".join((errors or messages or [""])[-1].split())[:300]


def tail(log: Path) -> str:
    """Return the end of a log, empty when there is none."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL_BYTES))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""
