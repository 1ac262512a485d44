"""Why a connection ended, in words, and the ends that need none."""

import pytest

from app.domain.dropped import why_dropped


@pytest.mark.parametrize("code", [1000, 1001, 1005])
def test_a_goodbye_needs_no_words(code: int) -> None:
    assert why_dropped(code, "", None, by_charge_point=True) is None


@pytest.mark.parametrize("reason", ["the server is stopping", "please connect again"])
def test_nor_does_what_an_operator_did(reason: str) -> None:
    assert why_dropped(1001, reason, None, by_charge_point=False) is None


@pytest.mark.parametrize(
    ("code", "reason", "words"),
    [
        (1006, "silent", "answered no pings"),
        (1008, "reads nothing", "read nothing"),
        (1008, "no OCPP message", "no OCPP message"),
        (1008, "too many unreadable frames", "not OCPP-J"),
        (1011, "a handler is stuck", "too long"),
        (1009, "frame too big", "too large"),
        (1002, "bad \x1b opcode", "protocol: 'bad \\x1b opcode'"),
        (1006, "", "without a goodbye"),
    ],
)
def test_what_the_server_ended_and_what_broke_has_its_reason(code: int, reason: str, words: str) -> None:
    assert words in (why_dropped(code, reason, None, by_charge_point=False) or "")


def test_a_charge_points_own_reason_is_told_as_a_quotation() -> None:
    told = why_dropped(1011, "watchdog\n" + "x" * 500, None, by_charge_point=True) or ""
    assert told.startswith("it closed the connection itself with code 1011: 'watchdog\\n")
    assert len(told) < 200
    assert why_dropped(1009, "", None, by_charge_point=True) == "it closed the connection itself with code 1009"


def test_a_newer_connection_comes_first() -> None:
    told = why_dropped(1008, "replaced", "10.0.0.9", by_charge_point=False)
    assert told == "replaced by a newer connection from 10.0.0.9"
