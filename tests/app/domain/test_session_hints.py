"""Why a session waits, goes slowly or has ended, in words for its driver."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain import session_hints
from app.domain.configuration import Configuration, Entry
from app.domain.session_hints import (
    NOTHING,
    Why,
    why_ended,
    why_expired,
    why_faulted,
    why_not_authorized,
    why_not_started,
    why_paused,
    why_rejected,
)
from app.domain.sessions import Session, State

NOW = datetime(2026, 6, 15, tzinfo=UTC)
UNKNOWN = Configuration("CP")


def configured(**values: str) -> Configuration:
    return Configuration("CP", entries=[Entry(key, NOW, value) for key, value in values.items()])


LOOKS_INTO_LIST = configured(AuthorizeRemoteTxRequests="true", LocalAuthListEnabled="true", LocalPreAuthorize="true")


@pytest.mark.parametrize(
    ("status", "configuration", "listed", "code"),
    [
        ("Faulted", LOOKS_INTO_LIST, False, "refused_faulted"),
        ("Unavailable", UNKNOWN, False, "refused_out_of_service"),
        ("Reserved", UNKNOWN, False, "refused_reserved"),
        ("Finishing", UNKNOWN, False, "refused_unplug_first"),
        ("Charging", UNKNOWN, False, "refused_charging"),
        ("Available", LOOKS_INTO_LIST, False, "refused_not_in_local_list"),
        ("Preparing", LOOKS_INTO_LIST, True, "refused_checks_id_tags"),
        ("Preparing", configured(AuthorizeRemoteTxRequests="true"), False, "refused_checks_id_tags"),
        (
            "Preparing",
            configured(AuthorizeRemoteTxRequests="false", LocalAuthListEnabled="true"),
            False,
            "refused",
        ),
        ("Available", UNKNOWN, False, "refused_plug_in_first"),
        ("Preparing", UNKNOWN, False, "refused"),
        (None, UNKNOWN, False, "refused"),
    ],
)
def test_a_refusal_is_explained_by_what_is_known(
    status: str | None, configuration: Configuration, listed: bool, code: str
) -> None:
    why = why_rejected(status, configuration, in_local_list=listed)
    assert (why.code, why.reason) == (code, "the charge point refused")
    assert why.hint


@pytest.mark.parametrize(
    ("answered", "plugged_in", "code"),
    [(False, True, "never_answered"), (True, False, "not_plugged_in"), (True, True, "never_began")],
)
def test_a_request_that_came_to_nothing_says_at_what_it_failed(answered: bool, plugged_in: bool, code: str) -> None:
    why = why_expired(answered=answered, plugged_in=plugged_in)
    assert (why.code, why.reason) == (code, "deadline_passed")


@pytest.mark.parametrize(
    ("error_code", "said"),
    [
        ("GroundFailure", "the residual current device has switched off (GroundFailure)"),
        ("GroundHogDay", "GroundHogDay"),
        ("NoError", "it does not say which"),
    ],
)
def test_a_fault_is_told_in_words(error_code: str, said: str) -> None:
    assert why_faulted(error_code).reason == f"the charge point reports a fault: {said}"


def test_a_start_without_an_answer_keeps_the_failures_code() -> None:
    timeout = why_not_started("charge_point_timeout", "no answer")
    assert (timeout.code, timeout.reason) == ("charge_point_timeout", "no answer")
    assert "may still start" in (timeout.hint or "")
    assert why_not_started("charge_point_busy", "earlier ones wait").hint


def test_a_tag_that_is_refused_is_told_by_its_status() -> None:
    assert why_not_authorized("ConcurrentTx", "the limit is 1").code == "id_tag_concurrenttx"


def test_only_pauses_pause() -> None:
    assert [why and why.code for why in map(why_paused, ("SuspendedEV", "SuspendedEVSE", "Charging"))] == [
        "paused_by_vehicle",
        "paused_by_charge_point",
        None,
    ]


@pytest.mark.parametrize(
    ("stop_reason", "known", "code"),
    [
        (None, {}, None),
        ("Local", {}, None),
        ("Remote", {}, None),
        ("Remote", {"stopped_by": "soc"}, "stopped_by_soc"),
        ("Other", {"stopped_by": "cost"}, "stopped_by_cost"),
        ("EmergencyStop", {"stopped_by": "energy_wh"}, "emergency_stop"),
        ("PowerLoss", {}, "power_loss"),
        ("Vendor's own", {}, None),
        ("Other", {}, "ended_by_charge_point"),
        ("Other", {"state": State.STOPPING}, None),
        ("Other", {"reason_code": "faulted", "reason": "a fault"}, "faulted"),
    ],
)
def test_an_end_is_told_where_it_is_not_the_usual_one(
    stop_reason: str | None, known: dict[str, Any], code: str | None
) -> None:
    session = Session("s", "CP", 1, "TAG", **{"state": State.CHARGING, **known})
    why = why_ended(session, stop_reason)
    assert why.code == code
    assert (why.reason is None) is (why is NOTHING)


def test_each_row_has_a_code_of_its_own_that_programs_can_rely_on() -> None:
    tables = [each for each in vars(session_hints).values() if isinstance(each, dict)]
    rows = [each for each in vars(session_hints).values() if isinstance(each, Why)]
    rows += [row for table in tables for row in table.values() if isinstance(row, Why)]
    codes = {row.code: row for row in rows if row is not NOTHING}
    assert len(codes) >= 25
    for code, row in codes.items():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", code or ""), code
        # Only a restart has several wordings, by who has caused it.
        assert code == "restarted" or [one for one in rows if one.code == code] == [row]
