"""What happens by the clock, whatever happens to it."""

import asyncio
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest

from app import housekeeping
from app.domain.charge_points import ChargePoint
from app.domain.reservations import Reservation, ReservationState
from app.domain.sessions import Session, State
from app.follow_ups import FollowUps, Occasion
from app.housekeeping import Housekeeping
from app.storage.certificates import CertificateStatus, ChargePointCertificate
from app.storage.database import Storage
from app.storage.errors import DatabaseError
from tests.live import until

NOW = datetime(2036, 6, 15, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "SWEEP_SECONDS", 0.01)
    monkeypatch.setattr(housekeeping, "FLUSH_SECONDS", 0.01)


def keeper(storage: Storage) -> Housekeeping:
    return Housekeeping(storage, asyncio.to_thread, lambda: NOW, FollowUps())


def expired(storage: Storage) -> bool:
    session = storage.sessions.get("r")
    return session is not None and session.state is State.EXPIRED


def request(storage: Storage) -> None:
    storage.sessions.insert(Session("r", "CP", 1, "TAG", State.ACCEPTED, created_at=NOW, deadline_at=NOW))


def last_seen(storage: Storage) -> datetime | None:
    charge_point = storage.charge_points.get("CP")
    return charge_point.last_seen_at if charge_point else None


def test_a_request_ends_when_its_deadline_has_passed(storage: Storage) -> None:
    async def story() -> None:
        keeping = keeper(storage)
        keeping.start()
        await asyncio.to_thread(until, lambda: expired(storage))
        await keeping.stop()

    request(storage)
    asyncio.run(story())
    session = storage.sessions.get("r")
    assert session is not None
    assert (session.reason, session.stopped_at, session.deadline_at) == ("deadline_passed", NOW, None)


def test_a_reservation_expires_though_the_server_that_made_it_is_gone(storage: Storage) -> None:
    async def story() -> None:
        keeping = keeper(storage)
        keeping.start()
        await asyncio.to_thread(until, lambda: state_of(1) is ReservationState.EXPIRED)
        await keeping.stop()

    def state_of(number: int) -> ReservationState | None:
        kept = storage.reservations.get(number)
        return kept.state if kept else None

    for number, end in ((1, NOW), (2, NOW + timedelta(seconds=1))):
        made = (number, "CP", number, f"TAG{number}", ReservationState.RESERVED, "u", NOW - timedelta(hours=1), end)
        storage.reservations.insert(Reservation(*made))
    asyncio.run(story())
    assert state_of(2) is ReservationState.RESERVED


@pytest.mark.parametrize("trouble", [DatabaseError("away"), ValueError("a document nobody can read")])
def test_trouble_in_one_round_does_not_stop_the_clock(storage: Storage, trouble: Exception) -> None:
    async def story() -> None:
        keeping = keeper(storage)
        with patch.object(storage.sessions, "due", side_effect=trouble) as asked:
            keeping.start()
            await asyncio.to_thread(until, lambda: asked.call_count >= 2)
        await asyncio.to_thread(until, lambda: expired(storage))
        await keeping.stop()

    request(storage)
    asyncio.run(story())


def test_when_charge_points_were_heard_is_written_down_while_it_runs_and_at_its_end(storage: Storage) -> None:
    async def story() -> None:
        keeping = keeper(storage)
        keeping.seen["CP"] = NOW
        keeping.start()
        await asyncio.to_thread(until, lambda: last_seen(storage) == NOW)
        keeping.seen["CP"] = NOW + timedelta(seconds=1)
        await keeping.stop()

    storage.charge_points.insert(ChargePoint("CP"))
    asyncio.run(story())
    assert last_seen(storage) == NOW + timedelta(seconds=1)


def test_what_could_not_be_written_is_written_later_unless_there_is_newer(storage: Storage) -> None:
    async def story() -> None:
        keeping = keeper(storage)
        keeping.seen["CP"] = NOW
        with patch.object(storage.charge_points, "seen", side_effect=DatabaseError("away")) as asked:
            keeping.start()
            await asyncio.to_thread(until, lambda: asked.called)
        await asyncio.to_thread(until, lambda: last_seen(storage) == NOW)
        await keeping.stop()

    storage.charge_points.insert(ChargePoint("CP"))
    asyncio.run(story())


def test_a_certificate_that_is_due_is_seen_to_without_any_boot(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a crash has left lying, and a renewal that the charge point accepted and forgot."""
    monkeypatch.setattr(housekeeping, "CERTIFICATES_SECONDS", 0.01)
    told: list[str] = []
    follow_ups = FollowUps()
    follow_ups.jobs = {Occasion.CERTIFICATE_REQUESTED: (told.append,)}

    async def story() -> None:
        keeping = Housekeeping(storage, asyncio.to_thread, lambda: NOW, follow_ups)
        keeping.start()
        await asyncio.to_thread(until, lambda: "LEFT" in told)
        await asyncio.to_thread(until, lambda: status("ASKED") is CertificateStatus.FAILED)
        await keeping.stop()

    def status(certificate_id: str) -> CertificateStatus | None:
        one = storage.certificates.get(certificate_id)
        return one.status if one else None

    for name, was, due in (
        ("LEFT", CertificateStatus.REQUESTED, NOW),
        ("ASKED", CertificateStatus.ASKED, NOW),
        ("LATER", CertificateStatus.ISSUED, NOW + timedelta(seconds=1)),
    ):
        storage.certificates.insert(
            ChargePointCertificate(
                certificate_id=name,
                charge_point_id=name,
                requested_at=NOW,
                status=was,
                status_at=NOW,
                due_at=due,
                delete_at=NOW + timedelta(days=1),
            )
        )
    asyncio.run(story())
    follow_ups.stop()
    assert set(told) == {"LEFT"}
