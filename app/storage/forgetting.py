"""Take a person's name and tags out of what is kept of an account that is gone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pymongo
from pymongo import UpdateOne

from app.domain.roles import Role
from app.storage.audit import MASK
from app.storage.collection import Collection
from app.storage.database import Storage
from app.storage.users import User

_NOTHING = "{}"
_AT_A_TIME = 1000
# All that is kept is looked through, which takes its time where years are kept.
_SECONDS = 120


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
    def words(self) -> dict[str, str]:
        """Return what stands for the account's tags from now on, wherever they are written."""
        return dict.fromkeys(self.id_tags, self.pseudonym.upper())

    @property
    def key(self) -> str:
        """Return what the account is called in the audit log from now on."""
        return self.user.user_id if self.served else self.pseudonym


def forget(storage: Storage, gone: Gone) -> None:
    """Take the account's name and tags out of everything that is kept; done twice it does no harm."""
    with pymongo.timeout(_SECONDS):
        _forget_commands(storage, gone)
        forget_in_books(storage, gone)
        for collection, fields in (
            (storage.commands, ("payload", "response", "error")),
            (storage.command_batches, ("payload",)),
            (storage.quarantine, ("payload",)),
        ):
            _replace(collection, fields, gone.words)
        _forget_in_audit_log(storage, gone)
        storage.unknown_tags.forget(gone.id_tags)
        for own in (storage.vehicles, storage.favourites):
            own.documents.delete_many({"username": {"$eq": gone.user.username}})


def forget_in_books(storage: Storage, gone: Gone) -> None:
    """Take the account's name and tags out of sessions and reservations alone."""
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


def _forget_commands(storage: Storage, gone: Gone) -> None:
    """Forget who sent what he sent for himself, and in the audit log, too; a user sends nothing else."""
    mine = {"requested_by": {"$eq": gone.user.username}}
    if not gone.served:
        storage.commands.documents.update_many(mine, {"$set": {"requested_by": gone.pseudonym}})
        return
    by_name = {"username": {"$eq": gone.user.username}}
    own: dict[str, set[object]] = {
        "idTag": set(gone.id_tags),
        "transactionId": set(storage.sessions.documents.distinct("transaction_id", by_name)),
        "reservationId": set(storage.reservations.documents.distinct("_id", by_name)),
    }
    his: list[object] = []
    for command in storage.commands.documents.find(mine, {"payload": 1}):
        payload = orjson.loads(command["payload"])
        if any(payload.get(field) in values for field, values in own.items()):
            his.append(command["_id"])
    for begin in range(0, len(his), _AT_A_TIME):
        some = {"$in": his[begin : begin + _AT_A_TIME]}
        storage.commands.documents.update_many({"_id": some}, {"$set": {"requested_by": gone.pseudonym}})
    his += storage.sessions.documents.distinct("_id", by_name)
    for begin in range(0, len(his), _AT_A_TIME):
        told = {"kind": {"$in": ["command", "session"]}, "key": {"$in": his[begin : begin + _AT_A_TIME]}}
        storage.audit.documents.update_many({**told, "username": {"$eq": gone.user.username}}, _by_nobody(gone))


def _forget_in_audit_log(storage: Storage, gone: Gone) -> None:
    log, name = storage.audit.documents, gone.user.username
    emptied = {"before": _NOTHING, "after": _NOTHING}
    vehicles = storage.vehicles.documents.distinct("_id", {"username": {"$eq": name}})
    log.update_many({"kind": "user", "key": gone.user.user_id}, {"$set": {**emptied, "key": gone.key}})
    tagged = {"kind": {"$in": ["id_tag", "unknown_id_tag"]}, "key": {"$in": gone.id_tags}}
    log.update_many(tagged, {"$set": {**emptied, "key": MASK}})
    log.update_many({"kind": "vehicle", "key": {"$in": vehicles}}, {"$set": emptied})
    log.update_many({"kind": "favourite", "username": {"$eq": name}}, {"$set": emptied})
    if not gone.served:
        log.update_many({"username": {"$eq": name}}, _by_nobody(gone))
    _replace(storage.audit, ("before", "after"), {name: gone.pseudonym} | gone.words)


def _by_nobody(gone: Gone) -> dict[str, Any]:
    """Return what takes from a line of the audit log who it was, from where, and what he did."""
    return {"$set": {"before": _NOTHING, "after": _NOTHING, "username": gone.pseudonym, "address": ""}}


def _replace(collection: Collection[Any], fields: Sequence[str], words: Mapping[str, str]) -> None:
    """Put other words in the place of these, in whatever letters, where they are values in JSON texts."""
    if not words:
        return
    others = {}
    for word, other in words.items():
        # A text in a text has its quotes escaped, and what is escaped is so twice.
        for _ in range(2):
            word = orjson.dumps(word).decode()[1:-1]
            others[word.casefold()] = other
    values = rf'(?<=")({"|".join(map(re.escape, others))})(?=\\*")'
    in_python = re.compile(values, re.IGNORECASE)
    naming = {"$or": [{field: {"$regex": values, "$options": "i"}} for field in fields]}
    changes = []
    for document in collection.documents.find(naming, dict.fromkeys(fields, 1)):
        replaced = {
            field: in_python.sub(lambda found: others[found[1].casefold()], document[field])
            for field in fields
            if document.get(field)
        }
        changes.append(UpdateOne({"_id": document["_id"]}, {"$set": replaced}))
    for begin in range(0, len(changes), _AT_A_TIME):
        collection.documents.bulk_write(changes[begin : begin + _AT_A_TIME], ordered=False)
