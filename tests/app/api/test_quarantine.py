"""What was set aside, settled by staff: dismissed, or booked as the end of a session."""

from collections.abc import Iterator

import pytest

from tests.app.charging import ago, new_tag, reasons, session_of, set_aside, start, stop
from tests.app.stories import new_charger
from tests.live import Api, Charger, Server


@pytest.fixture
def charger(server: Server, root: Api) -> Iterator[Charger]:
    charger = new_charger(server, root)
    yield charger
    charger.close()


def test_a_stop_of_an_unknown_id_ends_the_session_it_was_about(charger: Charger, root: Api) -> None:
    transaction = start(charger, new_tag(root), timestamp=ago(minutes=30))["transactionId"]
    session = session_of(root, transaction)
    stop(charger, 999_999_999, meterStop=4200, reason="Local")
    (odd,) = set_aside(root, charger)
    settle = f"/api/quarantine/{odd['id']}"
    there = {"session_id": session["session_id"], "stopped_at": ago(minutes=1)}

    below = root.post(f"{settle}/end_session", **there, meter_stop=999)
    assert (below.status_code, below.json()["errors"][0]["field"]) == (422, "meter_stop")
    early = root.post(f"{settle}/end_session", **{**there, "stopped_at": ago(hours=2)}, meter_stop=4200)
    assert (early.status_code, early.json()["errors"][0]["field"]) == (422, "stopped_at")
    late = root.post(f"{settle}/end_session", **{**there, "stopped_at": ago(hours=-2)}, meter_stop=4200)
    assert (late.status_code, late.json()["errors"][0]["field"]) == (422, "stopped_at")

    answer = root.post(f"{settle}/end_session", **there, meter_stop=4200, note="read off its display")
    assert answer.status_code == 200, answer.text
    ended = answer.json()["session"]
    assert (ended["state"], ended["energy_wh"], ended["reason_code"]) == ("completed", 3200, "ended_by_staff")
    settlement = root.get(settle).json()["settlement"]
    assert (settlement["kind"], settlement["meter_stop"], settlement["by"]) == ("session_ended", 4200, "root")
    (written,) = root.get("/api/audit", kind="quarantined_message", key=odd["id"]).json()["items"]
    assert written["after"]["settlement"]["session_id"] == session["session_id"]

    again = root.post(f"{settle}/dismiss", note="twice")
    assert (again.status_code, again.json()["code"]) == (409, "already_settled")
    # The charge point's own word, when it comes at last, is not lost.
    stop(charger, transaction, meterStop=4300)
    assert reasons(root, charger) == ["already_stopped", "unknown_transaction"]
    assert session_of(root, transaction)["meter_stop"] == 4200


def test_what_is_dismissed_is_settled_however_often_it_is_repeated(charger: Charger, root: Api) -> None:
    told = ago()
    stop(charger, 999_999_998, timestamp=told)
    (odd,) = set_aside(root, charger)
    here = {"charge_point_id": charger.charge_point_id}
    assert root.post(f"/api/quarantine/{odd['id']}/dismiss").status_code == 422
    assert root.post(f"/api/quarantine/{odd['id']}/dismiss", note="a test").json()["settlement"]["note"] == "a test"
    stop(charger, 999_999_998, timestamp=told)
    assert root.get("/api/quarantine", settled="false", **here).json()["items"] == []
    assert len(root.get("/api/quarantine", settled="true", **here).json()["items"]) == 1


def test_only_a_session_of_the_same_charge_point_that_has_not_ended_can_be_ended(
    charger: Charger, server: Server, root: Api
) -> None:
    elsewhere = new_charger(server, root)
    transaction = start(elsewhere, new_tag(root))["transactionId"]
    other = session_of(root, transaction)["session_id"]
    stop(charger, transaction)
    (odd,) = set_aside(root, charger)
    end = {"meter_stop": 5000, "stopped_at": ago()}
    foreign = root.post(f"/api/quarantine/{odd['id']}/end_session", session_id=other, **end)
    assert (foreign.status_code, foreign.json()["errors"][0]["field"]) == (422, "session_id")
    elsewhere.close()

    own = start(charger, new_tag(root))["transactionId"]
    stop(charger, own)
    ended = session_of(root, own)["session_id"]
    answer = root.post(f"/api/quarantine/{odd['id']}/end_session", session_id=ended, **end)
    assert (answer.status_code, answer.json()["code"]) == (409, "session_ended")
    assert root.post("/api/quarantine/none/dismiss", note="x").status_code == 404
