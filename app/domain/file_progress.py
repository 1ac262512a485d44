"""How far a charge point has come with a file: what its statuses mean, and which of them are ends."""

REQUESTED = "Requested"
ACCEPTED = "Accepted"
NOTHING_TO_UPLOAD = "NothingToUpload"
FAILED = "Failed"
CANCELED = "Canceled"
IDLE = "Idle"

SUCCEEDED = frozenset({"Installed", "Uploaded"})
# After these a charge point may try again by itself (`retries`).
_TRIED_AGAIN = frozenset({"DownloadFailed", "InstallationFailed", "UploadFailed", "UploadFailure"})
# The statuses of OCPP 1.6 and its security extension that are an end, and the reason each one is.
_REASONS = {
    "DownloadFailed": "download_failed",
    "InstallationFailed": "installation_failed",
    "InstallVerificationFailed": "verification_failed",
    "InvalidSignature": "invalid_signature",
    "InvalidCertificate": "invalid_certificate",
    "RevokedCertificate": "revoked_certificate",
    "UploadFailed": "upload_failed",
    "UploadFailure": "upload_failed",
    "BadMessage": "bad_message",
    "PermissionDenied": "permission_denied",
    "NotSupportedOperation": "not_supported",
    "AcceptedCanceled": "canceled",
    CANCELED: "canceled",
}
FAILURES = frozenset({FAILED, *_REASONS})
OVER = SUCCEEDED | FAILURES


def status_after(current: str, told: str) -> str | None:
    """Return a request's status after its charge point has told one; None when that says nothing about the request.

    Statuses come late and in any order: a success stays, and so does a failure that nothing can follow but a success.
    Being idle, which charge points say when asked, undoes no end.
    """
    if current == FAILED or (current in OVER and told in (IDLE, current)):
        return None
    stays = current in SUCCEEDED or (current in OVER - _TRIED_AGAIN and told not in SUCCEEDED)
    return current if stays else told


def reason_of(status: str) -> str | None:
    """Return the code of why a request has ended so; None for what is no failure a charge point tells of."""
    return _REASONS.get(status)
