"""StatusNotifications, read."""

from datetime import UTC, datetime, timedelta

from app.domain.charge_points import Connector
from app.domain.connectors import read_status
from app.domain.times import iso

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def test_a_status_is_kept_as_it_came() -> None:
    said = {
        "connectorId": 1,
        "status": "Avalaible",
        "errorCode": "VendorTrouble",
        "timestamp": iso(NOW - timedelta(minutes=3)),
        "info": "<script>",
        "vendorErrorCode": 17,
    }
    assert read_status(said, NOW) == Connector(
        1, "Avalaible", NOW - timedelta(minutes=3), "VendorTrouble", "<script>", "17"
    )


def test_a_status_without_a_time_is_of_now() -> None:
    said = {"connectorId": 0, "status": "Available", "errorCode": "NoError"}
    assert read_status(said, NOW) == Connector(0, "Available", NOW)


def test_a_status_from_a_clock_two_hours_ahead_does_not_shut_out_the_next_ones() -> None:
    said = {"connectorId": 1, "status": "Available", "errorCode": "NoError", "timestamp": iso(NOW + timedelta(hours=2))}
    assert read_status(said, NOW) == Connector(1, "Available", NOW)


def test_a_status_of_no_connector_is_none() -> None:
    assert read_status({"connectorId": 1634030126, "status": "Available", "errorCode": "NoError"}, NOW) is None


def test_endless_words_are_cut_short() -> None:
    said = {"connectorId": 1, "status": "x" * 60_000, "errorCode": "y" * 60_000, "info": "z" * 60_000}
    read = read_status(said, NOW)
    assert read is not None
    assert [len(text or "") for text in (read.status, read.error_code, read.info)] == [50, 50, 200]
