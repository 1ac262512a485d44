"""Labels as text: written, read again, and what is no label refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.domain.charge_points import ID_PATTERN, valid_charge_point_id
from app.domain.qr import LONGEST, Scan, link_of, read_scan, scan_of, uri_of

PREFIX = "https://charging.example.org/q/"
SIGNED = "aB3_.1.0123456789abcdefghijkl"

ids = some.from_regex(ID_PATTERN, fullmatch=True).filter(valid_charge_point_id)
signatures = some.none() | some.from_regex("[A-Za-z0-9_.-]{1,100}", fullmatch=True)
scans = some.builds(Scan, ids, some.integers(1, 100), signatures) | some.builds(Scan, ids, some.none(), signatures)


@given(scans)
def test_a_label_is_read_as_it_was_written_whatever_the_charge_point_is_called(scan: Scan) -> None:
    assert read_scan(uri_of(scan), PREFIX) == scan
    assert read_scan(link_of(scan, PREFIX), PREFIX) == scan


@given(some.text(max_size=60) | some.text(max_size=40).map(lambda rest: f"ocpp://{rest}"))
def test_whatever_is_scanned_is_a_label_or_refused_in_words(text: str) -> None:
    try:
        scan = read_scan(text, PREFIX)
    except ValueError as error:
        words = str(error)
    else:
        words = scan.charge_point_id
        assert valid_charge_point_id(scan.charge_point_id)
        assert scan.connector_id is None or 1 <= scan.connector_id <= 100
    assert words.isascii()
    assert words.isprintable()


@pytest.mark.parametrize(
    ("text", "scan"),
    [
        ("ocpp://CP001?connector=1", Scan("CP001", 1)),
        ("OCPP://CP001/?connector=1", Scan("CP001", 1)),
        (f"ocpp://CP001?connector=12&s={SIGNED}", Scan("CP001", 12, SIGNED)),
        (f"ocpp://CP001?s={SIGNED}&connector=12&lang=en", Scan("CP001", 12, SIGNED)),
        ("ocpp://CP001", Scan("CP001")),
        ("ocpp://DE*ABC*E1%3A2?connector=1", Scan("DE*ABC*E1:2", 1)),
        ("HTTPS://Charging.Example.org/q/CP001/2", Scan("CP001", 2)),
        (f"{PREFIX}CP001/2?s={SIGNED}", Scan("CP001", 2, SIGNED)),
        (f"{PREFIX}CP001", Scan("CP001")),
        (f"{PREFIX}CP001/", Scan("CP001")),
        (" CP001 ", Scan("CP001")),
        ("DE*ABC 1:2@x", Scan("DE*ABC 1:2@x")),
    ],
)
def test_labels_links_and_ids_typed_by_hand_are_read(text: str, scan: Scan) -> None:
    assert read_scan(text, PREFIX) == scan


@pytest.mark.parametrize(
    "text",
    [
        "https://charging.example.org.evil.org/q/CP001/1",
        "https://evil.org/q/CP001/1",
        "https://evil.org/?https://charging.example.org/q/CP001/1",
        "https://charging.example.org@evil.org/q/CP001/1",
        "https://user@charging.example.org/q/CP001/1",
        "https://charging.example.org:8443/q/CP001/1",
        "http://charging.example.org/q/CP001/1",
        "https://charging.example.org./q/CP001/1",
        "https://charging.example.org/other/CP001/1",
        "https://charging.example.org/qr/CP001/1",
        "https://charging.example.org/q/../api/me",
        "https://charging.example.org/Q%2FCP001/1",
    ],
)
def test_d3_a_link_to_anywhere_but_our_own_labels_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="somewhere else|no charge point"):
        read_scan(text, PREFIX)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "pending",
        "labels",
        "ocpp://",
        "ocpp://?connector=1",
        "ocpp:///CP001?connector=1",
        "ocpp://CP001?connector=0",
        "ocpp://CP001?connector=-1",
        "ocpp://CP001?connector=+1",
        "ocpp://CP001?connector=01",
        "ocpp://CP001?connector=1.0",
        "ocpp://CP001?connector=101",
        "ocpp://CP001?connector=99999999999999999999",
        "ocpp://CP001?connector=",
        "ocpp://CP001?connector=%31",
        "ocpp://CP001?connector=１",
        "ocpp://CP001?connector=1&connector=2",
        "ocpp://CP001?connector=1&connector=1",
        "ocpp://CP001?connector=1&s=a&s=b",
        "ocpp://CP001?connector=1&s=",
        "ocpp://CP001?connector=1&s=%00",
        f"ocpp://CP001?connector=1&s={'a' * 101}",
        "ocpp://CP001?connector=1#2",
        "ocpp://CP001/1?connector=1",
        "ocpp://CP001/1",
        "ocpp://user@CP001?connector=1",
        "ocpp://user:password@CP001?connector=1",
        "ocpp://CP001:9000?connector=1",
        "ocpp://CP001\\@evil?connector=1",
        "ocpp://CP%2541?connector=1",
        "ocpp://CP%2F..?connector=1",
        "ocpp://CP%00?connector=1",
        "ocpp://CP%ff?connector=1",
        "ocpp://%D0%A1P001?connector=1",
        "ocpp://СP001?connector=1",
        "ocpp://CP001?connector=1\r\n",
        "ocpp://CP 001?connector=1",
        "ocpp://..?connector=1",
        "ocpp://" + "A" * 49 + "?connector=1",
        "ocpp://" + "A" * LONGEST,
        "CP001\u202e",
        "СP001",
        "CP001?connector=1",
        "//CP001?connector=1",
        "javascript:alert(1)//",
        "data:text/html,x",
        f"{PREFIX}",
        f"{PREFIX}CP001/0",
        f"{PREFIX}CP001/1/2",
        f"{PREFIX}CP001/1?connector=2",
        f"{PREFIX}CP001/%31",
    ],
)
def test_what_is_no_label_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(is|names|says|has) "):
        read_scan(text, PREFIX)


def test_parts_are_read_by_the_same_rules() -> None:
    assert scan_of("CP001", "1", None) == Scan("CP001", 1)
    with pytest.raises(ValueError, match="signature"):
        scan_of("CP001", "1", "a&connector=2")
