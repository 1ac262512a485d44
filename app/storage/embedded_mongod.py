"""Which mongod the embedded MongoDB is, and the options it runs with."""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

from app.storage.embedded_directory import MongoDirectory
from app.storage.embedded_errors import MongodNotFound
from app.storage.embedded_replica_set import NAME


def find_mongod() -> Path:
    """Return the mongod on PATH, or else the one of the wheel; raises MongodNotFound.

    The wheel's package is found without importing it: `fiftyone` may be the large application it is made for,
    which starts a database of its own when imported.
    """
    on_path = shutil.which("mongod")
    if on_path is not None:
        return Path(on_path)
    spec = find_spec("fiftyone")
    for place in (spec and spec.submodule_search_locations) or ():
        mongod = Path(place, "db", "bin", "mongod")
        if os.access(mongod, os.X_OK):
            return mongod
    raise MongodNotFound


def command(mongod: Path, directory: MongoDirectory, port: int, cache_gb: float) -> list[str]:
    """Return the command line: one address, no socket file, no way in without the key, little noise on the disk."""
    options = {
        "--dbpath": directory.data,
        "--port": port,
        "--bind_ip": "127.0.0.1",
        "--replSet": NAME,
        "--keyFile": directory.key_file,
        "--oplogSize": 512,
        "--wiredTigerCacheSizeGB": cache_gb,
        # 16 MiB of journal on the disk instead of 300; as fast.
        "--wiredTigerEngineConfigString": "log=(prealloc=false,file_max=16MB)",
    }
    parameters = ("enableLocalhostAuthBypass=false", "diagnosticDataCollectionEnabled=false")
    return [
        str(mongod),
        "--quiet",
        "--nounixsocket",
        *(str(word) for option in options.items() for word in option),
        *(word for parameter in parameters for word in ("--setParameter", parameter)),
    ]
