"""What takes whose place on a charge point, and what a ClearChargingProfile is about."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.profile_installations import ACCEPTED, ProfileInstallation, cleared, replaces

ONE = ProfileInstallation(
    installation_id="1",
    charge_point_id="CP",
    connector_id=1,
    ocpp_profile_id=7,
    purpose="TxDefaultProfile",
    stack_level=2,
    profile={},
    status=ACCEPTED,
    requested_at=datetime(2026, 6, 15, tzinfo=UTC),
)


def test_the_same_place_or_the_same_number_is_taken_from_another() -> None:
    other = replace(ONE, installation_id="2", ocpp_profile_id=8)
    assert replaces(other, ONE)
    assert replaces(replace(other, connector_id=2, ocpp_profile_id=7), ONE)
    assert not replaces(ONE, ONE)
    for elsewhere in ({"connector_id": 0}, {"stack_level": 3}, {"purpose": "TxProfile"}):
        assert not replaces(replace(other, **elsewhere), ONE)


@pytest.mark.parametrize(
    ("request_", "about"),
    [
        ({}, True),
        ({"id": 7}, True),
        ({"id": 8}, False),
        ({"id": 7, "connectorId": 2}, True),
        ({"connectorId": 1}, True),
        ({"connectorId": 0}, False),
        ({"chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 2}, True),
        ({"chargingProfilePurpose": "TxProfile", "stackLevel": 2}, False),
        ({"stackLevel": 0}, False),
    ],
)
def test_all_that_match_what_is_named_are_cleared(request_: dict[str, Any], about: bool) -> None:
    assert cleared(request_, ONE) is about
