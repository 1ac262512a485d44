"""Tickets: good once, for a minute, for the login that got them."""

from app.live.tickets import LASTS_SECONDS, Holder, Tickets

ALICE = Holder("alice", "login-1")


def test_a_ticket_is_good_once() -> None:
    tickets = Tickets()
    ticket = tickets.issue(ALICE, now=0)
    assert tickets.redeem(ticket, now=1) == ALICE
    assert tickets.redeem(ticket, now=1) is None


def test_a_ticket_is_good_for_a_minute() -> None:
    tickets = Tickets()
    early, late = (tickets.issue(ALICE, now=0) for _ in range(2))
    assert tickets.redeem(early, now=LASTS_SECONDS - 0.1) == ALICE
    assert tickets.redeem(late, now=LASTS_SECONDS) is None


def test_tickets_that_nobody_used_are_forgotten_and_the_oldest_make_room() -> None:
    tickets = Tickets(most=2)
    first, second, third = (tickets.issue(ALICE, now=0) for _ in range(3))
    assert tickets.redeem(first, now=1) is None
    assert tickets.redeem(third, now=1) == ALICE
    tickets.issue(ALICE, now=LASTS_SECONDS)
    assert len(tickets) == 1
    assert tickets.redeem(second, now=1) is None
