"""What answers about firmware, diagnostics and their files look like, for the OpenAPI document."""

from typing import Literal

from app.api.answer import Answer, Time

Kind = Literal["Diagnostics", "DiagnosticsLog", "SecurityLog"]


class StepAnswer(Answer):
    """What a charge point told, and when."""

    status: str
    at: Time


class FileRequestAnswer(Answer):
    """`status`: Requested, Accepted or Failed; then what the charge point tells, in OCPP's words; Canceled when it gave
    this one up for a newer one. `hint` explains the `reason`. `ocpp_request_id` is what the charge point calls it."""

    charge_point_id: str
    status: str
    status_at: Time | None = None
    reason: str | None = None
    hint: str | None = None
    ocpp_request_id: int | None = None
    command_id: str | None = None
    requested_by: str
    requested_at: Time
    expires_at: Time
    history: list[StepAnswer]


class FirmwareUpdateAnswer(FileRequestAnswer):
    """`bytes_sent` of `size` is how far the charge point has read."""

    firmware_update_id: str
    firmware_id: str
    version: str
    signed: bool
    campaign_id: str | None = None
    bytes_sent: int
    size: int
    retrieve_date: Time
    install_date: Time | None = None


class DiagnosticsAnswer(FileRequestAnswer):
    """`file_name` is what the charge point calls its file; it is here when `uploaded_at` is."""

    diagnostics_id: str
    kind: Kind
    file_name: str | None = None
    size: int | None = None
    sha256: str | None = None
    uploaded_at: Time | None = None
    start_time: Time | None = None
    stop_time: Time | None = None
    delete_at: Time


class FirmwareAnswer(Answer):
    firmware_id: str
    name: str
    version: str
    vendor: str | None = None
    model: str | None = None
    file_name: str
    size: int
    sha256: str
    signature: str | None = None
    signing_certificate: str | None = None
    uploaded_by: str
    uploaded_at: Time


class Received(Answer):
    size: int
    sha256: str
