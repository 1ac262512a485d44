"""Accounts and their logins."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from app.domain.roles import Role
from app.storage.audit import Audited
from app.storage.collection import Collection, Document


@dataclass(frozen=True, slots=True)
class User:
    """An account; `user_id` is the user name without regard to case, `username` as it was written."""

    user_id: str
    username: str
    password_hash: str
    role: Role
    id_tag: str
    email: str | None = None
    name: str | None = None
    language: str = "en"
    disabled: bool = False
    created_at: datetime | None = None


def user_key(username: str) -> str:
    """Return what an account is looked up by."""
    return username.casefold()


class Users(Audited[User]):
    called = "user"
    secret = frozenset({"password_hash"})
    name = "users"
    key = "user_id"
    kind = User
    readers = {"role": Role}
    indexes = (IndexModel([("id_tag", ASCENDING)]), IndexModel([("role", ASCENDING)]))

    @staticmethod
    def like(text: str) -> Document:
        """Return the filter for accounts with a text in user name, name or e-mail; for all when it is empty."""
        if not text:
            return {}
        found = {"$regex": re.escape(text).replace("\0", r"\x00"), "$options": "i"}
        return {"$or": [{name: found} for name in ("username", "name", "email")]}

    def disabled(self, usernames: Iterable[str]) -> set[str]:
        """Return the keys of those of some accounts that are disabled."""
        keys = [user_key(username) for username in usernames]
        return {user.user_id for user in self.find({"_id": {"$in": keys}, "disabled": True})}

    def of_ids(self, user_ids: Iterable[str]) -> list[User]:
        return self.find({"_id": {"$in": list(user_ids)}})

    def those(self, usernames: Iterable[str]) -> list[User]:
        return self.find({"_id": {"$in": [user_key(username) for username in usernames]}})

    def by_name(self, username: str) -> User | None:
        return self.get(user_key(username))

    def forget(self, user_id: str) -> None:
        """Delete an account without a word about what was in it."""
        self.documents.delete_one({"_id": {"$eq": user_id}})


@dataclass(frozen=True, slots=True)
class ReservedName:
    user_id: str


class ReservedNames(Collection[ReservedName]):
    """The names of deleted accounts that something is kept under, which a new owner would seem to have done."""

    name = "reserved_names"
    key = "user_id"
    kind = ReservedName

    def reserve(self, user_id: str) -> None:
        self.documents.replace_one({"_id": {"$eq": user_id}}, {"user_id": user_id}, upsert=True)


@dataclass(frozen=True, slots=True)
class Login:
    """One login and all tokens that follow from it; `refresh_id` is the only refresh token still good."""

    login_id: str
    user_id: str
    refresh_id: str
    created_at: datetime
    expires_at: datetime


class Logins(Collection[Login]):
    name = "logins"
    key = "login_id"
    kind = Login
    indexes = (
        IndexModel([("user_id", ASCENDING)]),
        IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
    )

    def rotate(self, login_id: str, old: str, new: str, expires_at: datetime) -> Login | None:
        """Exchange the good refresh token for a new one; None when `old` is not the good one any more."""
        return self.update(login_id, {"refresh_id": new, "expires_at": expires_at}, when={"refresh_id": {"$eq": old}})

    def open_among(self, login_ids: Iterable[str]) -> set[str]:
        """Return those of some logins that have not ended."""
        return {str(one["_id"]) for one in self.documents.find({"_id": {"$in": list(login_ids)}}, {"_id": 1})}

    def end_all(self, user_id: str, *, but: str | None = None) -> None:
        """End every login of an account, except the one named."""
        self.documents.delete_many({"user_id": {"$eq": user_id}, "_id": {"$ne": but}})
