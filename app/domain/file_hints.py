"""Why a file did not get where it was to go, and why a campaign or a charge point in it ended so, in words."""

_HINTS = {
    "download_failed": "The charge point could not fetch the file. It must be able to reach PUBLIC_URL.",
    "upload_failed": "The charge point could not bring the file. It must be able to reach PUBLIC_URL.",
    "installation_failed": "The charge point has the firmware but could not install it.",
    "verification_failed": "What the charge point installed did not pass its own check.",
    "invalid_signature": "The charge point finds that the signature is not this file's. It kept its old firmware.",
    "invalid_certificate": "The charge point does not accept the signing certificate: the manufacturer's root it was "
    "issued under may not be installed there.",
    "revoked_certificate": "The charge point knows the signing certificate as revoked.",
    "unsigned_not_supported": "The charge point does not take plain updates. One with secure firmware wants it signed: "
    "the image needs `signature` and `signing_certificate`. Another may know no updates at all.",
    "signed_not_supported": "The charge point does not know signed updates; `signed: false` sends a plain one.",
    "rejected": "The charge point refused; it may be busy with another one.",
    "canceled": "The charge point gave this one up for a newer one.",
    "bad_message": "The charge point could not make sense of the request.",
    "permission_denied": "The charge point was not let in where the file was to go.",
    "not_supported": "The charge point cannot do this.",
    "charge_point_offline": "The charge point was not connected.",
    "charge_point_busy": "The charge point had not answered earlier commands yet.",
    "charge_point_timeout": "The charge point gave no answer; it may still do what it was asked to.",
    "charge_point_disconnected": "The charge point hung up before it answered; it may still do what it was asked to.",
    "firmware_does_not_fit": "The firmware is for another vendor or model; `force` sends it all the same.",
    "firmware_is_older": "The charge point has a newer version; `allow_downgrade` permits an older one.",
    "firmware_damaged": "The stored file is not what was uploaded any more; upload it again.",
    "firmware_signature_invalid": "The signature's certificate is not good any more, or not trusted.",
    "firmware_not_signed": "The firmware was uploaded without a signature and its certificate.",
    "firmware_deleted": "The firmware was deleted.",
    "already_installed": "The charge point has this version already.",
    "charge_point_removed": "The charge point was removed.",
    "charge_point_not_accepted": "The charge point is not accepted (`registration`).",
    "deadline_passed": "The charge point was not connected before the campaign's deadline.",
    "no_end_told": "The charge point has told no end within the time limit; its update tells more.",
    "too_many_failed": "More charge points failed than the campaign allows.",
    "invalid_answer": "The charge point's answer is not OCPP as it should be.",
    "call_error": "The charge point answered with an error, which the command tells.",
}


def file_hint(reason: str | None) -> str | None:
    """Explain the reason of an update, a campaign or diagnostics, where there is more to say than its code does."""
    return _HINTS.get(reason or "")
