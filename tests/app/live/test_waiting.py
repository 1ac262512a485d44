"""Waiting for news: a place each, not more than there are, and nobody waits for a server that stops."""

from collections.abc import Callable

import pytest

from app.domain.sessions import Session, State
from app.live.waiting import Waiting
from app.storage.database import Storage
from tests.app.stories import meanwhile
from tests.live import until


@pytest.fixture
def session(storage: Storage) -> Session:
    return storage.sessions.insert(Session("s-1", "CP001", 1, "TAG", State.REQUESTED))


def waiter(waiting: Waiting, account: str, session: Session) -> Callable[[], Session]:
    """Start to wait, and go on when the place is taken."""
    result = meanwhile(lambda: waiting.for_news(account, session, session.version, 20))
    until(lambda: account in waiting.accounts)
    return result


def test_an_account_has_two_places_and_no_more(storage: Storage, session: Session) -> None:
    waiting = Waiting(storage, places=3)
    first = waiter(waiting, "alice", session)
    second = meanwhile(lambda: waiting.for_news("alice", session, session.version, 20))
    until(lambda: waiting.accounts == ["alice", "alice"])
    assert waiting.for_news("alice", session, session.version, 20) == session
    waiting.stop()
    assert (first(), second()) == (session, session)


def test_whoever_finds_no_place_is_answered_at_once(storage: Storage, session: Session) -> None:
    waiting = Waiting(storage, places=1)
    first = waiter(waiting, "alice", session)
    assert waiting.for_news("bob", session, session.version, 20) == session
    changed = storage.sessions.update("s-1", {"state": State.ACCEPTED})
    assert first() == changed
    assert not storage.changes.wanted
    assert waiting.accounts == []


def test_all_are_answered_when_the_server_stops(storage: Storage, session: Session) -> None:
    waiting = Waiting(storage, places=2)
    first, second = waiter(waiting, "alice", session), waiter(waiting, "bob", session)
    waiting.stop()
    assert (first(), second()) == (session, session)
    assert waiting.for_news("alice", session, session.version, 20) == session
