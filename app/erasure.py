"""The end of an account: it is gone at once, and nothing that is kept leads to the person any more."""

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from app.accounts import Accounts
from app.acting import acting
from app.domain.id_tags import IdTag, IdTagStatus
from app.domain.roles import may_manage
from app.errors import CommandFailed, Conflict, Forbidden
from app.local_lists.changes import spread
from app.reservations.booking import Reservations
from app.storage.audit import AuditRecord
from app.storage.database import Storage
from app.storage.forgetting import Gone, forget, forget_in_books
from app.storage.users import User

log = logging.getLogger(__name__)


class Erasure:
    """The use cases; `now` is the clock they go by."""

    def __init__(
        self, storage: Storage, accounts: Accounts, reservations: Reservations, now: Callable[[], datetime]
    ) -> None:
        self._storage = storage
        self._accounts = accounts
        self._reservations = reservations
        self._now = now

    def erase_own(self, user: User, password: str) -> None:
        """Delete one's own account; raises BadInput for a wrong password, Conflict while it charges or is needed."""
        self._accounts.require_password(user, "password", password)
        self._erase(user)

    def erase_as(self, actor: User, username: str) -> None:
        """Delete another account; raises NotFound, Forbidden, Conflict."""
        user = self._accounts.named(username)
        if user.user_id == actor.user_id:
            raise Conflict("own_account", "your own account is deleted by DELETE /api/me, with your password")
        if not may_manage(actor.role, user.role):
            raise Forbidden(f"{actor.role.value} may not delete {user.role.value}")
        self._erase(user)

    def _erase(self, user: User) -> None:
        """Each step may be repeated: after a crash the account is disabled, and is deleted once more."""
        tags = self._storage.id_tags.of(user.username)
        self._require_idle(user, tags)
        # From here on nobody logs in or starts, and the last root has been told.
        self._accounts.change(user, {"disabled": True})
        try:
            # Of a start in this very moment one of the two finds the other.
            self._require_idle(user, tags)
        except Conflict:
            self._accounts.change(replace(user, disabled=True), {"disabled": user.disabled})
            raise
        self._let_go(user)
        # No user name has a tilde, so nobody can come to be called like this.
        gone = Gone(user, [tag.id_tag for tag in tags], f"erased~{secrets.token_hex(6)}")
        self._block_cards(gone)
        forget(self._storage, gone)
        self._drop_tags(gone)
        if gone.served:
            self._storage.reserved_names.reserve(user.user_id)
        self._storage.users.forget(user.user_id)
        # What a charge point has begun with a tag in the meantime, or tells late.
        forget_in_books(self._storage, gone)
        self._write_down(gone)
        log.info("account_erased", extra={"fields": {"account": gone.key}})

    def _require_idle(self, user: User, tags: Sequence[IdTag]) -> None:
        charging = self._storage.sessions.open_of_account(user.username, [tag.id_tag for tag in tags])
        if charging is not None:
            raise Conflict("session_open", "a session is open; stop it first", session_id=charging.session_id)

    def _let_go(self, user: User) -> None:
        for reservation in self._storage.reservations.open_of(user.username):
            try:
                self._reservations.cancel(user, reservation.reservation_id)
            except (CommandFailed, Conflict) as failure:
                # It ends by the clock; its tag, which is gone, uses it no more.
                fields = {"reservation_id": reservation.reservation_id, "why": failure.code}
                log.info("reservation_not_cancelled", extra={"fields": fields})

    def _block_cards(self, gone: Gone) -> None:
        """Block what is nobody's and fared as the account's tags did."""
        for card in self._storage.id_tags.children(gone.id_tags):
            if card.id_tag not in gone.id_tags:
                self._storage.id_tags.update(card.id_tag, {"status": IdTagStatus.BLOCKED, "parent_id_tag": None})

    def _drop_tags(self, gone: Gone) -> None:
        """Delete the tags, here and in charge points' lists."""
        self._storage.id_tags.forget(gone.id_tags)
        spread(self._storage, gone.id_tags, self._now())
        self._storage.local_list_rules.drop_tags(gone.id_tags)

    def _write_down(self, gone: Gone) -> None:
        actor = acting.get()
        if actor is None:
            return
        unknown = actor.username == gone.user.username and not gone.served
        self._storage.audit.insert(
            AuditRecord(
                audit_id=uuid4().hex,
                at=self._now(),
                username=gone.pseudonym if unknown else actor.username,
                role=actor.role,
                address="" if unknown else actor.address,
                request_id=actor.request_id,
                action="deleted",
                kind="user",
                key=gone.key,
                before="{}",
                after="{}",
            )
        )
