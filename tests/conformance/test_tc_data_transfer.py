"""Data transfer."""

from tests.conformance.station import Station


def test_tc_064_data_of_an_unknown_vendor(station: Station) -> None:
    answer = station.call("DataTransfer", {"vendorId": "org.example.nobody", "messageId": "unknown", "data": "{}"})
    assert answer == {"status": "UnknownVendorId"}
