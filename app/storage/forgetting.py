"""Take a person's name and tags out of what is kept of an account that is gone."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson
from pymongo import UpdateOne

from app.domain.roles import Role
from app.storage.audit import MASK
from app.storage.collection import Document
from app.storage.database import Storage
from app.storage.users import User

_NOTHING = "{}"
_AT_A_TIME = 1000


@dataclass(frozen=True, slots=True)
class Gone:
    """An account that is deleted: everything it was called by, and the pseudonym that stands for it from now on.

    Of who was no mere user it stays written down what he did in service.
    """

    user: User
    id_tags: Sequence[str]
    pseudonym: str

    @property
    def served(self) -> bool:
        return self.user.role.at_least(Role.STAFF)

    @property
    def key(self) -> str:
        """Return what the account is called in the audit log from now on."""
        return self.user.user_id if self.served else self.pseudonym


def forget(storage: Storage, gone: Gone) -> None:
    """Take the account's name and tags out of everything that is kept; done twice it does no harm."""
    _forget_commands(storage, gone)
    name, tag = gone.user.username, gone.pseudonym.upper()
    for collection, names, tags in (
        (storage.sessions, ("username",), ("id_tag",)),
        (storage.reservations, ("username", "requested_by"), ("id_tag", "parent_id_tag")),
    ):
        for field in names:
            digest = {"$unset": {"request_digest": ""}}
            collection.documents.update_many({field: {"$eq": name}}, {"$set": {field: gone.pseudonym}, **digest})
        for field in tags:
            collection.documents.update_many({field: {"$in": gone.id_tags}}, {"$set": {field: tag}})
    if gone.id_tags:
        replaced = _replacing(("payload",), dict.fromkeys(gone.id_tags, tag))
        storage.quarantine.documents.update_many({"payload": _naming(gone.id_tags)}, replaced)
    _forget_in_audit_log(storage, gone)
    storage.vehicles.documents.delete_many({"username": {"$eq": name}})


def _forget_commands(storage: Storage, gone: Gone) -> None:
    """Forget who sent what he sent for himself; a user sends nothing else."""
    own: dict[str, set[object]] = {"idTag": set(gone.id_tags)}
    if gone.served:
        mine = {"username": {"$eq": gone.user.username}}
        own["transactionId"] = set(storage.sessions.documents.distinct("transaction_id", mine))
        own["reservationId"] = set(storage.reservations.documents.distinct("_id", mine))
    changes = []
    for command in storage.commands.documents.find({"requested_by": {"$eq": gone.user.username}}, {"payload": 1}):
        payload = orjson.loads(command["payload"])
        if gone.served and not any(payload.get(field) in values for field, values in own.items()):
            continue
        replaced = _replacing(("payload",), dict.fromkeys(gone.id_tags, gone.pseudonym.upper()))
        changes.append(UpdateOne({"_id": command["_id"]}, [{"$set": {"requested_by": gone.pseudonym}}, *replaced]))
    for begin in range(0, len(changes), _AT_A_TIME):
        storage.commands.documents.bulk_write(changes[begin : begin + _AT_A_TIME], ordered=False)


def _forget_in_audit_log(storage: Storage, gone: Gone) -> None:
    log, name = storage.audit.documents, gone.user.username
    emptied = {"before": _NOTHING, "after": _NOTHING}
    vehicles = storage.vehicles.documents.distinct("_id", {"username": {"$eq": name}})
    log.update_many({"kind": "user", "key": gone.user.user_id}, {"$set": {**emptied, "key": gone.key}})
    log.update_many({"kind": "id_tag", "key": {"$in": gone.id_tags}}, {"$set": {**emptied, "key": MASK}})
    log.update_many({"kind": "vehicle", "key": {"$in": vehicles}}, {"$set": emptied})
    if not gone.served:
        unknown = {**emptied, "username": gone.pseudonym, "address": ""}
        log.update_many({"username": {"$eq": name}}, {"$set": unknown})
    named = {name: gone.pseudonym} | dict.fromkeys(gone.id_tags, gone.pseudonym.upper())
    naming = _naming(named)
    log.update_many({"$or": [{"before": naming}, {"after": naming}]}, _replacing(("before", "after"), named))


def _naming(words: Iterable[str]) -> Document:
    """Return the condition that a JSON text has one of these as a value."""
    return {"$regex": "|".join(f'"{re.escape(word)}"' for word in words)}


def _replacing(fields: Sequence[str], words: dict[str, str]) -> list[Document]:
    """Return the update that puts other values in the place of these in JSON texts."""
    return [
        {"$set": {field: {"$replaceAll": {"input": f"${field}", "find": f'"{old}"', "replacement": f'"{new}"'}}}}
        for field in fields
        for old, new in words.items()
    ]
