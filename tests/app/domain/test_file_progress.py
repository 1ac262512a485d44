"""What a charge point's status means for a request: order does not matter, ends do."""

import pytest

from app.domain.file_hints import file_hint
from app.domain.file_progress import FAILURES, OVER, reason_of, status_after


@pytest.mark.parametrize(
    ("current", "told", "then"),
    [
        ("Accepted", "Downloading", "Downloading"),
        ("Requested", "Installed", "Installed"),
        ("Downloading", "Idle", "Idle"),
        ("Downloading", "VendorsOwn", "VendorsOwn"),
        ("Installed", "SignatureVerified", "Installed"),
        ("Installed", "InstallationFailed", "Installed"),
        ("Installed", "Idle", None),
        ("Installed", "Installed", None),
        ("DownloadFailed", "Downloading", "Downloading"),
        ("UploadFailure", "Uploaded", "Uploaded"),
        ("InvalidSignature", "Downloading", "InvalidSignature"),
        ("InvalidSignature", "Installed", "Installed"),
        ("Canceled", "DownloadFailed", "Canceled"),
        ("Failed", "Installed", None),
    ],
)
def test_a_status_follows_unless_the_request_is_over(current: str, told: str, then: str | None) -> None:
    assert status_after(current, told) == then


def test_every_failure_a_charge_point_tells_of_has_a_reason_in_words() -> None:
    for status in FAILURES - {"Failed"}:
        assert file_hint(reason_of(status)), status
    assert [reason_of(status) for status in OVER - FAILURES] == [None, None]
