"""Local authorization list."""

from typing import Any

import pytest

from tests.app.charging import new_tag
from tests.conformance.station import Operator
from tests.live import Api


@pytest.mark.parametrize("version", [pytest.param(-1, id="tc_042_1"), pytest.param(0, id="tc_042_2")])
def test_the_version_is_told_as_it_is(operator: Operator, version: int) -> None:
    operator.command("GetLocalListVersion", {}, {"listVersion": version})


def whole_list(root: Api, version: int = 1) -> dict[str, Any]:
    entries = [{"idTag": new_tag(root), "idTagInfo": {"status": "Accepted"}} for _ in range(2)]
    return {"listVersion": version, "updateType": "Full", "localAuthorizationList": entries}


@pytest.mark.parametrize(
    "status",
    [
        pytest.param("NotSupported", id="tc_043_1"),
        pytest.param("Failed", id="tc_043_3"),
        pytest.param("Accepted", id="tc_043_4"),
    ],
)
def test_a_whole_list_is_sent(operator: Operator, root: Api, status: str) -> None:
    operator.command("SendLocalList", whole_list(root), {"status": status})


def test_tc_043_5_a_part_of_a_list_is_sent(operator: Operator, root: Api) -> None:
    operator.command("SendLocalList", whole_list(root), {"status": "Accepted"})
    operator.command("GetLocalListVersion", {}, {"listVersion": 1})
    entry = {"idTag": new_tag(root), "idTagInfo": {"status": "Accepted"}}
    part = {"listVersion": 2, "updateType": "Differential", "localAuthorizationList": [entry]}
    operator.command("SendLocalList", part, {"status": "Accepted"})
