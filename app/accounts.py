"""Accounts as people use them: sign up, log in, stay logged in, change a password; and as admins keep them."""

import re
import threading
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from werkzeug.security import check_password_hash, generate_password_hash

from app.domain.id_tags import IdTag, IdTagKind, generate_id_tag
from app.domain.phrases import Phrase
from app.domain.roles import Role, may_manage
from app.domain.users import PASSWORD_COST, PASSWORD_MAX, PASSWORD_MIN, USERNAME_IN_WORDS, USERNAME_PATTERN
from app.errors import AlreadyExists, BadInput, Conflict, Forbidden, NotAuthenticated, NotFound
from app.storage.database import Storage
from app.storage.users import Login, User, user_key

LOGIN_LASTS = timedelta(days=30)
_WRONG = "user name or password wrong"


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Who logged in, and the login that the tokens to be made belong to."""

    user: User
    login: Login


class Accounts:
    """The use cases; `now` is the clock they go by, `password_cost` the work that a new password's hash takes."""

    def __init__(self, storage: Storage, now: Callable[[], datetime], password_cost: int = PASSWORD_COST) -> None:
        self._storage = storage
        self._now = now
        self._password_cost = password_cost
        # Checked against for unknown names too, so that an answer's time does not tell which names exist.
        self._nobodys_hash = self._hash(uuid4().hex)
        # Two roots who dismiss each other in the same moment must not both succeed.
        self._last_root = threading.Lock()

    def create(self, username: str, password: str, role: Role, profile: Mapping[str, Any]) -> User:
        """Create an account with an idTag of its own; raises BadInput, or Conflict when the name is taken."""
        if not re.fullmatch(USERNAME_PATTERN, username):
            raise BadInput("username", Phrase("must be %(what)s", what=USERNAME_IN_WORDS))
        taken = Conflict("username_taken", f"the user name {username} is taken")
        if self._storage.users.by_name(username) or self._storage.reserved_names.get(user_key(username)):
            raise taken
        now = self._now()
        user = User(
            user_id=user_key(username),
            username=username,
            password_hash=self._hash(_checked(password)),
            role=role,
            id_tag=generate_id_tag(),
            created_at=now,
        )
        user = replace(user, **profile)
        # The tag first: should the server end in between, a tag that nobody was told is left, not an account without.
        tag = IdTag(user.id_tag, kind=IdTagKind.ACCOUNT, username=username, created_at=now, label="account")
        self._storage.id_tags.insert(tag)
        try:
            self._storage.users.insert(user)
        except AlreadyExists as error:
            self._storage.id_tags.delete(user.id_tag)
            raise taken from error
        return user

    def log_in(self, username: str, password: str) -> LoggedIn:
        """Check a password; raises NotAuthenticated, the same for a wrong one as for an unknown or disabled account."""
        user = self._storage.users.by_name(username)
        right = check_password_hash(user.password_hash if user else self._nobodys_hash, password)
        if user is None or not right or user.disabled:
            raise NotAuthenticated(_WRONG)
        logged_in = self.open_login(user)
        # Checking takes its time. Who changed the password or disabled the account meanwhile has not ended this login.
        now = self._storage.users.get(user.user_id)
        if now is None or now.disabled or now.password_hash != user.password_hash:
            self.log_out(logged_in.login.login_id)
            raise NotAuthenticated(_WRONG)
        return logged_in

    def open_login(self, user: User) -> LoggedIn:
        """Begin a login, from which tokens follow until it ends."""
        now = self._now()
        login = Login(uuid4().hex, user.user_id, uuid4().hex, now, now + LOGIN_LASTS)
        return LoggedIn(user, self._storage.logins.insert(login))

    def rotate(self, user: User, login_id: str, refresh_id: str) -> LoggedIn:
        """Exchange a refresh token; one used before ends the whole login, for somebody else may hold its successor."""
        login = self._storage.logins.rotate(login_id, refresh_id, uuid4().hex, self._now() + LOGIN_LASTS)
        if login is None:
            self._storage.logins.delete(login_id)
            raise NotAuthenticated("this refresh token was used before; log in again")
        return LoggedIn(user, login)

    def log_out(self, login_id: str) -> None:
        """End a login: its tokens are dead at once."""
        self._storage.logins.delete(login_id)

    def logged_in(self, user_id: str, login_id: str) -> User | None:
        """Return the account behind a token as it is now, or None when the login or the account has ended."""
        login = self._storage.logins.get(login_id)
        user = self._storage.users.get(user_id) if login is not None and login.user_id == user_id else None
        return user if user is not None and not user.disabled else None

    def require_password(self, user: User, field: str, password: str) -> None:
        """Raise BadInput for the field unless this is the account's password."""
        if not check_password_hash(user.password_hash, password):
            raise BadInput(field, "this is not your password")

    def change_password(self, user: User, old: str, new: str, login_id: str) -> None:
        """Change one's own password and end all other logins; raises BadInput when the old one is wrong."""
        self.require_password(user, "old_password", old)
        self._storage.users.update(user.user_id, {"password_hash": self._hash(_checked(new))})
        self._storage.logins.end_all(user.user_id, but=login_id)

    def set_password(self, username: str, password: str) -> None:
        """Set an account's password and end all its logins; for the operator's shell."""
        user = self.named(username)
        self._storage.users.update(user.user_id, {"password_hash": self._hash(_checked(password))})
        self._storage.logins.end_all(user.user_id)

    def set_profile(self, user: User, changes: Mapping[str, Any]) -> User:
        """Change what a person may change of himself: name, e-mail, language."""
        return self._storage.users.update(user.user_id, changes) or user

    def named(self, username: str) -> User:
        """Return an account; raises NotFound."""
        user = self._storage.users.by_name(username)
        if user is None:
            raise NotFound(f"there is no user {username}")
        return user

    def create_as(self, actor: User, username: str, password: str, role: Role, profile: Mapping[str, Any]) -> User:
        """Create an account for somebody else; raises Forbidden for a role the actor may not hand out."""
        if not may_manage(actor.role, role):
            raise Forbidden(f"{actor.role.value} may not create {role.value}")
        return self.create(username, password, role, profile)

    def change_as(self, actor: User, username: str, changes: Mapping[str, Any]) -> User:
        """Change another account: its role, whether it is disabled, its profile. A disabled one is out at once.

        Raises NotFound, Forbidden, and Conflict where the last root would be lost.
        """
        user = self.named(username)
        new_role = changes.get("role") or user.role
        if not (may_manage(actor.role, user.role) and may_manage(actor.role, new_role)):
            raise Forbidden(f"{actor.role.value} may not do this to {user.role.value}")
        return self.change(user, changes)

    def change(self, user: User, changes: Mapping[str, Any]) -> User:
        """Change an account; raises Conflict where the last root would be lost."""
        loses_root = user.role is Role.ROOT and (changes.get("disabled") or changes.get("role", Role.ROOT) != Role.ROOT)
        with self._last_root if loses_root else nullcontext():
            if loses_root and not self._another_root(user):
                raise Conflict("last_root", "this is the last root; make another one first")
            changed = self._storage.users.update(user.user_id, changes) or user
        if changed.disabled != user.disabled:
            self._storage.id_tags.owner_changed(changed.username)
        if changed.disabled:
            self._storage.logins.end_all(user.user_id)
        return changed

    def _another_root(self, user: User) -> bool:
        where = {"role": Role.ROOT.value, "disabled": False, "_id": {"$ne": user.user_id}}
        return self._storage.users.first(where) is not None

    def _hash(self, password: str) -> str:
        return generate_password_hash(password, f"scrypt:{2**self._password_cost}:8:1")

    def root_exists(self) -> bool:
        return self._storage.users.first({"role": Role.ROOT.value}) is not None


def _checked(password: str) -> str:
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise BadInput("password", Phrase("%(least)d to %(most)d characters", least=PASSWORD_MIN, most=PASSWORD_MAX))
    return password
