"""An account that ends in the very moment in which it starts to charge: one of the two is refused."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from app.accounts import Accounts
from app.commands import Companion
from app.config import Settings
from app.domain.charge_points import ChargePoint
from app.domain.roles import Role
from app.domain.sessions import Session, State
from app.domain.users import PASSWORD_COST_MIN
from app.erasure import Erasure
from app.errors import Conflict
from app.start_charging import StartCharging, StartRequest
from app.storage.database import Storage
from app.storage.users import User
from tests.live import Server, empty_storage

NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def storage(server: Server) -> Iterator[Storage]:
    with empty_storage(server) as storage:
        storage.charge_points.insert(ChargePoint("CP1"))
        yield storage


class AtTheSameTime(Accounts):
    """Accounts of which one starts to charge in the moment in which it is disabled."""

    def change(self, user: User, changes: Mapping[str, Any]) -> User:
        if changes["disabled"]:
            session = Session(uuid4().hex, "CP1", 1, user.id_tag, State.REQUESTED, username=user.username)
            self._storage.sessions.insert(session)
        return super().change(user, changes)


def test_an_account_that_starts_while_it_is_deleted_is_kept(storage: Storage) -> None:
    accounts = AtTheSameTime(storage, lambda: NOW, PASSWORD_COST_MIN)
    user = accounts.create("starter", "long enough", Role.USER, {})
    reservations: Any = None
    with pytest.raises(Conflict) as refused:
        Erasure(storage, accounts, reservations, lambda: NOW).erase_own(user, "long enough")
    assert refused.value.code == "session_open"
    kept = accounts.named("starter")
    assert not kept.disabled
    assert [session.username for session in storage.sessions.open_of("starter")] == ["starter"]


@pytest.mark.parametrize("ended", ["disabled", "deleted"])
def test_a_start_of_an_account_that_has_ended_meanwhile_leaves_nothing(storage: Storage, ended: str) -> None:
    accounts = Accounts(storage, lambda: NOW, PASSWORD_COST_MIN)
    user = accounts.create(f"gone-{ended}", "long enough", Role.USER, {})

    def look(*_of_what: object) -> None:
        if ended == "disabled":
            accounts.change(user, {"disabled": True})
        else:
            storage.users.forget(user.user_id)

    def send(_charge_point_id: str, _request: object, *, requested_by: str, companion: Companion) -> None:
        companion.before()
        raise AssertionError(f"sent for {requested_by}")

    rules: Any = SimpleNamespace(require_possible=look)
    commands: Any = SimpleNamespace(send=send)
    smart_charging: Any = None
    with ThreadPoolExecutor(1) as beside:
        starts = StartCharging(storage, commands, smart_charging, rules, Settings(), beside, lambda: NOW)
        with pytest.raises(Conflict) as refused:
            starts.start(user, StartRequest("CP1", 2))
    assert refused.value.code == "id_tag_not_accepted"
    assert storage.sessions.open_of(user.username) == []
