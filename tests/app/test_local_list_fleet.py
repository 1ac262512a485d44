"""Lists of all charge points, and of everybody who may charge; and a server that is killed while it sends one."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.charging import new_tag
from tests.app.list_station import ListStation
from tests.app.stories import new_charger
from tests.app.test_durability import descendants
from tests.live import Api, Server, database_beside, plug_in, running_server

pytestmark = [
    pytest.mark.skipif(not Path("/proc").exists(), reason="finds the processes to kill in /proc"),
    pytest.mark.timeout(120),  # two servers are started
]


@pytest.fixture(scope="module")
def interrupted(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, ListStation]]:
    """A server whose predecessor was killed between the first and the second piece of a list, and the charge point."""
    directory, database = tmp_path_factory.mktemp("fleet"), database_beside(server)
    with running_server(directory / "one", **database) as first:
        root = first.root()
        station = ListStation(new_charger(first, root, 0, security_profile=0))
        station.limits = {"LocalAuthListMaxLength": "50", "SendLocalListMaxLength": "1"}
        station.want(root, *(new_tag(root) for _ in range(3)))
        while len(station.sent) < 2:
            frame = station.charger.receive()
            if frame[2] != "SendLocalList" or not station.sent:
                station.answer(frame)
            else:
                station.sent.append(frame[3])
        for pid in descendants(first.process.pid):
            os.kill(pid, signal.SIGKILL)
        first.process.wait(10)
        root.close()
    with running_server(directory / "two", **database) as second:
        yield second, station


@pytest.fixture
def root(interrupted: tuple[Server, ListStation]) -> Iterator[Api]:
    api = interrupted[0].root()
    yield api
    api.close()


def test_a_list_that_was_cut_off_by_a_crash_is_sent_anew(interrupted: tuple[Server, ListStation], root: Api) -> None:
    server, station = interrupted
    wanted = station.shown(root)["own"]["idTags"]
    assert station.told() == [("Full", 1, wanted[:1]), ("Differential", 2, wanted[1:2])]
    assert station.shown(root)["state"] == "pending"
    station.charger = plug_in(server, station.id, None)
    station.charger.boot()
    station.in_state(root, "in_sync")
    kinds = [(kind, version) for kind, version, _tags in station.told()]
    assert kinds == [("Full", 4), ("Differential", 5), ("Differential", 6)]
    assert sorted(station.entries) == wanted
    station.charger.close()


def test_a_list_of_everybody_at_all_charge_points_follows_who_may_charge(
    interrupted: tuple[Server, ListStation], root: Api
) -> None:
    server, _station = interrupted
    here = ListStation(new_charger(server, root, 0, security_profile=0))
    good, blocked = new_tag(root), new_tag(root, status="Blocked")
    everybody = {"group": "everybody", "all_charge_points": True, "all_accepted": True}
    assert root.post("/api/local_list_groups", everybody).status_code == 201
    here.in_state(root, "in_sync")
    assert here.entries[good] == {"status": "Accepted"}
    assert blocked not in here.entries

    later = ListStation(new_charger(server, root, 0, security_profile=0))
    later.in_state(root, "in_sync")
    assert later.entries == here.entries

    root.patch(f"/api/id_tags/{good}", status="Blocked")
    here.serve_until(lambda: here.entries[good] == {"status": "Blocked"})
    new = new_tag(root)
    assert here.synced(root)["confirmed_length"] == len(here.entries)
    assert here.entries[new] == {"status": "Accepted"}
    root.patch(f"/api/id_tags/{blocked}", status="Accepted")
    here.serve_until(lambda: blocked in here.entries)

    root.delete("/api/local_list_groups/everybody")
    here.in_state(root, "unmanaged")
    assert here.entries == {}
    for station in (here, later):
        station.charger.close()
