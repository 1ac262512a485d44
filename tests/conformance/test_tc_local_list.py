"""Local authorization list."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.app.charging import new_tag
from tests.app.list_station import ListStation
from tests.conformance.station import Operator, Station
from tests.live import Api


@dataclass
class CheckedList(ListStation):
    """A list that is sent to a charge point that insists on the schemas."""

    def answer(self, frame: Any) -> None:
        assert isinstance(self.charger, Station)
        assert frame[2] in ("GetLocalListVersion", "SendLocalList")
        self.charger.check(frame)
        super().answer(frame)


@pytest.fixture
def local_list(station: Station, operator: Operator) -> CheckedList:
    """A list whose limits have been asked for."""
    limits = {"LocalAuthListMaxLength": "100", "SendLocalListMaxLength": "10"}
    known = [{"key": key, "readonly": True, "value": value} for key, value in limits.items()]
    operator.command("GetConfiguration", {"key": list(limits)}, {"configurationKey": known})
    return CheckedList(station)


@pytest.mark.parametrize(
    ("version", "words"),
    [pytest.param(-1, "not supported", id="tc_042_1"), pytest.param(0, "empty", id="tc_042_2")],
)
def test_the_version_is_told_in_words(
    station: Station, operator: Operator, root: Api, version: int, words: str
) -> None:
    operator.command("GetLocalListVersion", {}, {"listVersion": version})
    shown = root.get(f"/api/local_lists/{station.charge_point_id}").json()
    assert (shown["charge_point_version"], shown["charge_point_list"]) == (version, words)


@pytest.mark.parametrize(
    ("status", "state"),
    [pytest.param("NotSupported", "not_supported", id="tc_043_1"), pytest.param("Failed", "failed", id="tc_043_3")],
)
def test_a_list_that_is_refused_is_not_stored_as_applied(
    local_list: CheckedList, root: Api, status: str, state: str
) -> None:
    local_list.moods["SendLocalList"] = [status] * 5
    local_list.want(root, new_tag(root))
    shown = local_list.synced(root)
    assert {sent["updateType"] for sent in local_list.sent} == {"Full"}
    assert shown["answer"] == f"SendLocalList: {status}"
    # It may also be pending again already: the new tag has been counted meanwhile.
    assert shown["state"] in (state, "pending")
    assert "confirmed_version" not in shown


def test_tc_043_4_a_whole_list_is_sent(local_list: CheckedList, root: Api) -> None:
    wanted = sorted(new_tag(root) for _ in range(3))
    local_list.want(root, *wanted)
    shown = local_list.synced(root)
    (sent,) = local_list.sent
    assert sent["updateType"] == "Full"
    assert sent["listVersion"] > 0
    assert [entry["idTag"] for entry in sent["localAuthorizationList"]] == wanted
    assert all(entry["idTagInfo"] == {"status": "Accepted"} for entry in sent["localAuthorizationList"])
    assert shown["confirmed_version"] == sent["listVersion"]


def test_tc_043_5_a_part_of_a_list_is_sent(local_list: CheckedList, root: Api) -> None:
    first, second = new_tag(root), new_tag(root)
    local_list.want(root, first)
    local_list.synced(root)
    local_list.want(root, first, second)
    local_list.synced(root)
    full, part = local_list.sent
    assert (full["updateType"], part["updateType"]) == ("Full", "Differential")
    assert part["listVersion"] > full["listVersion"]
    assert part["localAuthorizationList"] == [{"idTag": second, "idTagInfo": {"status": "Accepted"}}]
