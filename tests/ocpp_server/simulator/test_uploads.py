"""Diagnostics and logs of the virtual charge point: its own lines, brought to where it is told."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from ocpp_server.simulator import VirtualChargePoint
from tests.ocpp_server.simulator.central_system import CentralSystem
from tests.ocpp_server.simulator.file_host import FileHost, status

Tell = Callable[..., None]
Story = Callable[[CentralSystem, VirtualChargePoint, FileHost], Awaitable[None]]


@pytest.fixture
def upload(tell: Tell) -> Callable[[Story], None]:
    """Play a story with a host in it that takes a file at /up."""

    def play(story: Story) -> None:
        async def whole(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
            async with FileHost() as host:
                host.takes("/up")
                await story(central_system, charge_point, host)

        tell(whole)

    return play


async def told(central_system: CentralSystem, last: str) -> list[dict[str, Any]]:
    def steps() -> list[dict[str, Any]]:
        return central_system.of("DiagnosticsStatusNotification", "LogStatusNotification")

    await central_system.until(lambda: last in [step["status"] for step in steps()])
    return steps()


async def get_log(central_system: CentralSystem, url: str, request_id: int, kind: str, **times: str) -> dict[str, Any]:
    log = {"remoteLocation": url, **times}
    return await central_system.call("GetLog", log=log, logType=kind, requestId=request_id, retries=2, retryInterval=0)


def test_diagnostics_are_what_it_told(upload: Callable[[Story], None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint, host: FileHost) -> None:
        await charge_point.start(1, "TAG-7")
        answer = await central_system.call("GetDiagnostics", location=host.url("/up"))
        assert answer["fileName"].startswith("CP001-diagnostics-")
        assert [p["status"] for p in await told(central_system, "Uploaded")] == ["Uploading", "Uploaded"]
        lines = host.requests[0][1].decode().splitlines()
        assert any(line.endswith("connector 1: transaction 1 for TAG-7") for line in lines)
        assert lines[0] == f"diagnostics of CP001, {len(lines) - 1} lines"

    upload(story)


def test_only_the_lines_of_the_times_asked_for_are_brought(upload: Callable[[Story], None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint, host: FileHost) -> None:
        times = {"startTime": "2020-01-01T00:00:00Z", "stopTime": "2020-01-02T00:00:00Z"}
        await central_system.call("GetDiagnostics", location=host.url("/up"), **times)
        await told(central_system, "Uploaded")
        assert host.requests[0][1] == b"diagnostics of CP001, 0 lines\n"

    upload(story)


def test_a_folder_gets_the_file_by_its_name(upload: Callable[[Story], None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint, host: FileHost) -> None:
        answer = await central_system.call("GetDiagnostics", location=host.url("/folder/"), retries=1)
        await told(central_system, "UploadFailed")
        assert host.requests[0][0].startswith(f"PUT /folder/{answer['fileName']} HTTP/1.1\r\n")

    upload(story)


def test_a_log_is_followed_by_its_request_id(upload: Callable[[Story], None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint, host: FileHost) -> None:
        answer = await get_log(central_system, host.url("/up"), 5, "DiagnosticsLog")
        assert (answer["status"], answer["filename"][:18]) == ("Accepted", "CP001-diagnostics-")
        steps = [{"status": "Uploading", "requestId": 5}, {"status": "Uploaded", "requestId": 5}]
        assert await told(central_system, "Uploaded") == steps
        assert b"connected to" in host.requests[0][1]

    upload(story)


def test_the_security_log_has_what_concerns_security(upload: Callable[[Story], None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint, host: FileHost) -> None:
        firmware = {
            "location": host.url("/x"),
            "retrieveDateTime": "2026-01-01T00:00:00Z",
            "signature": "AAAA",
            "signingCertificate": "none",
        }
        await central_system.call("SignedUpdateFirmware", requestId=1, firmware=firmware)
        await get_log(central_system, host.url("/up"), 6, "SecurityLog", oldestTimestamp="2020-01-01T00:00:00Z")
        await told(central_system, "Uploaded")
        title, line = host.requests[0][1].decode().splitlines()
        assert title == "security of CP001, 1 lines"
        assert "InvalidFirmwareSigningCertificate" in line

    upload(story)


def test_a_file_nobody_takes_is_told_after_the_last_attempt(upload: Callable[[Story], None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint, host: FileHost) -> None:
        await get_log(central_system, host.takes("/full", status(507)), 8, "DiagnosticsLog")
        assert (await told(central_system, "UploadFailure"))[-1] == {"status": "UploadFailure", "requestId": 8}
        assert len(host.requests) == 2

    upload(story)


def test_a_new_log_cancels_the_one_under_way_and_a_trigger_tells_of_it(upload: Callable[[Story], None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint, host: FileHost) -> None:
        trigger = {"requestedMessage": "LogStatusNotification"}
        await central_system.call("ExtendedTriggerMessage", **trigger)
        await told(central_system, "Idle")
        host.open.clear()
        await get_log(central_system, host.url("/up"), 1, "DiagnosticsLog")
        answer = await get_log(central_system, host.url("/up"), 2, "DiagnosticsLog")
        assert answer["status"] == "AcceptedCanceled"
        await central_system.call("ExtendedTriggerMessage", **trigger)
        await central_system.until(lambda: len(central_system.of("LogStatusNotification")) == 4)
        host.open.set()
        steps = [(p["status"], p.get("requestId")) for p in await told(central_system, "Uploaded")]
        assert steps == [("Idle", None), *(("Uploading", n) for n in (1, 2, 2)), ("Uploaded", 2)]

    upload(story)


def test_each_call_is_one_line_and_no_link_to_a_file_is_written_down(upload: Callable[[Story], None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint, host: FileHost) -> None:
        await central_system.call("CertificateSigned", certificateChain="one\ntwo")
        tags = [{"idTag": "CARD7", "idTagInfo": {"status": "Accepted"}}]
        await central_system.call("SendLocalList", listVersion=4, updateType="Full", localAuthorizationList=tags)
        for path in ("/secret-token/name", "/up"):
            await central_system.call("GetDiagnostics", location=host.url(path, "user:pass@"), retries=1)
            await charge_point.settled()
        await told(central_system, "Uploaded")
        brought = host.requests[-1][1]
        assert b"<- GetDiagnostics http://127.0.0.1:" in brought
        assert b"<- CertificateSigned one two: Rejected" in brought
        assert b"<- SendLocalList 4 Full [\xe2\x80\xa6]: Accepted" in brought
        assert b"secret-token" not in brought
        assert b"pass@" not in brought

    upload(story)
