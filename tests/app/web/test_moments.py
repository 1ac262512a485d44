"""Instants in forms: typed in the reader's time, and whatever else may be typed there."""

from datetime import UTC, datetime

import pytest

from app.web.moments import read_moment
from tests.app.every_route import APP


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2030-06-01T07:00", datetime(2030, 6, 1, 0, 0, tzinfo=UTC)),
        ("2030-06-01T07:00:30+01:00", datetime(2030, 6, 1, 6, 0, 30, tzinfo=UTC)),
        ("0001-01-01T00:00", None),
        ("0001-01-01T00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("tomorrow", None),
        ("", None),
    ],
)
def test_what_is_typed_is_in_the_readers_time_or_no_moment(typed: str, meant: datetime | None) -> None:
    with APP.test_request_context(headers={"Cookie": "zone=Asia/Bangkok"}):
        assert read_moment(typed) == meant


@pytest.mark.parametrize("zone", ["localtime", "Factory", "Nowhere/Land", "../../etc/passwd", "ASIA", ""])
def test_a_zone_that_nobody_knows_is_utc(zone: str) -> None:
    with APP.test_request_context(headers={"Cookie": f"zone={zone}"}):
        assert read_moment("2030-06-01T07:00") == datetime(2030, 6, 1, 7, tzinfo=UTC)
