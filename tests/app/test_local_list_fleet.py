"""Lists of all charge points, and of everybody who may charge."""

from tests.app.charging import new_tag
from tests.app.list_station import ListStation
from tests.app.stories import new_charger
from tests.live import Api, Server


def test_a_list_of_everybody_at_all_charge_points_follows_who_may_charge(small_server: Server, small_root: Api) -> None:
    server, root = small_server, small_root
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
