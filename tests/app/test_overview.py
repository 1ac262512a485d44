"""The overview: how a fleet is, counted cheaply, and everything that somebody has to see to and nothing else."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ocpp.v16.enums import RegistrationStatus

from app.domain.campaigns import Campaign, CampaignState
from app.domain.charge_points import ChargePoint, Connector
from app.domain.local_lists import ListState
from app.domain.sessions import Session, State, energy
from app.overview import NAMED, About, Overview, Overviews
from app.storage.database import Storage
from app.storage.local_lists import LocalList
from app.storage.newcomers import Newcomer
from app.storage.records import Quarantined

NOW = datetime(2036, 6, 15, 12, 0, tzinfo=UTC)
MIDNIGHT = datetime(2036, 6, 15, 0, 0, tzinfo=UTC)
YESTERDAY = MIDNIGHT - timedelta(minutes=1)


def charge_point(charge_point_id: str, *connectors: Connector, **facts: Any) -> ChargePoint:
    by_number = {str(connector.connector_id): connector for connector in connectors}
    told = {"connectors": by_number, "booted_at": NOW, "last_seen_at": NOW, **facts}
    return replace(ChargePoint(charge_point_id), **told)


def session(number: int, state: State = State.COMPLETED, **facts: Any) -> Session:
    begun = {"transaction_id": number, "created_at": NOW, **facts}
    return replace(Session(f"s{number}", "CP1", number, "TAG", state), **begun)


def newcomer(charge_point_id: str, **facts: Any) -> Newcomer:
    shown = {"subprotocols": ["ocpp1.6"], "secure": False, "first_at": NOW, "last_at": NOW, **facts}
    return Newcomer(charge_point_id.casefold(), charge_point_id, "192.0.2.1", "unknown here", **shown)


def look(storage: Storage, connected: Collection[str] = ("CP1",)) -> Overview:
    return Overviews(storage, connected.__contains__, lambda: NOW).look(MIDNIGHT)


def concerns(storage: Storage, connected: Collection[str] = ("CP1",)) -> dict[About, list[str]]:
    return {one.about: [m.subject for m in one.matters] for one in look(storage, connected).concerns}


def test_a_fleet_that_is_well_concerns_nobody(storage: Storage) -> None:
    storage.charge_points.insert(charge_point("CP1", Connector(1, "Available", NOW)))
    assert look(storage) == Overview(
        charge_points=1, online=1, faulted=0, charging=0, power_w=0, energy_wh=0, sessions=0, concerns=[]
    )


def test_a_fault_says_where_what_and_since_when(storage: Storage) -> None:
    fault = Connector(2, "Faulted", NOW, "GroundFailure", info="RCD <b>tripped</b>")
    storage.charge_points.insert(charge_point("CP1", Connector(1, "Available", NOW), fault, name="Level 1"))
    found = look(storage)
    (matter,) = found.concerns[0].matters
    assert found.faulted == 1
    assert (matter.subject, matter.connector_id, matter.at) == ("CP1", 2, NOW)
    assert (matter.name, matter.detail, matter.words) == ("Level 1", "GroundFailure", "RCD <b>tripped</b>")


def test_the_latest_fault_comes_first(storage: Storage) -> None:
    for charge_point_id, at in (("CP1", YESTERDAY), ("CP2", NOW)):
        storage.charge_points.insert(charge_point(charge_point_id, Connector(1, "Faulted", at)))
    assert concerns(storage, ("CP1", "CP2")) == {About.FAULT: ["CP2", "CP1"]}


def test_who_is_away_is_told_and_who_has_never_been_here_is_not(storage: Storage) -> None:
    storage.charge_points.insert(charge_point("CP1"))
    storage.charge_points.insert(charge_point("CP2", last_seen_at=YESTERDAY))
    storage.charge_points.insert(charge_point("CP3", last_seen_at=NOW))
    storage.charge_points.insert(charge_point("NEW", booted_at=None, last_seen_at=None))
    storage.charge_points.insert(charge_point("WAITS", registration=RegistrationStatus.pending))
    found = look(storage)
    assert (found.charge_points, found.online) == (4, 1)
    assert concerns(storage) == {About.OFFLINE: ["CP3", "CP2"]}


def test_energy_and_sessions_are_those_begun_since_midnight_by_the_best_witness_of_each(storage: Storage) -> None:
    today = [
        session(1, meter_start=1000, meter_stop=3000),
        session(2, State.CHARGING, meter_start=0, last_register_wh=1500.0, power_w=7200.0),
        session(3, meter_start=9000, meter_stop=100, first_register_wh=0.0, last_register_wh=100.0),
        session(4, State.SUSPENDED, meter_start=0, power_w=0.0, charge_point_id="CP9"),
    ]
    others = [
        session(5, meter_start=0, meter_stop=50_000, created_at=YESTERDAY),
        session(6, State.EXPIRED, transaction_id=None),
    ]
    for one in (*today, *others):
        storage.sessions.insert(one)
    found = look(storage)
    assert (found.sessions, found.energy_wh) == (4, sum(energy(one).wh for one in today))
    assert found.energy_wh == 2000 + 1500 + 100
    assert (found.charging, found.power_w) == (2, 7200)


def test_the_power_of_who_is_away_is_not_known(storage: Storage) -> None:
    storage.sessions.insert(session(1, State.CHARGING, power_w=7200.0))
    assert (look(storage, ()).charging, look(storage, ()).power_w) == (1, 0)


@pytest.mark.parametrize(
    ("type_", "at", "told"),
    [
        ("TamperDetectionActivated", NOW, True),
        ("TamperDetectionActivated", NOW - timedelta(hours=25), False),
        ("StartupOfTheDevice", NOW, False),
    ],
)
def test_a_critical_event_is_told_for_a_day_and_what_every_boot_begins_with_never(
    storage: Storage, type_: str, at: datetime, told: bool
) -> None:
    storage.events.record_security_event("CP1", "security_event", at, {"type": type_}, critical=True)
    assert concerns(storage) == ({About.SECURITY: ["CP1"]} if told else {})


def test_unknown_chargers_are_told_until_they_are_known_or_ignored(storage: Storage) -> None:
    storage.charge_points.insert(charge_point("CP1"))
    storage.newcomers.record([newcomer("cp1"), newcomer("CP-7"), newcomer("NOISE")])
    storage.newcomers.update("noise", {"ignored": True})
    assert concerns(storage) == {About.NEWCOMER: ["CP-7"]}


def test_unknown_tags_odd_messages_lists_and_campaigns_are_told(storage: Storage) -> None:
    storage.unknown_tags.record("TAG1", "CP1", 1, NOW)
    storage.quarantine.keep(Quarantined("q", "CP1", "StopTransaction", ["unknown"], "{}", NOW))
    storage.local_lists.insert(LocalList("CP2", ListState.TOO_LONG))
    storage.local_lists.insert(LocalList("CP3", ListState.IN_SYNC))
    campaign = Campaign(
        campaign_id="c1",
        firmware_id="f",
        version="2.0",
        created_by="root",
        created_at=NOW,
        deadline=NOW,
        at_once=1,
        max_failures=0,
        time_limit=60,
        state=CampaignState.STOPPED,
        finished_at=NOW,
    )
    storage.campaigns.insert(campaign)
    storage.campaigns.insert(replace(campaign, campaign_id="c2", finished_at=NOW - timedelta(days=8)))
    assert concerns(storage) == {
        About.CAMPAIGN: ["c1"],
        About.LOCAL_LIST: ["CP2"],
        About.QUARANTINE: ["CP1"],
        About.UNKNOWN_TAG: ["TAG1"],
    }


def test_many_of_a_kind_are_counted_and_a_few_named(storage: Storage) -> None:
    for number in range(NAMED + 3):
        storage.charge_points.insert(charge_point(f"CP{number}"))
    (offline,) = look(storage, ()).concerns
    assert (offline.total, len(offline.matters)) == (NAMED + 3, NAMED)
