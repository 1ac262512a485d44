"""Make a fresh or a moved mongod the writable primary of a replica set of one, for the key's holder only.

Transactions, change streams and `w=majority` need a replica set. The mongod's own account `__system`, whose
password is the key file's content, exists from the first moment on, so the database is never open to
another local user, and a lost key heals itself: the next one sets the application's password anew.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pymongo import MongoClient
from pymongo.errors import AutoReconnect, OperationFailure

NAME = "chargebridge"
NOT_YET_INITIALIZED = 94
AUTHENTICATION_FAILED = 18
USER_NOT_FOUND = 11
POLL_SECONDS = 0.01

Document = dict[str, Any]


def uri_of(port: int, key: str) -> str:
    """Return the URI for the application: by the replica set's name, so that clients wait out a restart."""
    return f"mongodb://{NAME}:{key}@127.0.0.1:{port}/?replicaSet={NAME}"


def make_primary(port: int, key: str, deadline: float) -> None:
    """Initiate the replica set, or move it to this port; return when the application may log in and write.

    `deadline` is of `time.monotonic()`. Raises TimeoutError, PyMongoError.
    """
    here = f"127.0.0.1:{port}"
    with system_client(port, key) as client:
        # Asked of the disk, for a mongod that just started does not know its set yet and says that there is none.
        stored = client.local["system.replset"].find_one()
        if stored is None:
            client.admin.command("replSetInitiate", {"_id": NAME, "members": [{"_id": 0, "host": here}]})
        elif stored["members"][0]["host"] != here:
            move(client, here, deadline)
        for _ in until(deadline):
            if is_primary(client):
                break
        if not may_log_in(port, key):
            set_password(client, key)


@contextmanager
def system_client(port: int, key: str) -> Iterator[MongoClient[Document]]:
    with MongoClient[Document](
        "127.0.0.1",
        port,
        directConnection=True,
        username="__system",
        password=key,
        authSource="local",
        serverSelectionTimeoutMS=5000,
        socketTimeoutMS=20000,
    ) as client:
        yield client


def move(client: MongoClient[Document], here: str, deadline: float) -> None:
    """Make this address the only member's, once the mongod has learnt that nobody answers for it at the old one.

    The change is forced, for a set that does not recognise itself in its only member has no primary to ask. A
    program at the old address that listens but keeps silent delays the mongod by half a minute.
    """
    for _ in until(deadline):
        try:
            config = client.admin.command("replSetGetConfig")["config"]
            if config["members"][0]["host"] == here:
                return
            config["members"][0]["host"] = here
            config["version"] += 1
            client.admin.command("replSetReconfig", config, force=True)
        except AutoReconnect:  # changes of state cut connections
            continue
        except OperationFailure as error:
            if error.code != NOT_YET_INITIALIZED:
                raise


def is_primary(client: MongoClient[Document]) -> bool:
    try:
        return bool(client.admin.command("hello")["isWritablePrimary"])
    except AutoReconnect:  # as above
        return False


def may_log_in(port: int, key: str) -> bool:
    """Whether the URI works, tried with exactly the URI that the application gets."""
    with MongoClient[Document](uri_of(port, key), serverSelectionTimeoutMS=5000) as client:
        try:
            client.admin.command("ping")
        except OperationFailure as error:
            if error.code == AUTHENTICATION_FAILED:
                return False
            raise
    return True


def set_password(client: MongoClient[Document], key: str) -> None:
    try:
        client.admin.command("updateUser", NAME, pwd=key)
    except OperationFailure as error:
        if error.code != USER_NOT_FOUND:
            raise
        client.admin.command("createUser", NAME, pwd=key, roles=["root"])


def until(deadline: float) -> Iterator[None]:
    """Turn round and round, with a short rest between, until the deadline raises TimeoutError."""
    while time.monotonic() < deadline:
        yield
        time.sleep(POLL_SECONDS)
    raise TimeoutError
